import type { Provider } from '../../agents/providers/provider.ts';
import { isAnswered, type ProviderProbe } from '../../agents/providers/provider-probe.ts';
import { scarcest } from '../../agents/providers/rate-limits.ts';
import { wilsonInterval } from '../../ground/math/intervals.ts';
import { formatShare } from '../../ground/units/amount.ts';
import { humanDuration } from '../../ground/units/duration.ts';
import { countOf, decisiveWindow, type OutageParams, type ProviderSample, providerOutage } from '../alerts/conditions/provider-outage.ts';
import type { CallFigures } from './call-figures.ts';

export type ProviderState = 'up' | 'degraded' | 'out' | 'unknown';

/** How a provider is, and why, a sentence each. */
export interface Standing {
  readonly state: ProviderState;
  readonly reasons: readonly string[];
}

/** What a provider is judged by. */
export interface StandingFacts {
  /** UTC epoch ms. */
  readonly now: number;
  readonly sample: ProviderSample;
  readonly limits: Provider['limits'];
  /** Of the window that is shown. */
  readonly figures: CallFigures;
  /** The newest; null: it was never probed. */
  readonly probe: ProviderProbe | null;
}

const minuteMs = 60_000;
/** One-sided, at one look. */
const z95one = 1.645;
/** More of its calls than this fail, or are refused for a rate limit, and that is worth a word where nothing is promised. */
const leastWorthy = { bad: 0.05, limited: 0.01 };
/** Of its usual. */
const worthyRatio = 4;
/** Less of an allowance than this is left, and it will soon be used up. */
const scarce = 0.1;
/** Allowances are of a minute; one that does not say when it is whole again is by then. */
const allowanceMs = minuteMs;

/** How a provider is as of now: out by the same test that alerts of it go by. */
export const standingOf = (params: OutageParams, facts: StandingFacts): Standing => {
  const { sample } = facts;
  const { said, reason } = providerOutage(params, sample);
  if (said === 'breach') return { state: 'out', reasons: [reason] };
  const worries = [...callWorries(params, facts), ...latencyWorries(facts), ...probeWorries(facts)];
  if (worries.length > 0) return { state: 'degraded', reasons: worries };
  return { state: said === 'unknown' ? 'unknown' : 'up', reasons: [reason] };
};

const callWorries = ({ minCalls }: OutageParams, { sample, limits }: StandingFacts): readonly string[] => {
  const window = decisiveWindow(sample.windows, minCalls);
  if (window === null) return [];
  const { n, bad } = countOf(window);
  if (n < minCalls) return [];
  const within = `in ${humanDuration(window.windowMs)}`;
  const usual = sample.usual.n === 0 ? 0 : sample.usual.bad / sample.usual.n;
  const most = limits.errorRate ?? Math.max(leastWorthy.bad, worthyRatio * usual);
  const isOver = (hits: number, share: number): boolean => (wilsonInterval(hits, n, z95one)?.low ?? 0) > share;
  return [
    ...(isOver(bad, most)
      ? [
          `${bad} of ${n} calls failed ${within} (${formatShare(bad / n)}), ${limits.errorRate === null ? 'worth a word' : 'promised'} above ${formatShare(most)}`,
        ]
      : []),
    ...(isOver(window.limited, leastWorthy.limited) ? [`${window.limited} of ${n} calls were refused for a rate limit ${within}`] : []),
  ];
};

const latencyWorries = ({ figures, limits }: StandingFacts): readonly string[] => {
  const { value, interval } = figures.p95;
  if (limits.latencyP95Ms === null || value === null || interval === null || interval.low / 1000 <= limits.latencyP95Ms) return [];
  return [`calls take ${humanDuration(value / 1000)} (p95 of ${figures.timed}), promised ${humanDuration(limits.latencyP95Ms)}`];
};

const probeWorries = ({ now, sample, probe }: StandingFacts): readonly string[] => {
  if (probe === null) return [];
  const left = scarcest(probe.limits);
  const resetMs = left === null ? null : (probe.limits[left.name]?.resetMs ?? allowanceMs);
  const isScarce = left !== null && left.share < scarce && now - probe.at <= Math.max(resetMs ?? 0, 1);
  return [
    ...(sample.probes[0]?.isAnswered === false && isAnswered(probe) === false ? [`the last probe came to ${sample.probes[0].cause}`] : []),
    ...(isScarce
      ? [`${formatShare(left.share)} of its ${left.name.replace('_', ' ')} are left, whole again in ${humanDuration(resetMs ?? 0)}`]
      : []),
  ];
};
