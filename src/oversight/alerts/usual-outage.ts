import type { OutageParams } from './conditions/provider-outage.ts';
import { widening } from './rule-of.ts';

const minuteMs = 60_000;

/** What an outage is where no rule says otherwise, and the windows that are looked through for it. */
export const usualOutage: { readonly params: OutageParams; readonly widths: readonly number[] } = {
  params: { share: 0.2, ratio: 3, z: 3.3, minBad: 5, minCalls: 10, probes: 2 },
  widths: widening(5 * minuteMs, 30 * minuteMs),
};
