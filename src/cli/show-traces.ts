import type { Fleet } from '../fleet/agent.ts';
import { usageError } from '../ground/errors.ts';
import type { Cache } from '../ground/store/port.ts';
import { readSynced } from '../telemetry/stats/figures.cache.ts';
import { openFreshCache } from '../telemetry/stats/open-fresh-cache.ts';
import { readEdges } from '../telemetry/stats/topology.cache.ts';
import { readTraceLink } from '../telemetry/traces/read-trace-link.ts';
import { blamesOf } from '../telemetry/traces/topology.ts';
import { readTrace, readUnmatched } from '../telemetry/traces/trace.cache.ts';
import { findTraceIds, listTraces, readFailedTraces, readTexts, type TraceQuery } from '../telemetry/traces/trace-list.cache.ts';
import { outlineOf } from '../telemetry/traces/trace-outline.ts';
import { topologyFormats } from '../views/topology.ts';
import { traceFormats } from '../views/trace.ts';
import { traceListFormats } from '../views/traces.ts';
import { unmatchedFormats } from '../views/unmatched.ts';
import type { Format, Outcome, Session, ViewContext } from './command.ts';
import { requireSpans } from './require-spans.ts';

type Render<Report> = (report: Report, view: ViewContext) => string;

/** One report in every format that there is for it; one that there is not is refused. */
const answered = <Report>(
  session: Session,
  formats: Readonly<Partial<Record<Format, Render<Report>>>>,
  report: Report,
  next: readonly string[],
): Outcome => {
  const render = formats[session.format];
  if (render === undefined)
    throw usageError({
      code: 'format_unknown',
      message: `this has no --output ${session.format}`,
      hint: `it can answer as ${Object.keys(formats).join(', ')}`,
    });
  return { finding: 'none', formats: { [session.format]: (view: ViewContext) => render(report, view) }, next };
};

/** What every report about traces starts with. */
const headOf = async ({ ctx, fleet: load }: Session, windowMs: number) => {
  const { fleet } = await load();
  const now = ctx.clock.now();
  return { fleet, generatedAt: now, window: { fromUs: (now - windowMs) * 1000, toUs: now * 1000 } };
};

export type ListWish = Omit<TraceQuery, 'window' | 'text'> & { readonly windowMs: number };

/** `agentops traces list` */
export const listOutcome = async (session: Session, { windowMs, ...wish }: ListWish, text: string | null = null): Promise<Outcome> => {
  const { fleet, ...head } = await headOf(session, windowMs);
  const cache = await session.ctx.cache();
  const lines = listTraces(cache, { ...wish, window: head.window, ...(text === null ? {} : { text }) });
  requireSpans(fleet, lines.length === 0, wish.agent);
  const list = { fleet: fleet.name, ...head, syncedUs: readSynced(cache), lines, limit: wish.limit };
  return answered(session, traceListFormats, list, lines[0] === undefined ? [] : [`agentops traces show ${lines[0].traceId}`]);
};

/** `agentops traces search TEXT`: needs the texts, which are kept only where the manifest says so. */
export const searchOutcome = async (session: Session, wish: ListWish, text: string | undefined): Promise<Outcome> => {
  const { fleet } = await session.fleet();
  if (text === undefined || text === '')
    throw usageError({ code: 'usage', message: 'search needs a text', hint: 'agentops traces search "refund"' });
  if (fleet.capture !== 'io')
    throw usageError({
      code: 'capture_off',
      message: 'prompts and answers are not kept, so there is nothing to search: capture is none',
      hint: 'set capture: io in the manifest, or find traces by facts: agentops traces list --user NAME --errors',
    });
  return listOutcome(session, wish, text);
};

/** `agentops traces show ID` */
export const showOutcome = async (session: Session, given: string | undefined): Promise<Outcome> => {
  if (given === undefined)
    throw usageError({ code: 'usage', message: 'show needs the id of a trace', hint: 'agentops traces list shows some' });
  const { ctx, fleet: load } = session;
  const { fleet } = await load();
  const cache = await ctx.cache();
  const traceId = idOf(fleet, cache, given);
  const traces = [];
  for (const trace of readTrace(cache, traceId)) {
    const link = await readTraceLink(ctx, fleet, trace.source, traceId);
    traces.push({ trace, outline: outlineOf(trace), link, texts: readTexts(cache, traceId, trace.source) });
  }
  return answered(session, traceFormats, { fleet: fleet.name, generatedAt: ctx.clock.now(), traces }, []);
};

/** How many are named where a beginning fits several. */
const listedIds = 6;

/** The whole id of what may be only its beginning. */
const idOf = (fleet: Fleet, cache: Cache, given: string): string => {
  const id = given.trim();
  if (readTrace(cache, id).length > 0) return id;
  const found = id === '' ? [] : findTraceIds(cache, id, listedIds);
  if (found.length === 1 && found[0] !== undefined) return found[0];
  requireSpans(fleet, found.length === 0);
  throw usageError({
    code: found.length === 0 ? 'trace_unknown' : 'trace_ambiguous',
    message:
      found.length === 0
        ? `the cache holds no trace ${JSON.stringify(id)}`
        : `${found.length < listedIds ? found.length : `${listedIds} or more`} traces begin with ${JSON.stringify(id)}`,
    hint:
      found.length === 0
        ? 'agentops traces list shows what there is; agentops sync reads more'
        : `agentops traces show one of ${found.join(', ')}`,
  });
};

/** `agentops traces unmatched` */
export const unmatchedOutcome = async (session: Session, windowMs: number): Promise<Outcome> => {
  const { fleet, ...head } = await headOf(session, windowMs);
  const cache = await session.ctx.cache();
  const groups = readUnmatched(cache, head.window.fromUs, head.window.toUs);
  requireSpans(fleet, groups.length === 0);
  return answered(session, unmatchedFormats, { fleet: fleet.name, ...head, syncedUs: readSynced(cache), groups }, []);
};

/** `agentops traces topology` */
export const topologyOutcome = async (session: Session, windowMs: number): Promise<Outcome> => {
  const { fleet, ...head } = await headOf(session, windowMs);
  const cache = await openFreshCache(session.ctx);
  const edges = readEdges(cache, head.window);
  requireSpans(fleet, edges.length === 0);
  const blames = blamesOf(readFailedTraces(cache, head.window));
  return answered(session, topologyFormats, { fleet: fleet.name, ...head, syncedUs: readSynced(cache), edges, blames }, []);
};
