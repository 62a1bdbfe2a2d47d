import type { Fleet } from '../../fleet/agent.ts';
import type { Context } from '../../ground/runtime/context.ts';
import type { Cache } from '../../ground/store/port.ts';
import type { Range } from '../../ground/units/window.ts';
import { readScoresOf } from '../../telemetry/stats/cells.cache.ts';
import { openFreshCache } from '../../telemetry/stats/open-fresh-cache.ts';
import { readSafetyTraces } from '../../telemetry/stats/safety.cache.ts';
import { errorCodes } from '../../telemetry/traces/codes.ts';
import { dictionaryOf } from '../../telemetry/traces/dictionary.cache.ts';
import { unpackId } from '../../telemetry/traces/identifier.ts';
import { readAgentNumbers } from './metrics/cells.cache.ts';
import { mayCall, safetyQueryOf } from './metrics/safety.ts';
import { countPastRequests, readPastRequests } from './past.cache.ts';
import { countedBy, openPast, type Past, type PastRequest } from './past.ts';
import type { PastSafety } from './past-safety.ts';
import type { Rule } from './rule.ts';
import { subjectsOf, wholeFleet } from './subject.ts';

/** What the cache knows of a stretch of time. */
export interface FleetPast {
  readonly pasts: ReadonlyMap<string, Past>;
  readonly requests: number;
  /** When the first request began, UTC epoch ms; null: there was none. */
  readonly firstAt: number | null;
}

/** Of some thousands of requests: the program is asked to stop, and tells how far it is. */
const pauseEvery = 20_000;

/**
 * Reads the requests of a range (UTC epoch ms) once for all agents and the fleet as a whole, so far as rules will ask for them. Throws when the signal fires.
 */
export const readPast = async (
  ctx: Pick<Context, 'cache' | 'signal' | 'clock'>,
  fleet: Pick<Fleet, 'agents' | 'budget'>,
  { rules, from, to }: { readonly rules: readonly Rule[]; readonly from: number; readonly to: number },
  on: (event: { readonly event: 'read'; readonly done: number; readonly of: number }) => void,
): Promise<FleetPast> => {
  const cache = await openFreshCache(ctx);
  const range = { fromUs: from * 1000, toUs: to * 1000 };
  const pasts = new Map(subjectsOf(fleet).map((subject) => [subject.name, openPast(countedBy(rules, subject))]));
  const numbers = readAgentNumbers(cache);
  const whole = pasts.get(wholeFleet);
  const byNumber = new Map<number, Past>();
  for (const [name, past] of pasts) {
    const number = numbers.get(name);
    if (number !== undefined) byNumber.set(number, past);
  }
  const { n: of, firstUs } = countPastRequests(cache, range);
  let done = 0;
  for (const [agent, startUs, durationUs, isError, errorType, costNanos, steps, tokens, qualityN, qualitySum, trace] of readPastRequests(
    cache,
    range,
  )) {
    done += 1;
    if (done % pauseEvery === 0) {
      ctx.signal.throwIfAborted();
      on({ event: 'read', done, of });
    }
    const request: PastRequest = {
      at: Math.floor(startUs / 1000),
      durationMs: durationUs === null ? null : durationUs / 1000,
      isError: isError === 1,
      errorType: errorCodes[errorType] ?? null,
      ...{ costNanos, steps, tokens, qualityN, qualitySum },
      get traceId() {
        return unpackId(trace);
      },
    };
    byNumber.get(agent)?.add(request);
    whole?.add(request);
  }
  for (const name of new Set(rules.flatMap(({ test }) => (test.type === 'quality' ? (test.score ?? []) : [])))) {
    const number = dictionaryOf(cache).find('score', name) ?? -1;
    const scores = readScoresOf(cache, range, `s.name = ${number}`).toSorted((a, b) => a.start_us - b.start_us);
    for (const { agent, start_us: startUs, value } of scores) byNumber.get(agent)?.score(name, Math.floor(startUs / 1000), value);
  }
  if (rules.some(({ test }) => test.type === 'safety')) readUnsafe(cache, fleet, range, pasts);
  return { pasts, requests: of, firstAt: firstUs === null ? null : Math.floor(firstUs / 1000) };
};

/** Calls of tools that are not allowed, scores that failed, and guardrails that stepped in. */
const readUnsafe = (cache: Cache, fleet: Pick<Fleet, 'agents'>, range: Range, pasts: ReadonlyMap<string, Past>): void => {
  const agents = new Map(fleet.agents.map((agent) => [agent.name, agent]));
  const found: (PastSafety & { readonly agent: string })[] = [];
  for (const { agent: name, kind, name: what, count, ...times } of readSafetyTraces(cache, range, safetyQueryOf(fleet))) {
    const agent = agents.get(name);
    if (agent === undefined || (kind === 'tool' && mayCall(agent, what))) continue;
    const [startAt, from, to] = [times.startUs, times.fromUs, times.toUs].map((us) => Math.floor(us / 1000)) as [number, number, number];
    found.push({ agent: name, kind, name: what, count, startAt, from, to });
  }
  for (const { agent, ...event } of found.sort((a, b) => a.startAt - b.startAt)) pasts.get(agent)?.safety(event);
};
