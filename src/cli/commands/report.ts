import type { Leaf } from '../command.ts';
import { choiceFlag, windowFlag } from '../flags.ts';

interface Flags {
  readonly since: number;
  readonly agent?: string;
  readonly advice: (typeof advices)[number];
  readonly out?: string;
}

const advices = ['auto', 'always', 'never'] as const;

const report: Leaf = {
  formats: ['html', 'markdown', 'json'],
  flags: [
    { flags: '--since <duration>', summary: 'how far back', parse: windowFlag, fallback: '30d' },
    { flags: '--agent <name>', summary: 'of this agent; default: the fleet' },
    {
      ...{ flags: `--advice <${advices.join('|')}>`, summary: 'look for ways to spend less; auto: where that is quick' },
      ...{ parse: choiceFlag(advices), fallback: 'auto' },
    },
    { flags: '--out <file>', summary: 'write .html, .md or .json; default: to stdout' },
  ],
  examples: [
    ['agentops report --out fleet.html', 'the last month of the fleet as one page, to open, send or print'],
    ['agentops report --since 7d --agent support > support.html', 'the week of one agent'],
    ['agentops report --output markdown', 'for a wiki or a chat'],
  ],
  exits: [
    ['0', 'the report was made, whatever it says; agentops health is the gate'],
    ['3', 'the cache cannot be read'],
  ],
  async run(session, _arguments, given) {
    const flags = given as unknown as Flags;
    const { reportOutcome } = await import('../make-report.ts');
    return reportOutcome(session, { windowMs: flags.since, agent: flags.agent ?? null, advice: flags.advice, out: flags.out ?? null });
  },
};

export default report;
