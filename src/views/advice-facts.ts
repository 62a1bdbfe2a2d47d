import { formatMoney, formatShare } from '../ground/units/amount.ts';
import type { AdviceReport } from '../telemetry/advice/advice-report.ts';
import type { Saving } from '../telemetry/advice/saving.ts';
import { missing } from './words.ts';

export const dollarText = (dollars: number): string => formatMoney(Math.round(dollars * 1e9));

/** `$120 to $180`. */
export const rangeText = ({ low, high }: Saving): string => `${dollarText(low)} to ${dollarText(high)}`;

export const taskText = (task: string | null): string => task ?? missing;

/** What all of it comes to, as sentences without an end. */
export const adviceFacts = ({ combined, spent, findings, saved, sampled }: AdviceReport): readonly string[] => {
  const already = saved.reduce((sum, { dollars }) => sum + dollars, 0);
  return [
    `${dollarText(spent)} a month for model calls`,
    ...(findings.length === 0 ? ['nothing found to save'] : [`${rangeText(combined)} of it could be saved`]),
    ...(Math.abs(already) < 0.005 ? [] : [`${dollarText(already)} is being saved by prompt caches already`]),
    ...(sampled < 1 ? [`${formatShare(sampled)} of the calls looked at`] : []),
  ];
};
