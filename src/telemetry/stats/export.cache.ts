import type { Cache } from '../../ground/store/port.ts';
import { formatInstant } from '../../ground/units/instant.ts';
import { widthUs } from '../../ground/units/window.ts';
import { costSourceCodes, errorCodes, grainCodes, kindCodes, splitPair, stateFact, statusCodes } from '../traces/codes.ts';
import { type StoredId, unpackId } from '../traces/identifier.ts';
import { facets, otherKey } from './rollup.ts';

export type ExportValue = string | number | boolean | null;

/** What can be exported. */
export const exportNames = ['spans', 'runs', 'scores', 'rollups'] as const;
export type ExportName = (typeof exportNames)[number];

/** A table for other programs: names of the columns, and rows one by one, by start. */
export interface Export {
  readonly head: readonly string[];
  readonly rows: Iterable<readonly ExportValue[]>;
}

type Row = Readonly<Record<string, ExportValue>> & { readonly trace?: StoredId; readonly id?: StoredId; readonly parent?: StoredId | null };
type Field = readonly [name: string, read: (row: Row) => ExportValue];

const word = (column: string, as: string): string => `(SELECT word FROM dict WHERE dict.id = ${column}) AS ${as}`;
const words = (table: string, ...columns: readonly string[]): string => columns.map((each) => word(`${table}.${each}`, each)).join(', ');
const trace =
  '(SELECT trace_id FROM trace WHERE no = r.trace_no) AS trace, (SELECT word FROM trace t JOIN dict d ON d.id = t.source WHERE no = r.trace_no) AS source';

const plain = (name: string): Field => [name, (row) => row[name] ?? null];
const idOf = (value: StoredId | null | undefined): string | null => (value == null ? null : unpackId(value));
const instant = (name: string, column: string): Field => [name, (row) => (row[column] == null ? null : formatInstant(Number(row[column])))];
const ms = (name: string, column: string): Field => [name, (row) => (row[column] == null ? null : Number(row[column]) / 1000)];
const usd = (name: string, column: string): Field => [name, (row) => (row[column] == null ? null : Number(row[column]) / 1e9)];
const isTrue = (name: string, column = name): Field => [name, (row) => row[column] === 1];
const code = (name: string, column: string, codes: readonly (string | null)[]): Field => [
  name,
  (row) => codes[Number(row[column])] ?? null,
];
const state = (name: string, fact: Parameters<typeof stateFact>[1], codes: readonly (string | null)[]): Field => [
  name,
  (row) => codes[stateFact(Number(row['state']), fact)] ?? null,
];
const half = (name: string, column: string, at: 0 | 1): Field => [name, (row) => splitPair(row[column] as string | null)[at]];
const ids: readonly Field[] = [plain('source'), ['trace_id', (row) => idOf(row.trace)]];
const whose = ['user', 'session', 'task', 'env', 'release', 'prompt'] as const;
const whoseFields: readonly Field[] = [
  ...whose.filter((name) => name !== 'prompt').map(plain),
  half('prompt_name', 'prompt', 0),
  half('prompt_version', 'prompt', 1),
];

interface Plan {
  readonly sql: string;
  readonly fields: readonly Field[];
}

const spans: Plan = {
  sql: `SELECT ${trace}, ${word('r.agent', 'agent')}, ${words('s', 'name', 'model', ...whose)}, s.span_id AS id, s.parent_id AS parent,
      s.state, t.anchor_s * 1000000 + s.start_after_us AS start_us, s.dur_us, s.ttft_us, s.in_tok AS input_tokens, s.out_tok AS output_tokens,
      s.cache_r AS cached_tokens, s.reason_tok AS reasoning_tokens, s.cost_nanos
    FROM run r CROSS JOIN trace t ON t.no = r.trace_no CROSS JOIN span s ON s.trace_no = r.trace_no AND s.run_no = r.run_no
    WHERE r.start_us >= ? ORDER BY r.start_us`,
  fields: [
    ...ids,
    ['span_id', (row) => idOf(row.id)],
    ['parent_id', (row) => idOf(row.parent)],
    plain('agent'),
    state('kind', 'kind', kindCodes),
    plain('name'),
    half('provider', 'model', 0),
    half('model', 'model', 1),
    instant('start', 'start_us'),
    ms('duration_ms', 'dur_us'),
    ms('ttft_ms', 'ttft_us'),
    state('status', 'status', statusCodes),
    state('error_type', 'errorType', errorCodes),
    ...['input_tokens', 'output_tokens', 'cached_tokens', 'reasoning_tokens'].map(plain),
    usd('cost_usd', 'cost_nanos'),
    state('cost_source', 'costSource', costSourceCodes),
    ['counts', (row) => stateFact(Number(row['state']), 'counts') === 1],
    ...whoseFields,
    ['synthetic', (row) => stateFact(Number(row['state']), 'synthetic') === 1],
  ],
};

const runs: Plan = {
  sql: `SELECT ${trace}, ${words('r', 'agent', 'caller', ...whose)}, r.start_us, r.dur_us, r.ttft_us, r.is_error, r.error_type, r.spans, r.steps,
      r.llm_calls, r.tool_calls, r.in_tok AS input_tokens, r.cached_tok AS cached_tokens, r.out_tok AS output_tokens, r.cost_nanos,
      r.unpriced AS unpriced_calls, r.synthetic
    FROM run r WHERE r.start_us >= ? ORDER BY r.start_us`,
  fields: [
    ...ids,
    plain('agent'),
    plain('caller'),
    instant('start', 'start_us'),
    ms('duration_ms', 'dur_us'),
    ms('ttft_ms', 'ttft_us'),
    isTrue('error', 'is_error'),
    code('error_type', 'error_type', errorCodes),
    ...['spans', 'steps', 'llm_calls', 'tool_calls', 'input_tokens', 'cached_tokens', 'output_tokens'].map(plain),
    usd('cost_usd', 'cost_nanos'),
    plain('unpriced_calls'),
    ...whoseFields,
    isTrue('synthetic'),
  ],
};

const scores: Plan = {
  sql: `SELECT ${trace}, ${word('r.agent', 'agent')}, ${words('s', 'name', 'origin')}, s.score_id, s.span_id AS id, s.value, s.label, s.at_us
    FROM run r CROSS JOIN score s ON s.trace_no = r.trace_no AND s.run_no = r.run_no WHERE r.start_us >= ? ORDER BY r.start_us`,
  fields: [
    ...ids,
    ['span_id', (row) => idOf(row.id)],
    ...['score_id', 'agent', 'name', 'value', 'label', 'origin'].map(plain),
    instant('at', 'at_us'),
  ],
};

const facetNames = Object.keys(facets);
const keyOf = (row: Row): ExportValue => {
  if (row['key'] === otherKey) return '(other)';
  if (row['facet'] === facets.agent) return null;
  return row['facet'] === facets.error ? (errorCodes[Number(row['key'])] ?? null) : (row['word'] ?? null);
};

/** Hours of every facet that has them; a day where it is kept by day only. */
const rollups: Plan = {
  sql: `SELECT ${word('r.agent', 'agent')}, ${word('r.key', 'word')}, r.facet, r.key, r.grain,
      r.bucket * (CASE r.grain WHEN ${grainCodes.hour} THEN ${widthUs.hour} ELSE ${widthUs.day} END) AS start_us,
      r.n AS requests, r.errors, r.cost_nanos, r.unpriced AS unpriced_calls, r.in_tok AS input_tokens, r.cached_tok AS cached_tokens,
      r.out_tok AS output_tokens, r.llm_calls, r.tool_calls
    FROM run_roll r
    WHERE (r.grain = ${grainCodes.hour} OR (r.grain = ${grainCodes.day} AND r.facet = ${facets.user})) AND start_us >= ?
    ORDER BY start_us, r.facet, r.key, r.agent`,
  fields: [
    instant('bucket', 'start_us'),
    ['width', (row) => (row['grain'] === grainCodes.hour ? 'hour' : 'day')],
    ['by', (row) => facetNames[Number(row['facet'])] ?? null],
    ['key', keyOf],
    ...['agent', 'requests', 'errors'].map(plain),
    usd('cost_usd', 'cost_nanos'),
    ...['unpriced_calls', 'input_tokens', 'cached_tokens', 'output_tokens', 'llm_calls', 'tool_calls'].map(plain),
  ],
};

const plans: Readonly<Record<ExportName, Plan>> = { spans, runs, scores, rollups };

/** What the cache holds of requests and buckets that started from an instant on (microseconds). Texts are untrusted. Rows are read as they are taken. */
export const exportOf = (cache: Cache, name: ExportName, sinceUs: number): Export => {
  const { sql, fields } = plans[name];
  return { head: fields.map(([title]) => title), rows: recordsOf(cache.each<Row>(sql, sinceUs), fields) };
};

function* recordsOf(rows: Iterable<Row>, fields: readonly Field[]): Iterable<readonly ExportValue[]> {
  for (const row of rows) yield fields.map(([, read]) => read(row));
}
