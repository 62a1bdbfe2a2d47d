import { wilsonInterval } from '../../../ground/math/intervals.ts';
import { listOf, plural } from '../../../ground/output/phrases.ts';
import { formatShare } from '../../../ground/units/amount.ts';
import { humanDuration } from '../../../ground/units/duration.ts';
import type { Judgement } from '../judgement.ts';

/** The calls of one agent. */
export interface AgentCalls {
  readonly agent: string;
  readonly n: number;
  /** That failed by no fault of a guardrail or a tool. */
  readonly bad: number;
}

/** The calls that a provider was sent in one window. */
export interface CallWindow {
  readonly windowMs: number;
  /** Of those that failed, the ones that were refused for a rate limit, and that took too long. */
  readonly limited: number;
  readonly timedOut: number;
  readonly agents: readonly AgentCalls[];
}

/** One probe of a provider. */
export interface ProbeSeen {
  /** UTC epoch ms. */
  readonly at: number;
  /** Null: nobody knows, because our own side was at fault. */
  readonly isAnswered: boolean | null;
  /** What it came to, in a few words. */
  readonly cause: string;
}

/** What is known of one provider as of a moment. */
export interface ProviderSample {
  readonly provider: string;
  /** The same moment through wider and wider windows, narrowest first. */
  readonly windows: readonly CallWindow[];
  /** Its calls over the week before them. */
  readonly usual: { readonly n: number; readonly bad: number };
  /** Those that are still news, newest first. */
  readonly probes: readonly ProbeSeen[];
}

export interface OutageParams {
  /** The share of calls that fails in an outage, at least, 0 to 1. */
  readonly share: number;
  /** How many times its usual it is, at least. */
  readonly ratio: number;
  /** One-sided normal quantile. */
  readonly z: number;
  readonly minBad: number;
  readonly minCalls: number;
  /** So many probes in a row fail, where calls are too few to tell. */
  readonly probes: number;
}

/** Fewer calls prove nothing of what is usual. */
const leastUsual = 100;
/** Fewer calls of an agent do not say whether it is hit. */
const leastOfAgent = 3;
/** However much usually fails, nearly everything that does is an outage. */
const highestThreshold = 0.9;
/** At or below this part of the threshold an outage is over. */
const recovered = 0.5;

/** The share of calls above which a provider is out: a part of all, and a multiple of what usually fails. */
export const outageThreshold = ({ share, ratio }: Pick<OutageParams, 'share' | 'ratio'>, usual: ProviderSample['usual']): number =>
  usual.n < leastUsual ? share : Math.min(Math.max(share, highestThreshold), Math.max(share, (ratio * usual.bad) / usual.n));

/** The first window with enough calls, else the widest. */
export const decisiveWindow = (windows: readonly CallWindow[], minCalls: number): CallWindow | null =>
  windows.find((window) => countOf(window).n >= minCalls) ?? windows.at(-1) ?? null;

/** All calls of a window. */
export const countOf = ({ agents }: Pick<CallWindow, 'agents'>): { readonly n: number; readonly bad: number } =>
  agents.reduce((sum, { n, bad }) => ({ n: sum.n + n, bad: sum.bad + bad }), { n: 0, bad: 0 });

/**
 * Whether a provider is out: by the lower end of Wilson's interval of the calls that fail, across agents, so that one agent that sends
 * nonsense is no outage; where calls are too few, by probes that fail in a row. What calls prove outweighs what probes do: they are what
 * agents feel.
 */
export const providerOutage = (params: OutageParams, sample: ProviderSample): Judgement => {
  const { minBad, minCalls, z } = params;
  const threshold = outageThreshold(params, sample.usual);
  const window = decisiveWindow(sample.windows, minCalls);
  const { n, bad } = window === null ? { n: 0, bad: 0 } : countOf(window);
  const interval = wilsonInterval(bad, n, z);
  const value = n === 0 ? null : bad / n;
  const { failing, answered } = probesOf(sample.probes);
  const base = {
    value,
    threshold,
    baseline: sample.usual.n < leastUsual ? null : sample.usual.bad / sample.usual.n,
    unit: 'share',
    n,
    numbers: {
      ...{ calls: n, failed: bad, limited: window?.limited ?? 0, timed_out: window?.timedOut ?? 0, window_ms: window?.windowMs ?? null },
      ...{ lower_bound: interval?.low ?? null, threshold, usual_calls: sample.usual.n, usual_failed: sample.usual.bad },
      ...{ probes_failing: failing, z },
    },
  } as const;
  if (window !== null && value !== null && interval !== null && n >= minCalls) {
    const seen = `${sample.provider}: ${bad} of ${n} calls failed in ${humanDuration(window.windowMs)}${kindsOf(window)}`;
    const hit = hitBy(window, threshold);
    if (bad >= minBad && interval.low > threshold && hit.isWide)
      return { ...base, said: 'breach', reason: `${seen}, of ${listOf(hit.agents)}; ${usually(base.baseline, threshold)}` };
    if (value <= threshold * recovered) return { ...base, said: 'clear', reason: `${seen} (${formatShare(value)})` };
    const one = hit.agents[0];
    const why =
      interval.low > threshold && !hit.isWide && one !== undefined
        ? `all of them of ${one}, and others are answered`
        : usually(base.baseline, threshold);
    return { ...base, said: 'between', reason: `${seen} (${formatShare(value)}): ${why}` };
  }
  const few = `${sample.provider}: ${plural(n, 'call')}${window === null ? '' : ` in ${humanDuration(window.windowMs)}`}, too few to tell`;
  const [newest] = sample.probes;
  if (failing >= params.probes)
    return {
      ...base,
      said: 'breach',
      reason: `${sample.provider}: ${failing} probes in a row failed, the last with ${newest?.cause ?? ''}; ${plural(n, 'call')} of agents`,
    };
  if (answered) return { ...base, said: 'clear', reason: `${few}; a probe was answered` };
  return {
    ...base,
    said: 'unknown',
    reason: `${few}, and ${newest === undefined ? 'no probe of late' : `the last probe came to ${newest.cause}`}`,
  };
};

const usually = (baseline: number | null, threshold: number): string =>
  `${baseline === null ? 'nothing is usual yet' : `usually ${formatShare(baseline)} do`}, out above ${formatShare(threshold)}`;

const kindsOf = ({ limited, timedOut }: CallWindow): string => {
  const kinds = [...(limited > 0 ? [`${limited} by rate limits`] : []), ...(timedOut > 0 ? [`${timedOut} by timeouts`] : [])];
  return kinds.length === 0 ? '' : ` (${listOf(kinds)})`;
};

/** Which agents an outage hits; where several call the provider, one alone may be to blame itself. */
const hitBy = ({ agents }: CallWindow, threshold: number): { readonly agents: readonly string[]; readonly isWide: boolean } => {
  const telling = agents.filter(({ n }) => n >= leastOfAgent);
  const hit = telling.filter(({ n, bad }) => bad / n > threshold);
  return { agents: hit.map(({ agent }) => agent), isWide: hit.length >= Math.min(2, Math.max(1, telling.length)) };
};

/** How many of the newest probes failed in a row, and whether the newest that tells anything was answered. */
const probesOf = (probes: readonly ProbeSeen[]): { readonly failing: number; readonly answered: boolean } => {
  const telling = probes.filter(({ isAnswered }) => isAnswered !== null);
  const first = telling.findIndex(({ isAnswered }) => isAnswered === true);
  return { failing: first < 0 ? telling.length : first, answered: first === 0 };
};
