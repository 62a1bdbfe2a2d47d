import { usageError } from '../ground/errors.ts';
import { parseDuration } from '../ground/units/duration.ts';
import { backtestFigures, type Gate, parseGate, type Sweep } from '../oversight/alerts/backtest.ts';

const invalid = (flag: string, given: string, hint: string) =>
  usageError({ code: 'flag_invalid', message: `${flag} cannot be ${JSON.stringify(given)}`, hint });

/** `for=5m,15m`, or `RULE.keep_firing_for=0s,1h`. */
export const sweepOf = (given: string): Sweep => {
  const [, rule, key, list = ''] = /^(?:([a-z0-9][a-z0-9._-]*)\.)?(for|keep_firing_for)=(.+)$/.exec(given) ?? [];
  const values = list.split(',').map((text) => ({ text: text.trim(), ms: text.trim() === '0' ? 0 : parseDuration(text.trim()) }));
  if ((key !== 'for' && key !== 'keep_firing_for') || values.some(({ ms }) => ms === null))
    throw invalid('--sweep', given, 'write it like for=5m,15m,30m, or cost.for=5m,15m of one rule alone');
  return { rule: rule ?? null, key, values: values.map(({ text, ms }) => ({ text, ms: ms ?? 0 })) };
};

/** Moments lie at the same minutes of every hour. @param given ms */
export const stepOf = (given: number): number => {
  if (given % 60_000 === 0 && 3_600_000 % given === 0) return given;
  throw invalid('--step', `${given / 1000}s`, 'it is whole minutes that an hour is made of: 1m, 5m, 15m');
};

/** `pages_per_week > 3` */
export const gateOf = (given: string): Gate => {
  const gate = parseGate(given);
  if (gate !== null) return gate;
  throw invalid('--fail-if', given, `write it like "pages_per_week > 3"; the figures are ${Object.keys(backtestFigures).join(', ')}`);
};
