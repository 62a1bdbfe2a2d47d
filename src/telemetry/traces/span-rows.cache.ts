import type { Cache, Param } from '../../ground/store/port.ts';
import { packId, type StoredId, unpackId } from './identifier.ts';
import type { RunFacts, ScoreFacts, SpanFacts } from './runs.ts';

/** A span of the cache with what was derived from its whole trace. */
export interface StoredSpan {
  readonly facts: SpanFacts;
  readonly runNo: number;
  readonly counts: boolean;
}

export interface StoredScore {
  readonly facts: ScoreFacts;
  readonly runNo: number;
}

type Row = Record<string, number | null> & { span_id: StoredId; parent_id: StoredId | null; hash: string | null };

/** All spans of a trace, by id. */
export const readSpans = (cache: Cache, traceNo: number): Map<string, StoredSpan> => {
  const rows = cache.all<Row>('SELECT *, CAST(input_hash AS TEXT) AS hash FROM span WHERE trace_no = ?', traceNo);
  return new Map(rows.map((row) => [unpackId(row.span_id), spanOfRow(row)]));
};

const spanOfRow = (row: Row): StoredSpan => {
  const told = (column: string): number | null => row[column] ?? null;
  const sure = (column: string): number => row[column] ?? 0;
  const startUs = sure('start_us');
  const updatedAfterUs = told('updated_after_us');
  const facts: SpanFacts = {
    id: unpackId(row.span_id),
    parentId: row.parent_id === null ? null : unpackId(row.parent_id),
    kind: sure('kind'),
    name: sure('name'),
    model: sure('model'),
    startUs,
    durationUs: told('dur_us'),
    ttftUs: told('ttft_us'),
    status: sure('status'),
    errorType: sure('error_type'),
    inTok: told('in_tok'),
    outTok: told('out_tok'),
    cacheR: told('cache_r'),
    cacheW: told('cache_w'),
    cacheW1h: told('cache_w1h'),
    reasonTok: told('reason_tok'),
    costNanos: told('cost_nanos'),
    costSource: sure('cost_source'),
    labels: sure('labels'),
    user: sure('user'),
    session: sure('session'),
    task: sure('task'),
    env: sure('env'),
    release: sure('release'),
    prompt: sure('prompt'),
    updatedUs: updatedAfterUs === null ? null : startUs + updatedAfterUs,
    inputHash: row.hash === null ? null : BigInt(row.hash),
    synthetic: sure('synthetic'),
  };
  return { facts, runNo: sure('run_no'), counts: row['counts'] === 1 };
};

const marks = (count: number): string => new Array(count).fill('?').join(', ');
const putSpan = `INSERT OR REPLACE INTO span VALUES (${marks(31)})`;
const putRun = `INSERT OR REPLACE INTO run VALUES (${marks(32)})`;

export const writeSpan = (cache: Cache, traceNo: number, { facts, runNo, counts }: StoredSpan): void => {
  cache.run(
    putSpan,
    traceNo,
    packId(facts.id),
    facts.parentId === null ? null : packId(facts.parentId),
    runNo,
    counts ? 1 : 0,
    facts.kind,
    facts.name,
    facts.model,
    facts.startUs,
    facts.durationUs,
    facts.ttftUs,
    facts.status,
    facts.errorType,
    facts.inTok,
    facts.outTok,
    facts.cacheR,
    facts.cacheW,
    facts.cacheW1h,
    facts.reasonTok,
    facts.costNanos,
    facts.costSource,
    facts.labels,
    facts.user,
    facts.session,
    facts.task,
    facts.env,
    facts.release,
    facts.prompt,
    facts.updatedUs === null ? null : facts.updatedUs - facts.startUs,
    facts.inputHash,
    facts.synthetic,
  );
};

/** What rollups need to know of a request before it is replaced. */
export interface RunOwner {
  readonly start_us: number;
  readonly agent: number;
  readonly quality_n: number;
  readonly quality_micro: number;
}

/** The requests of a trace in the order of their numbers. */
export const readRunOwners = (cache: Cache, traceNo: number): readonly RunOwner[] =>
  cache.all('SELECT start_us, agent, quality_n, quality_micro FROM run WHERE trace_no = ? ORDER BY run_no', traceNo);

/** Puts a trace's requests in place of those it had. */
export const writeRuns = (cache: Cache, traceNo: number, runs: readonly RunFacts[], had: number): void => {
  for (const [runNo, run] of runs.entries()) cache.run(putRun, ...runParams(traceNo, runNo, run));
  if (had > runs.length) cache.run('DELETE FROM run WHERE trace_no = ? AND run_no >= ?', traceNo, runs.length);
};

const runParams = (traceNo: number, runNo: number, run: RunFacts): readonly Param[] => [
  traceNo,
  runNo,
  packId(run.entryId),
  run.callerRun,
  run.agent,
  run.caller,
  run.user,
  run.session,
  run.task,
  run.env,
  run.release,
  run.prompt,
  run.startUs,
  run.durationUs,
  run.ttftUs,
  run.isError,
  run.errorType,
  run.spans,
  run.spanErrors,
  run.steps,
  run.llmCalls,
  run.toolCalls,
  run.retrievals,
  run.inTok,
  run.cachedTok,
  run.outTok,
  run.priced,
  run.unpriced,
  run.costNanos,
  run.qualityN,
  run.qualityMicro,
  run.synthetic,
];

/** All scores of a trace, by id. */
export const readScores = (cache: Cache, traceNo: number): Map<string, StoredScore> => {
  type Row = Record<'run_no' | 'name' | 'origin' | 'at_us', number> & {
    score_id: string;
    span_id: StoredId | null;
    value: number | null;
    label: string | null;
    updated_us: number | null;
  };
  const rows = cache.all<Row>('SELECT * FROM score WHERE trace_no = ?', traceNo);
  return new Map(
    rows.map(({ score_id, span_id, name, value, label, origin, at_us, updated_us, run_no }) => [
      score_id,
      {
        facts: {
          id: score_id,
          spanId: span_id === null ? null : unpackId(span_id),
          name,
          value,
          label,
          origin,
          atUs: at_us,
          updatedUs: updated_us,
        },
        runNo: run_no,
      },
    ]),
  );
};

export const writeScore = (cache: Cache, traceNo: number, { facts, runNo }: StoredScore): void => {
  cache.run(
    `INSERT OR REPLACE INTO score VALUES (${marks(10)})`,
    traceNo,
    facts.id,
    facts.spanId === null ? null : packId(facts.spanId),
    runNo,
    facts.name,
    facts.value,
    facts.label,
    facts.origin,
    facts.atUs,
    facts.updatedUs,
  );
};
