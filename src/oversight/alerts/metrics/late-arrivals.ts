import type { Fleet } from '../../../fleet/agent.ts';
import type { Cache } from '../../../ground/store/port.ts';
import { readSafety } from '../../../telemetry/stats/safety.cache.ts';
import { errorCodes } from '../../../telemetry/traces/codes.ts';
import type { LateMark } from '../../../telemetry/traces/late.cache.ts';
import { type Caps, nothingSeen, type Samples } from '../samples.ts';
import { windowBack } from './buckets-back.ts';
import { type GrownRow, type LateRow, readAgentNumbers, readArrived, readGrown } from './cells.cache.ts';
import { extremesOf } from './extremes.ts';
import { safetyEventsOf, safetyQueryOf } from './safety.ts';
import { byAgent } from './traffic.ts';

/** So long ago an event may be, ms, to be told of when it arrives: what is older is history. */
export const lateReachMs = 6 * 3_600_000;
/** So long what arrived late counts, ms: as long as the default window of what arrives in time. */
export const lateHeldMs = 15 * 60_000;

/** What makes a request one that arrived late. */
export interface LateQuery {
  /** UTC epoch ms. */
  readonly moment: number;
  /** The number of the newest trace that had arrived before. */
  readonly afterTrace: number;
  /** What had been noted before of spans that came late to traces that were known. */
  readonly noted: LateMark;
  /** Up to when moments were judged before, UTC epoch ms; null: none was. What came later is in the windows of the moments since. */
  readonly judgedTo: number | null;
}

/** Single requests that arrived, or to which spans came, when the windows they belong to had been judged, as rules about events look at them. */
export const lateArrivals = (cache: Cache, fleet: Pick<Fleet, 'agents'>, query: LateQuery): ((agent: string) => Samples) => {
  const { moment, afterTrace, noted, judgedTo } = query;
  const agents = new Map(fleet.agents.map((agent) => [agent.name, agent]));
  const numbers = readAgentNumbers(cache);
  const known = new Map<number, ReturnType<typeof readLate>>();
  const readLate = (widthMs: number) => {
    const to = Math.min(moment - windowBack(moment, widthMs).windowMs, judgedTo ?? moment);
    const range = { fromUs: (moment - lateReachMs) * 1000, toUs: to * 1000 };
    const rows = byAgent(readArrived(cache, range, afterTrace));
    const grown = byAgent(readGrown(cache, range, { trace: afterTrace, run: noted.run }));
    const asked = { ...safetyQueryOf(fleet), arrivedAfter: afterTrace, notedAfter: noted.span };
    return { rows, grown, safety: readSafety(cache, range, asked) };
  };
  const lateBefore = (widthMs: number) => {
    const found = known.get(widthMs) ?? readLate(widthMs);
    known.set(widthMs, found);
    return found;
  };
  return (name) => {
    const agent = agents.get(name);
    const number = numbers.get(name);
    if (agent === undefined || number === undefined) return nothingSeen;
    const rowsOf = (widthMs: number): readonly LateRow[] => lateBefore(widthMs).rows.get(number) ?? [];
    const grownOf = (widthMs: number): readonly GrownRow[] => lateBefore(widthMs).grown.get(number) ?? [];
    return {
      ...nothingSeen,
      extremes: (widthMs, caps = {}) => extremesOf(cache, [...rowsOf(widthMs), ...grownOf(widthMs).map((row) => asOfNow(row, caps))]),
      safety: (widthMs) => {
        const seen = lateBefore(widthMs).safety.get(name) ?? { toolCalls: new Map(), blocked: 0, failedScores: new Map() };
        const ended = [...rowsOf(widthMs), ...grownOf(widthMs).filter((row) => row[10] !== guardrail)].filter(
          (row) => row[6] === guardrail,
        );
        return safetyEventsOf(agent, { ...seen, blocked: Math.max(seen.blocked, ended.length) }).map((reason) => ({ reason, since: null }));
      },
    };
  };
};

/** What a request has come to, so far as it went above a cap only now: what was above it before has been told of. */
const asOfNow = (
  [agent, trace, startUs, steps, tokens, costNanos, errorType, stepsBefore, tokensBefore, nanosBefore]: GrownRow,
  caps: Caps,
): LateRow => {
  const unlessTold = <Value>(now: Value, before: number, cap = Number.POSITIVE_INFINITY): Value | 0 => (before > cap ? 0 : now);
  return [
    ...([agent, trace, startUs, unlessTold(steps, stepsBefore, caps.steps), unlessTold(tokens, tokensBefore, caps.tokens)] as const),
    ...([unlessTold(costNanos, nanosBefore, caps.nanos), errorType] as const),
  ];
};

const guardrail = errorCodes.indexOf('guardrail');
