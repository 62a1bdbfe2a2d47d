import type { Leaf } from '../../command.ts';
import { durationFlag, windowFlag } from '../../flags.ts';

interface Flags {
  readonly since: number;
  readonly rules?: string;
  readonly against?: string;
  readonly sweep?: string;
  readonly incidents?: string;
  readonly failIf?: string;
  readonly lag: number;
  readonly step: number;
}

const backtest: Leaf = {
  formats: ['text', 'json', 'markdown', 'github'],
  flags: [
    { flags: '-s, --since <duration>', summary: 'how far back', parse: windowFlag, fallback: '30d' },
    { flags: '--rules <file>', summary: 'the rules of a file in place of those of the manifest' },
    { flags: '--against <file>', summary: 'also these, and what differs; a manifest will do' },
    {
      flags: '--sweep <key=values>',
      summary: 'also each of some settings: for=5m,15m,30m, or RULE.keep_firing_for=0s,1h',
    },
    { flags: '--incidents <file>', summary: 'what went wrong: tells which were found, how soon, and what was found beside them' },
    { flags: '--fail-if <condition>', summary: 'exit 1 where it holds: "pages_per_week > 3"' },
    {
      flags: '--lag <duration>',
      summary: 'how long after a moment it is judged: traces take, and so do ticks',
      parse: durationFlag,
      fallback: '2m',
    },
    { flags: '--step <duration>', summary: 'how far apart moments are', parse: durationFlag, fallback: '1m' },
  ],
  examples: [
    ['agentops alerts backtest --since 30d', 'what the rules would have told of the last month, by rule and channel, and at night'],
    ['agentops alerts backtest --rules new.yaml --against agentops.yaml', 'what a change of rules would change'],
    ['agentops alerts backtest --sweep for=5m,15m,30m --incidents labels.yaml', 'which setting finds what happened, and how soon'],
    ['agentops alerts backtest --fail-if "pages_per_week > 3" --output github', 'a gate in CI'],
  ],
  exits: [
    ['0', 'it was replayed, and --fail-if does not hold'],
    ['1', '--fail-if holds'],
    ['2', 'a file or a flag is wrong'],
    ['3', 'too little of the past is known, there is no such figure, or --fail-if would pass over a rule that could not be replayed'],
  ],
  async run(session, _args, given) {
    const flags = given as unknown as Flags;
    const [{ backtestAlerts }, { gateOf, stepOf, sweepOf }] = await Promise.all([
      import('../../backtest-alerts.ts'),
      import('../../backtest-flags.ts'),
    ]);
    return backtestAlerts(session, {
      sinceMs: flags.since,
      lagMs: flags.lag,
      stepMs: stepOf(flags.step),
      rules: flags.rules ?? null,
      against: flags.against ?? null,
      incidents: flags.incidents ?? null,
      sweep: flags.sweep === undefined ? null : sweepOf(flags.sweep),
      gate: flags.failIf === undefined ? null : gateOf(flags.failIf),
    });
  },
};

export default backtest;
