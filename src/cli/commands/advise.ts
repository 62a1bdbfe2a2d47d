import type { Strategy } from '../../telemetry/advice/saving.ts';
import type { Leaf } from '../command.ts';
import { choicesFlag, moneyFlag, windowFlag } from '../flags.ts';

interface Flags {
  readonly since: number;
  readonly strategy?: readonly Strategy[];
  readonly min: number;
}

const strategies: readonly Strategy[] = ['response-cache', 'routing', 'prompt-cache', 'batching', 'distillation', 'budget'];

const advise: Leaf = {
  formats: ['text', 'json', 'markdown'],
  arguments: [{ name: '[agent]', summary: 'only this agent; it is looked at more closely' }],
  flags: [
    { flags: '--since <duration>', summary: 'how far back; two weeks or more are a measurement', parse: windowFlag, fallback: '30d' },
    { flags: `--strategy <${strategies.join('|')}>`, summary: 'only these; several with commas', parse: choicesFlag(strategies) },
    { flags: '--min <money>', summary: 'what saves less a month is not shown', parse: moneyFlag, fallback: '$1' },
  ],
  examples: [
    ['agentops advise', 'what would save most, with its range and how sure it is'],
    ['agentops advise support --verbose', 'what each rests on, what it may spoil, and the next step'],
    ['agentops advise --strategy routing,prompt-cache --min 50 --json', 'every fact of some of them'],
  ],
  exits: [['3', 'nothing is known of what any agent asked models']],
  async run(session, [agent], given) {
    const flags = given as unknown as Flags;
    const { showAdvice } = await import('../show-advice.ts');
    return showAdvice(session, (agent as string | undefined) ?? null, {
      windowMs: flags.since,
      strategies: flags.strategy ?? [],
      leastNanos: flags.min,
    });
  },
};

export default advise;
