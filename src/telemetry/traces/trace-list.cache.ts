import type { Cache, Param } from '../../ground/store/port.ts';
import type { Range } from '../../ground/units/window.ts';
import { errorCodes, splitPair } from './codes.ts';
import { type Dim, dictionaryOf, dims } from './dictionary.cache.ts';
import { packId, type StoredId, unpackId } from './identifier.ts';
import type { ErrorType } from './span.ts';
import type { AgentPart } from './tree.ts';

/** Which requests to list. All that is given must hold. */
export interface TraceQuery {
  /** Microseconds, by start. */
  readonly window: Range;
  /** Requests to this agent, also where another agent handed over; without it, whole traces. */
  readonly agent?: string;
  readonly user?: string;
  readonly session?: string;
  readonly release?: string;
  readonly task?: string;
  readonly model?: string;
  readonly tool?: string;
  readonly errorsOnly?: boolean;
  readonly minCostNanos?: number;
  readonly minDurationUs?: number;
  readonly minSteps?: number;
  /** A text that was asked or answered; finds only what is kept under `capture: io`. */
  readonly text?: string;
  readonly order: TraceOrder;
  readonly limit: number;
}

const orders = {
  newest: 'r.start_us DESC',
  cost: 'cost_nanos DESC, r.start_us DESC',
  duration: 'r.dur_us DESC, r.start_us DESC',
  steps: 'steps DESC, r.start_us DESC',
} as const;
export type TraceOrder = keyof typeof orders;

/** One request: a whole trace, or an agent's part of it. */
export interface TraceLine {
  readonly source: string;
  readonly traceId: string;
  readonly agent: string | null;
  readonly user: string | null;
  readonly release: string | null;
  readonly startUs: number;
  /** Null while it runs. */
  readonly durationUs: number | null;
  readonly isError: boolean;
  readonly errorType: ErrorType | null;
  readonly costNanos: number | null;
  readonly steps: number;
}

interface Row {
  readonly source: number;
  readonly trace_id: StoredId;
  readonly agent: number;
  readonly user: number;
  readonly release: number;
  readonly start_us: number;
  readonly dur_us: number | null;
  readonly is_error: number;
  readonly error_type: number;
  readonly cost_nanos: number | null;
  readonly steps: number;
}

/** Requests of a window, our own probes left out. Scans the requests of the window. */
export const listTraces = (cache: Cache, query: TraceQuery): readonly TraceLine[] => {
  const words = dictionaryOf(cache);
  const { where, params } = conditionsOf(cache, query);
  const ofTrace = (column: string) => `(SELECT SUM(x.${column}) FROM run x WHERE x.trace_no = r.trace_no)`;
  const [cost, steps] = query.agent === undefined ? [ofTrace('cost_nanos'), ofTrace('steps')] : ['r.cost_nanos', 'r.steps'];
  const rows = cache.all<Row>(
    `SELECT * FROM (
       SELECT t.source, t.trace_id, r.agent, r.user, r.release, r.start_us, r.dur_us, r.is_error, r.error_type,
         ${cost} AS cost_nanos, ${steps} AS steps
       FROM run r JOIN trace t ON t.no = r.trace_no WHERE ${where}
     ) r WHERE COALESCE(cost_nanos, 0) >= ? AND steps >= ? ORDER BY ${orders[query.order]} LIMIT ?`,
    ...params,
    query.minCostNanos ?? 0,
    query.minSteps ?? 0,
    query.limit,
  );
  return rows.map((row) => ({
    source: words.word(row.source) ?? '',
    traceId: unpackId(row.trace_id),
    agent: words.word(row.agent),
    user: words.word(row.user),
    release: words.word(row.release),
    startUs: row.start_us,
    durationUs: row.dur_us,
    isError: row.is_error === 1,
    errorType: errorCodes[row.error_type] ?? null,
    costNanos: row.cost_nanos,
    steps: row.steps,
  }));
};

/** A number that no word has. */
const nothing = -1;

const conditionsOf = (cache: Cache, query: TraceQuery): { readonly where: string; readonly params: readonly Param[] } => {
  const words = dictionaryOf(cache);
  const conditions = ['r.start_us >= ?', 'r.start_us < ?', 'r.synthetic = 0'];
  const params: Param[] = [query.window.fromUs, query.window.toUs];
  const equal = (column: string, dim: Dim, word: string | undefined) => {
    if (word === undefined) return;
    conditions.push(`r.${column} = ?`);
    params.push(word === '(unmatched)' || word === '(none)' ? 0 : (words.find(dim, word) ?? nothing));
  };
  if (query.agent === undefined) conditions.push('r.caller_run IS NULL');
  equal('agent', 'agent', query.agent);
  equal('user', 'user', query.user);
  equal('session', 'session', query.session);
  equal('release', 'release', query.release);
  equal('task', 'task', query.task);
  if (query.errorsOnly === true) conditions.push('r.is_error = 1');
  // What still runs has no length yet.
  if ((query.minDurationUs ?? 0) > 0) {
    conditions.push('r.dur_us >= ?');
    params.push(query.minDurationUs ?? 0);
  }
  const spansOf = query.agent === undefined ? 's.trace_no = r.trace_no' : 's.trace_no = r.trace_no AND s.run_no = r.run_no';
  const hasSpan = (column: string, numbers: readonly number[]) =>
    conditions.push(`EXISTS (SELECT 1 FROM span s WHERE ${spansOf} AND s.${column} IN (${numbers.join(', ')}))`);
  if (query.model !== undefined) hasSpan('model', modelNumbers(cache, query.model));
  if (query.tool !== undefined) hasSpan('name', [words.find('name', query.tool) ?? nothing]);
  if (query.text !== undefined) {
    conditions.push(`EXISTS (SELECT 1 FROM payload p WHERE p.trace_no = r.trace_no AND p.body LIKE ? ESCAPE '\\')`);
    params.push(`%${likeText(query.text)}%`);
  }
  return { where: conditions.join(' AND '), params };
};

/** A text as it stands inside a stored JSON document, with nothing in it that LIKE would obey. */
const likeText = (text: string): string =>
  JSON.stringify(text)
    .slice(1, -1)
    .replace(/[\\%_]/g, '\\$&');

const modelNumbers = (cache: Cache, model: string): readonly number[] =>
  cache
    .all<{ id: number; word: string }>('SELECT id, word FROM dict WHERE dim = ?', dims.model)
    .filter(({ word }) => splitPair(word)[1] === model)
    .map(({ id }) => id);

/** Ids that begin with these hex digits, at most `limit`. Scans all traces. */
export const findTraceIds = (cache: Cache, prefix: string, limit: number): readonly string[] =>
  cache
    .all<{ id: StoredId }>(
      "SELECT DISTINCT trace_id AS id FROM trace WHERE CASE typeof(trace_id) WHEN 'blob' THEN lower(hex(trace_id)) ELSE trace_id END LIKE ? ESCAPE '\\' LIMIT ?",
      `${prefix.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`,
      limit,
    )
    .map(({ id }) => unpackId(id));

/** The parts of each trace of a window that failed, trace by trace. */
export const readFailedTraces = (cache: Cache, { fromUs, toUs }: Range): readonly (readonly AgentPart[])[] => {
  const words = dictionaryOf(cache);
  const rows = cache.all<{ trace_no: number; run_no: number; caller_run: number | null; agent: number; is_error: number }>(
    `SELECT x.trace_no, x.run_no, x.caller_run, x.agent, x.is_error FROM run r JOIN run x ON x.trace_no = r.trace_no
     WHERE r.start_us >= ? AND r.start_us < ? AND r.caller_run IS NULL AND r.is_error = 1 AND r.synthetic = 0 ORDER BY x.trace_no, x.run_no`,
    fromUs,
    toUs,
  );
  const traces = new Map<number, AgentPart[]>();
  for (const { trace_no, run_no, caller_run, agent, is_error } of rows) {
    const part = { runNo: run_no, callerRun: caller_run, agent: words.word(agent), isError: is_error === 1 };
    const known = traces.get(trace_no);
    if (known === undefined) traces.set(trace_no, [part]);
    else known.push(part);
  }
  return [...traces.values()];
};

/** What was asked and answered in each span of a trace, where it is kept. */
export interface KeptText {
  readonly input: string | null;
  readonly output: string | null;
  readonly message: string | null;
}

/** The texts of a trace's spans by span id; empty unless they were kept under `capture: io`. */
export const readTexts = (cache: Cache, traceId: string, source: string): ReadonlyMap<string, KeptText> => {
  const rows = cache.all<{ id: StoredId; body: string }>(
    `SELECT p.span_id AS id, p.body FROM trace t JOIN payload p ON p.trace_no = t.no
     WHERE t.source = (SELECT id FROM dict WHERE dim = ${dims.source} AND word = ?) AND t.trace_id = ?`,
    source,
    packId(traceId),
  );
  return new Map(rows.map(({ id, body }) => [unpackId(id), JSON.parse(body) as KeptText]));
};
