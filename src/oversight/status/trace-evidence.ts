import type { Agent } from '../../fleet/agent.ts';
import { wilsonInterval } from '../../ground/math/intervals.ts';
import { plural } from '../../ground/output/phrases.ts';
import { formatMoney, formatShare, grouped } from '../../ground/units/amount.ts';
import { humanDuration } from '../../ground/units/duration.ts';
import type { LargestRequest } from '../../telemetry/stats/dear-requests.cache.ts';
import { safetyEventsOf } from '../alerts/metrics/safety.ts';
import type { AgentState } from './agent-state.ts';
import type { TraceKind, Watch } from './alert-evidence.ts';

/** What the traces of an agent say of the last while. Null: not known, or nobody asked. */
export interface TraceEvidence {
  /** How far back was looked, ms: further where there were few requests. */
  readonly windowMs: number;
  readonly requests: number;
  readonly errors: number;
  /** Requests that took longer than the SLA's 95th percentile. */
  readonly slower: number | null;
  readonly quality: number | null;
  readonly stepsMax: number | null;
  /** Requests that a guardrail ended, within the window of safety events. */
  readonly blocked: number;
  /** Calls of each tool and failures of each score named in `safety:`, within the same window. */
  readonly toolCalls: ReadonlyMap<string, number>;
  readonly failedScores: ReadonlyMap<string, number>;
  /** The largest of those requests of today and yesterday that were beyond a limit; null: none was. */
  readonly largest: LargestRequest | null;
  readonly hourNanos: number;
  readonly dayNanos: number;
}

/** One-sided: sure enough to wake somebody. */
const zPage = 2.326;
/** Fewer requests prove nothing. */
export const fewestRequests = 10;
const fewestErrors = 2;
/** What an agent without `sla.error_rate` is held to: one that fails more often than not is not green for want of a promise. */
const unpromisedErrorRate = 0.5;

/** What traces speak against an agent. */
export interface TraceFindings {
  readonly red: readonly string[];
  readonly yellow: readonly string[];
}

/**
 * Holds traces against what the agent promises and may spend. A promise is broken for sure (red) where even the lower Wilson bound is over
 * it; over it without that is yellow. Caps need no statistics. What rules watch is theirs to call red: an alert that is open says the same,
 * and where none is, it is worth a word at most.
 */
export const judgeTraces = (
  agent: Pick<Agent, 'sla' | 'budget' | 'tools'>,
  seen: TraceEvidence,
  watch: (kind: TraceKind) => Watch = () => 'no',
): TraceFindings => {
  const { sla, budget } = agent;
  const red: string[] = [];
  const yellow: string[] = [];
  const tell = (kind: TraceKind, isSure: boolean, reason: string) => {
    const watched = watch(kind);
    if (watched !== 'open') (isSure && watched === 'no' ? red : yellow).push(reason);
  };
  const inWindow = `in the last ${humanDuration(seen.windowMs)}`;
  const against = (kind: TraceKind, hits: number, limit: number, reason: string) => {
    if (seen.requests === 0 || hits / seen.requests <= limit) return;
    const isSure = hits >= fewestErrors && seen.requests >= fewestRequests;
    const low = wilsonInterval(hits, seen.requests, zPage)?.low ?? 0;
    tell(kind, isSure && low > limit, reason);
  };
  // They keep it red for as long as the manifest says, whatever rules make of them.
  if (watch('safety') !== 'open') red.push(...safetyEventsOf(agent, seen));
  const failed = `${formatShare(seen.errors / Math.max(1, seen.requests))} of ${plural(seen.requests, 'request')} failed ${inWindow}`;
  if (sla.errorRate === null) against('errors', seen.errors, unpromisedErrorRate, `${failed}, more than half`);
  else against('errors', seen.errors, sla.errorRate, `${failed}, promised ${formatShare(sla.errorRate)}`);
  if (sla.latencyP95Ms !== null && seen.slower !== null) {
    const share = formatShare(seen.slower / Math.max(1, seen.requests));
    against(
      'latency',
      seen.slower,
      0.05,
      `${share} of ${plural(seen.requests, 'request')} took longer than ${humanDuration(sla.latencyP95Ms)} ${inWindow}, promised 5%`,
    );
  }
  const cap = (kind: TraceKind, spent: number, limit: number | null, when: string) => {
    if (limit !== null && spent > limit) tell(kind, true, `spent ${formatMoney(spent)} ${when}, budget ${formatMoney(limit)}`);
  };
  cap('hour', seen.hourNanos, budget.perHourNanos, 'in the last hour');
  cap('day', seen.dayNanos, budget.perDayNanos, 'today');
  if (budget.stepsPerRequest !== null && seen.stepsMax !== null && seen.stepsMax > budget.stepsPerRequest)
    tell('steps', true, `a request took ${seen.stepsMax} steps ${inWindow}, budget ${budget.stepsPerRequest}`);
  else yellow.push(...beyond(seen.largest?.steps, budget.stepsPerRequest, (steps) => `took ${plural(steps, 'step')}`, grouped));
  yellow.push(...beyond(seen.largest?.costNanos, budget.perRequestNanos, (nanos) => `cost ${formatMoney(nanos)}`, formatMoney));
  yellow.push(...beyond(seen.largest?.tokens, budget.tokensPerRequest, (tokens) => `used ${plural(tokens, 'token')}`, grouped));
  if (sla.quality !== null && seen.quality !== null && seen.quality < sla.quality)
    tell('quality', false, `quality ${seen.quality.toFixed(2)} ${inWindow}, promised ${sla.quality}`);
  return { red, yellow };
};

/** What one request took too much of, today or yesterday. */
const beyond = (
  most: number | null | undefined,
  limit: number | null,
  took: (most: number) => string,
  written: (limit: number) => string,
): readonly string[] =>
  limit === null || most === null || most === undefined || most <= limit
    ? []
    : [`since yesterday a request ${took(most)}, budget ${written(limit)}`];

/** What an agent is judged by besides its traces. */
export interface CheckedState extends AgentState {
  /** False: nothing checks it, or no check has ever run; traces then speak alone. */
  readonly isChecked: boolean;
}

/** One state from checks and traces: the worse of both, and never green by absence. `silence`: why traces say nothing; null where they do. */
export const fuseStates = (checked: CheckedState, traces: TraceFindings, silence: string | null): AgentState => {
  const { state, reasons, since, isChecked } = checked;
  if (state === 'red' || traces.red.length > 0)
    return { state: 'red', reasons: [...(state === 'red' ? reasons : []), ...traces.red], since: state === 'red' ? since : null };
  if (state === 'unknown' && (isChecked || silence !== null))
    return { state: 'unknown', reasons: isChecked || silence === null ? reasons : [...reasons, silence], since };
  if (traces.yellow.length > 0)
    return {
      state: 'yellow',
      reasons: [...(state === 'yellow' ? reasons : []), ...traces.yellow],
      since: state === 'yellow' ? since : null,
    };
  return state === 'unknown' ? { state: 'green', reasons: [], since: null } : { state, reasons, since };
};
