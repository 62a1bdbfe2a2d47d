import type { Cache } from '../../ground/store/port.ts';
import { type Range, widthUs } from '../../ground/units/window.ts';
import { grainCodes, kind, stateSql, statusError } from '../traces/codes.ts';
import { type StoredId, unpackId } from '../traces/identifier.ts';
import { unpackSketch } from '../traces/prompt-sketch.ts';
import type { Call } from './call.ts';

/** A call with the agent whose request it belongs to. */
export interface AgentCall {
  readonly agent: number;
  readonly call: Call;
}

/** Model calls of one agent on one UTC day, our own probes left out. */
export interface AgentDay {
  readonly agent: number;
  readonly day: number;
  readonly calls: number;
  /** Calls with usage, by whether their cost is known. */
  readonly priced: number;
  readonly unpriced: number;
  readonly costNanos: number;
}

/** From the rollups: what each agent's model calls cost, by day. */
export const readAgentDays = (cache: Cache, { fromUs, toUs }: Range): readonly AgentDay[] =>
  cache.all<AgentDay>(
    `SELECT agent, bucket AS day, SUM(n) AS calls, SUM(priced) AS priced, SUM(unpriced) AS unpriced, SUM(cost_nanos) AS costNanos
     FROM call_roll WHERE grain = ${grainCodes.day} AND bucket >= ? AND bucket < ? AND kind = ${kind.llm} GROUP BY agent, bucket ORDER BY agent, bucket`,
    ...[Math.floor(fromUs / widthUs.day), Math.ceil(toUs / widthUs.day)],
  );

type Row = readonly [
  agent: number,
  trace: number,
  run: number,
  task: number,
  user: number,
  model: number,
  startUs: number,
  input: number | null,
  output: number | null,
  cachedRead: number | null,
  cachedWrite: number | null,
  cachedWrite1h: number | null,
  costNanos: number,
  isError: number,
  llmCalls: number,
  graded: number,
  gradeMicro: number,
  key: number | null,
  sketch: Uint8Array | null,
];

const columns = `r.agent, s.trace_no, s.run_no, r.task, r.user, s.model, t.anchor_s * 1000000 + s.start_after_us, s.in_tok, s.out_tok, s.cache_r, s.cache_w,
  s.cache_w1h, s.cost_nanos, ${stateSql('status')} = ${statusError}, r.llm_calls, r.quality_n, r.quality_micro, s.input_hash, s.prompt_sketch`;
const isCall = `${stateSql('kind')} = ${kind.llm} AND ${stateSql('counts')} AND s.cost_nanos IS NOT NULL AND r.synthetic = 0`;

const isOf = (agents: readonly number[]): string => `r.agent IN (${agents.map((agent) => Math.trunc(agent)).join(', ')})`;

/** All model calls with a known cost in the requests that started in a range, request by request. */
export function* readCallsBetween(cache: Cache, { fromUs, toUs }: Range, agents: readonly number[]): Iterable<AgentCall> {
  const rows = cache.rows<Row>(
    `SELECT ${columns} FROM run r CROSS JOIN trace t ON t.no = r.trace_no CROSS JOIN span s ON s.trace_no = r.trace_no AND s.run_no = r.run_no
     WHERE r.start_us >= ? AND r.start_us < ? AND ${isOf(agents)} AND ${isCall}`,
    ...[fromUs, toUs],
  );
  for (const row of rows) yield callOf(row);
}

/** Prompts of which one in sixteen is kept findable; a sample of them takes one in so many of those. */
const indexed = 's.input_hash >> 40 & 15';

/**
 * Every call of a sample of prompts, in all requests that started in a range: one prompt in 16 × `every` (a power of two), found by an
 * index rather than by reading each call. The sample ends after `most` calls, prompt by prompt: one that is sent all the time must not
 * fill the memory.
 */
export function* readCallsOfPrompts(
  cache: Cache,
  { fromUs, toUs }: Range,
  agents: readonly number[],
  { every, most }: { readonly every: number; readonly most: number },
): Iterable<AgentCall> {
  const rows = cache.rows<Row>(
    // First by what the index itself holds: looking up what it does not would be done for every prompt, not for those of the sample.
    `WITH sample AS MATERIALIZED (
       SELECT s.trace_no, s.span_id FROM span s INDEXED BY span_repeat
       WHERE (s.state & 15) = 2 AND (${indexed}) = 0 AND (s.input_hash >> 28 & ${Math.trunc(every) - 1}) = 0 ORDER BY s.input_hash LIMIT ?)
     SELECT ${columns} FROM sample CROSS JOIN span s ON s.trace_no = sample.trace_no AND s.span_id = sample.span_id
     CROSS JOIN run r ON r.trace_no = s.trace_no AND r.run_no = s.run_no CROSS JOIN trace t ON t.no = s.trace_no
     WHERE r.start_us >= ? AND r.start_us < ? AND ${isOf(agents)} AND ${isCall}`,
    ...[most, fromUs, toUs],
  );
  for (const row of rows) yield callOf(row);
}

/** Keys one by one: spreading objects into one another is ten times slower, measured. */
const callOf = (row: Row): AgentCall => {
  const input = row[7] ?? 0;
  const sketch = row[18] === null ? null : unpackSketch(row[18]);
  const prefix = sketch?.prefix ?? null;
  return {
    agent: row[0],
    call: {
      trace: row[1],
      run: row[2],
      task: row[3],
      user: row[4],
      model: row[5],
      startUs: row[6],
      input,
      output: row[8] ?? 0,
      cachedRead: row[9] ?? 0,
      cachedWrite: row[10] ?? 0,
      cachedWrite1h: row[11] ?? 0,
      costNanos: row[12],
      isError: row[13] === 1,
      callsOfRequest: row[14],
      quality: row[15] === 0 ? null : row[16] / 1e6 / row[15],
      key: row[17],
      prefix: prefix === null ? null : { hash: prefix.hash, tokens: Math.round(prefix.share * input) },
      minHash: sketch?.minHash ?? null,
    },
  };
};

/** The ids of traces by their numbers. */
export const readTraceIds = (cache: Cache, numbers: readonly number[]): ReadonlyMap<number, string> => {
  const rows = cache.all<{ no: number; id: StoredId }>(
    `SELECT no, trace_id AS id FROM trace WHERE no IN (${numbers.map((number) => Math.trunc(number)).join(', ')})`,
  );
  return new Map(rows.map(({ no, id }) => [no, unpackId(id)]));
};
