import { usageError } from '../../../ground/errors.ts';
import { parseDuration } from '../../../ground/units/duration.ts';
import type { Gate, Sweep } from '../../../oversight/alerts/backtest.ts';
import type { Leaf } from '../../command.ts';
import { durationFlag, windowFlag } from '../../flags.ts';

interface Flags {
  readonly since: number;
  readonly rules?: string;
  readonly against?: string;
  readonly sweep?: Sweep;
  readonly incidents?: string;
  readonly failIf?: string;
  readonly lag: number;
  readonly step: number;
}

const invalid = (flag: string, given: string, hint: string) =>
  usageError({ code: 'flag_invalid', message: `${flag} cannot be ${JSON.stringify(given)}`, hint });

/** `for=5m,15m`, or `RULE.keep_firing_for=0s,1h`. */
const sweepFlag = (given: string, _before: unknown, flag: string): Sweep => {
  const [, rule, key, list = ''] = /^(?:([a-z0-9][a-z0-9._-]*)\.)?(for|keep_firing_for)=(.+)$/.exec(given) ?? [];
  const values = list.split(',').map((text) => ({ text: text.trim(), ms: text.trim() === '0' ? 0 : parseDuration(text.trim()) }));
  if ((key !== 'for' && key !== 'keep_firing_for') || values.some(({ ms }) => ms === null))
    throw invalid(flag, given, 'write it like for=5m,15m,30m, or cost.for=5m,15m of one rule alone');
  return { rule: rule ?? null, key, values: values.map(({ text, ms }) => ({ text, ms: ms ?? 0 })) };
};

const stepFlag = (given: string, before: unknown, flag: string): number => {
  const ms = durationFlag(given, before, flag);
  if (ms % 60_000 === 0 && 3_600_000 % ms === 0) return ms;
  throw invalid(flag, given, 'it is whole minutes that an hour is made of: 1m, 5m, 15m');
};

const backtest: Leaf = {
  formats: ['text', 'json', 'markdown', 'github'],
  flags: [
    { flags: '-s, --since <duration>', summary: 'how far back', parse: windowFlag, fallback: '30d' },
    { flags: '--rules <file>', summary: 'the rules of a file in place of those of the manifest' },
    { flags: '--against <file>', summary: 'also these, and what differs; a manifest will do' },
    {
      flags: '--sweep <key=values>',
      summary: 'also each of some settings: for=5m,15m,30m, or RULE.keep_firing_for=0s,1h',
      parse: sweepFlag,
    },
    { flags: '--incidents <file>', summary: 'what went wrong: tells which were found, how soon, and what was found beside them' },
    { flags: '--fail-if <condition>', summary: 'exit 1 where it holds: "pages_per_week > 3"' },
    {
      flags: '--lag <duration>',
      summary: 'how long after a moment it is judged: traces take, and so do ticks',
      parse: durationFlag,
      fallback: '2m',
    },
    { flags: '--step <duration>', summary: 'how far apart moments are', parse: stepFlag, fallback: '1m' },
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
    ['3', 'too little of the past is known, or there is no such figure'],
  ],
  async run(session, _args, given) {
    const flags = given as unknown as Flags;
    const { backtestAlerts } = await import('../../backtest-alerts.ts');
    return backtestAlerts(session, {
      sinceMs: flags.since,
      lagMs: flags.lag,
      stepMs: flags.step,
      rules: flags.rules ?? null,
      against: flags.against ?? null,
      incidents: flags.incidents ?? null,
      sweep: flags.sweep ?? null,
      gate: flags.failIf === undefined ? null : await gateFlag(flags.failIf),
    });
  },
};

export default backtest;

const gateFlag = async (given: string): Promise<Gate> => {
  const { backtestFigures, parseGate } = await import('../../../oversight/alerts/backtest.ts');
  const gate = parseGate(given);
  if (gate === null)
    throw invalid('--fail-if', given, `write it like "pages_per_week > 3"; the figures are ${Object.keys(backtestFigures).join(', ')}`);
  return gate;
};
