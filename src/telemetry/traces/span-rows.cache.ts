import type { Cache, Param } from '../../ground/store/port.ts';
import { packState, type stateBits, stateFact } from './codes.ts';
import { packId, type StoredId, unpackId } from './identifier.ts';
import type { RunFacts, ScoreFacts, SpanFacts } from './runs.ts';

/** A span of the cache with what was derived from its whole trace. */
export interface StoredSpan {
  readonly facts: SpanFacts;
  readonly runNo: number;
  readonly counts: boolean;
  /** It has just come, and is not written yet. */
  readonly isFresh: boolean;
}

export interface StoredScore {
  readonly facts: ScoreFacts;
  readonly runNo: number;
  readonly isFresh: boolean;
}

type Row = Record<string, number | null> & { span_id: StoredId; parent_id: StoredId | null; prompt_sketch: Uint8Array | null };

/** All spans of a trace, by id. */
export const readSpans = (cache: Cache, traceNo: number): Map<string, StoredSpan> => {
  const sql = 'SELECT s.*, t.anchor_s FROM trace t CROSS JOIN span s ON s.trace_no = t.no WHERE t.no = ?';
  const rows = cache.all<Row>(sql, traceNo);
  return new Map(rows.map((row) => [unpackId(row.span_id), spanOfRow(row)]));
};

const spanOfRow = (row: Row): StoredSpan => {
  const told = (column: string): number | null => row[column] ?? null;
  const sure = (column: string): number => row[column] ?? 0;
  const state = (fact: keyof typeof stateBits): number => stateFact(sure('state'), fact);
  const startUs = sure('anchor_s') * usPerSecond + sure('start_after_us');
  const durationUs = told('dur_us');
  const updatedAfterUs = told('updated_after_us');
  const facts: SpanFacts = {
    id: unpackId(row.span_id),
    parentId: row.parent_id === null ? null : unpackId(row.parent_id),
    kind: state('kind'),
    name: sure('name'),
    model: sure('model'),
    startUs,
    durationUs,
    ttftUs: told('ttft_us'),
    status: state('status'),
    errorType: state('errorType'),
    inTok: told('in_tok'),
    outTok: told('out_tok'),
    cacheR: told('cache_r'),
    cacheW: told('cache_w'),
    cacheW1h: told('cache_w1h'),
    reasonTok: told('reason_tok'),
    costNanos: told('cost_nanos'),
    costSource: state('costSource'),
    labels: sure('labels'),
    user: sure('user'),
    session: sure('session'),
    task: sure('task'),
    env: sure('env'),
    release: sure('release'),
    prompt: sure('prompt'),
    updatedUs: updatedAfterUs === null ? null : startUs + (durationUs ?? 0) + updatedAfterUs,
    inputHash: told('input_hash'),
    promptSketch: row.prompt_sketch === null ? null : Buffer.from(row.prompt_sketch).toString('latin1'),
    synthetic: state('synthetic'),
    cut: state('cut'),
  };
  return { facts, runNo: sure('run_no'), counts: state('counts') === 1, isFresh: false };
};

/** Microseconds. */
const usPerSecond = 1_000_000;

const stateOf = ({ kind, status, errorType, costSource, synthetic, cut = 0 }: SpanFacts, counts: boolean): number =>
  packState({ kind, status, errorType, costSource, synthetic, counts, cut });

const marks = (count: number): string => new Array(count).fill('?').join(', ');
const putSpan = `INSERT OR REPLACE INTO span VALUES (${marks(27)})`;
const putRun = `INSERT OR REPLACE INTO run VALUES (${marks(31)})`;

/** Where a trace stands in the cache, and the second (UTC epoch) its spans' times count from. */
export interface TracePlace {
  readonly no: number;
  readonly anchorS: number;
}

export const writeSpan = (cache: Cache, trace: TracePlace, { facts, runNo, counts }: Omit<StoredSpan, 'isFresh'>): void => {
  cache.run(
    putSpan,
    trace.no,
    packId(facts.id),
    facts.parentId === null ? null : packId(facts.parentId),
    runNo,
    stateOf(facts, counts),
    facts.name,
    facts.model,
    facts.startUs - trace.anchorS * usPerSecond,
    facts.durationUs,
    facts.ttftUs,
    facts.inTok,
    facts.outTok,
    facts.cacheR,
    facts.cacheW,
    facts.cacheW1h,
    facts.reasonTok,
    facts.costNanos,
    facts.labels,
    facts.user,
    facts.session,
    facts.task,
    facts.env,
    facts.release,
    facts.prompt,
    facts.updatedUs === null ? null : facts.updatedUs - facts.startUs - (facts.durationUs ?? 0),
    facts.inputHash,
    facts.promptSketch === null ? null : Buffer.from(facts.promptSketch, 'latin1'),
  );
};

/** Writes what was derived of a span that is there. */
export const writePlace = (cache: Cache, traceNo: number, { facts, runNo, counts }: Omit<StoredSpan, 'isFresh'>): void => {
  const params = [runNo, stateOf(facts, counts), traceNo, packId(facts.id)];
  cache.run('UPDATE span SET run_no = ?, state = ? WHERE trace_no = ? AND span_id = ?', ...params);
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
  type Row = Record<'run_no' | 'name' | 'origin' | 'sender' | 'at_us', number> & {
    score_id: string;
    span_id: StoredId | null;
    value: number | null;
    label: string | null;
    updated_us: number | null;
  };
  const rows = cache.all<Row>('SELECT * FROM score WHERE trace_no = ?', traceNo);
  return new Map(
    rows.map(({ score_id, span_id, name, value, label, origin, sender, at_us, updated_us, run_no }) => [
      score_id,
      {
        facts: {
          id: score_id,
          spanId: span_id === null ? null : unpackId(span_id),
          name,
          value,
          label,
          origin,
          sender,
          atUs: at_us,
          updatedUs: updated_us,
        },
        runNo: run_no,
        isFresh: false,
      },
    ]),
  );
};

export const writeScore = (cache: Cache, traceNo: number, { facts, runNo }: Omit<StoredScore, 'isFresh'>): void => {
  cache.run(
    `INSERT OR REPLACE INTO score VALUES (${marks(11)})`,
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
    facts.sender,
  );
};
