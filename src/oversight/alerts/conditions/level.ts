import { formatMoney } from '../../../ground/units/amount.ts';
import { humanDuration } from '../../../ground/units/duration.ts';
import type { Judgement, Unit } from '../judgement.ts';

export interface LevelParams {
  /** Above it is too much. */
  readonly limit: number;
  /** At or below it an alert may end; not above `limit`. */
  readonly recovery: number;
}

/** Whether a figure is above a cap. Caps need no statistics: what is spent is spent, however few requests spent it. */
export const levelAbove = (
  { limit, recovery }: LevelParams,
  { value, n, unit, of }: { readonly value: number | null; readonly n: number; readonly unit: Unit; readonly of: string },
): Judgement => {
  const base = { value, threshold: limit, baseline: null, unit, n, numbers: { value, limit, recovery } } as const;
  if (value === null) return { ...base, said: 'unknown', reason: `${of} is not known` };
  const reason = `${of} ${written(value, unit)}, limit ${written(limit, unit)}`;
  return { ...base, said: value > limit ? 'breach' : value <= recovery ? 'clear' : 'between', reason };
};

const written = (value: number, unit: Unit): string => {
  if (unit === 'nanos') return formatMoney(Math.round(value));
  if (unit === 'ms') return humanDuration(value);
  return Number.isInteger(value) ? value.toLocaleString('en-US') : value.toFixed(2);
};
