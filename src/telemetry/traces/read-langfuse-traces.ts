import { type ApiTrouble, troubleError } from '../../clients/api-trouble.ts';
import { cursorGuard } from '../../clients/cursor-guard.ts';
import { isMissing, type Langfuse } from '../../clients/langfuse.ts';
import { dig, digString, type Json, type JsonObject } from '../../ground/json.ts';
import { boundedQuery, traceList } from './langfuse-lists.ts';
import type { TimeWindow } from './port.ts';

/** Trace objects by id; null for one that is gone. */
type TraceObjects = ReadonlyMap<string, Json | null>;

export type TracesRead =
  | { readonly objects: TraceObjects; readonly trouble: null }
  | { readonly objects: null; readonly trouble: ApiTrouble };

/** Reads the trace objects that rows of a slice belong to. Servers before v4 keep user, session, tags, release and name on them alone. */
export interface TraceReader {
  /** Throws as `JsonApi.read` does where a single trace cannot be read; what is wrong with the list of them is told. */
  of(rows: readonly Json[], slice: TimeWindow, signal: AbortSignal): Promise<TracesRead>;
}

/** Most spans of a slice belong to traces that began in it or not long before; the others are asked for one by one. */
const lookBackUs = 3_600_000_000;

export const openTraceReader = (langfuse: Langfuse): TraceReader => {
  let listed: TimeWindow | null = null;
  const found = new Map<string, Json | null>();

  const list = async (slice: TimeWindow, signal: AbortSignal): Promise<ApiTrouble | null> => {
    const guard = cursorGuard(langfuse.host());
    const query = boundedQuery(traceList, { fromUs: slice.fromUs - lookBackUs, toUs: slice.toUs });
    let at: string | null = null;
    do {
      const { page, trouble } = await langfuse.list({ ...traceList, query, at }, signal);
      if (trouble !== null) return trouble;
      for (const trace of page.rows) found.set(digString(trace, 'id') ?? '', joinedOf(trace));
      if (page.next !== null) guard.page(page.rows.length, page.next);
      at = page.next;
    } while (at !== null);
    return null;
  };
  const fetchOne = async (id: string, signal: AbortSignal) => {
    const { answer, trouble } = await langfuse.ask({ path: `/traces/${encodeURIComponent(id)}`, query: { fields: 'core' } }, signal);
    if (trouble !== null && !isMissing(trouble)) throw troubleError(trouble);
    found.set(id, answer === null ? null : joinedOf(answer.json));
  };
  return {
    async of(rows, slice, signal) {
      if (rows.length > 0 && (listed?.fromUs !== slice.fromUs || listed.toUs !== slice.toUs)) {
        found.clear();
        const trouble = await list(slice, signal);
        if (trouble !== null) return { objects: null, trouble };
        listed = slice;
      }
      const wanted = new Set(rows.flatMap((row) => digString(row, 'traceId') ?? []));
      for (const id of wanted) if (!found.has(id)) await fetchOne(id, signal);
      return { objects: found, trouble: null };
    },
  };
};

/** What spans take over from their trace; the rest is not kept. */
const joined = ['name', 'userId', 'sessionId', 'tags', 'release', 'version', 'environment', 'metadata'];

const joinedOf = (trace: Json): JsonObject =>
  Object.fromEntries(joined.flatMap((key) => (dig(trace, key) === undefined ? [] : [[key, dig(trace, key) as Json]])));
