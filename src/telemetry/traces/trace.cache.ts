import type { Cache } from '../../ground/store/port.ts';
import { costSourceCodes, errorCodes, kindCodes, splitPair, statusCodes } from './codes.ts';
import { type Dictionary, dictionaryOf, dims } from './dictionary.cache.ts';
import { packId, type StoredId, unpackId } from './identifier.ts';
import { noRun } from './score-runs.ts';
import type { CostSource, ErrorType, SpanKind, SpanStatus, SpanTokens } from './span.ts';
import { readScores, readSpans, type StoredSpan } from './span-rows.cache.ts';
import { growTree, type Tree } from './tree.ts';

/** A span as it is shown. Text is untrusted. */
export interface ShownSpan {
  readonly id: string;
  readonly parentId: string | null;
  readonly runNo: number;
  readonly kind: SpanKind;
  readonly name: string;
  readonly provider: string | null;
  readonly model: string | null;
  readonly promptName: string | null;
  readonly promptVersion: string | null;
  readonly startUs: number;
  readonly durationUs: number | null;
  readonly ttftUs: number | null;
  readonly status: SpanStatus;
  readonly errorType: ErrorType | null;
  readonly tokens: SpanTokens;
  readonly costNanos: number | null;
  readonly costSource: CostSource;
  /** False for a wrapper, whose usage is counted further down. */
  readonly counts: boolean;
  /** Equal for equal prompts or arguments. */
  readonly inputHash: number | null;
}

/** One request to one agent, a part of a trace. */
export interface ShownRun {
  readonly runNo: number;
  readonly callerRun: number | null;
  /** Null: no rule claims it. */
  readonly agent: string | null;
  readonly entryId: string;
  readonly user: string | null;
  readonly session: string | null;
  readonly task: string | null;
  readonly environment: string | null;
  readonly release: string | null;
  readonly startUs: number;
  readonly durationUs: number | null;
  readonly ttftUs: number | null;
  readonly isError: boolean;
  readonly errorType: ErrorType | null;
  readonly steps: number;
  readonly inputTokens: number;
  readonly cachedTokens: number;
  readonly outputTokens: number;
  readonly costNanos: number | null;
  readonly unpriced: number;
  readonly synthetic: boolean;
}

export interface ShownScore {
  readonly name: string;
  readonly value: number | null;
  readonly label: string | null;
  readonly origin: string;
  readonly spanId: string | null;
  readonly runNo: number;
  readonly atUs: number;
}

export interface ShownTrace {
  readonly source: string;
  readonly traceId: string;
  readonly runs: readonly ShownRun[];
  readonly spans: readonly ShownSpan[];
  /** Over the positions of `spans`. */
  readonly tree: Tree;
  readonly scores: readonly ShownScore[];
}

/** Every trace with this id, one for each source that has it; empty where none has. */
export const readTrace = (cache: Cache, traceId: string): readonly ShownTrace[] => {
  const words = dictionaryOf(cache);
  const found = cache.all<{ no: number; source: number }>(
    `SELECT no, source FROM trace WHERE source IN (SELECT id FROM dict WHERE dim = ${dims.source}) AND trace_id = ?`,
    packId(traceId),
  );
  return found.map(({ no, source }) => {
    const spans = [...readSpans(cache, no).values()].map((span) => shownSpan(span, words));
    const graded = [...readScores(cache, no).values()].filter(({ runNo }) => runNo !== noRun);
    const scores = graded.map(({ facts, runNo }) => ({
      name: words.word(facts.name) ?? '',
      value: facts.value,
      label: facts.label,
      origin: words.word(facts.origin) ?? '',
      spanId: facts.spanId,
      runNo,
      atUs: facts.atUs,
    }));
    return { source: words.word(source) ?? '', traceId, runs: readRunsOf(cache, no, words), spans, tree: growTree(spans), scores };
  });
};

const shownSpan = ({ facts, runNo, counts }: StoredSpan, words: Dictionary): ShownSpan => {
  const [provider, model] = splitPair(words.word(facts.model));
  const [promptName, promptVersion] = splitPair(words.word(facts.prompt));
  return {
    id: facts.id,
    parentId: facts.parentId,
    runNo,
    kind: kindCodes[facts.kind] ?? 'other',
    name: words.word(facts.name) ?? '',
    provider,
    model,
    promptName,
    promptVersion,
    startUs: facts.startUs,
    durationUs: facts.durationUs,
    ttftUs: facts.ttftUs,
    status: statusCodes[facts.status] ?? 'unset',
    errorType: errorCodes[facts.errorType] ?? null,
    tokens: {
      input: facts.inTok,
      output: facts.outTok,
      cachedRead: facts.cacheR,
      cachedWrite: facts.cacheW,
      cachedWrite1h: facts.cacheW1h,
      reasoning: facts.reasonTok,
    },
    costNanos: facts.costNanos,
    costSource: costSourceCodes[facts.costSource] ?? 'unknown',
    counts,
    inputHash: facts.inputHash,
  };
};

type Column =
  | 'run_no'
  | 'agent'
  | 'user'
  | 'session'
  | 'task'
  | 'env'
  | 'release'
  | 'start_us'
  | 'is_error'
  | 'error_type'
  | 'steps'
  | 'in_tok'
  | 'cached_tok'
  | 'out_tok'
  | 'unpriced'
  | 'synthetic';
type Row = Record<Column, number> &
  Record<'caller_run' | 'dur_us' | 'ttft_us' | 'cost_nanos', number | null> & { readonly entry_id: StoredId };

const readRunsOf = (cache: Cache, traceNo: number, words: Dictionary): readonly ShownRun[] =>
  cache.all<Row>('SELECT * FROM run WHERE trace_no = ? ORDER BY run_no', traceNo).map((row) => ({
    runNo: row.run_no,
    callerRun: row.caller_run,
    agent: words.word(row.agent),
    entryId: unpackId(row.entry_id),
    user: words.word(row.user),
    session: words.word(row.session),
    task: words.word(row.task),
    environment: words.word(row.env),
    release: words.word(row.release),
    startUs: row.start_us,
    durationUs: row.dur_us,
    ttftUs: row.ttft_us,
    isError: row.is_error === 1,
    errorType: errorCodes[row.error_type] ?? null,
    steps: row.steps,
    inputTokens: row.in_tok,
    cachedTokens: row.cached_tok,
    outputTokens: row.out_tok,
    costNanos: row.cost_nanos,
    unpriced: row.unpriced,
    synthetic: row.synthetic === 1,
  }));

/** What spans of a window say of themselves that no rule claims, by how often. Microseconds. */
export interface UnmatchedLabels {
  readonly source: string;
  readonly traceName: string | null;
  readonly serviceName: string | null;
  readonly agentName: string | null;
  readonly environment: string | null;
  /** Requests, and when the last one started. */
  readonly requests: number;
  readonly lastUs: number;
}

/** Requests that nobody claimed, by the labels of the span where they begin; scans the requests of the window. */
export const readUnmatched = (cache: Cache, fromUs: number, toUs: number): readonly UnmatchedLabels[] => {
  const rows = cache.all<{ source: string; labels: string; requests: number; last_us: number }>(
    `SELECT source.word AS source, labels.word AS labels, COUNT(*) AS requests, MAX(r.start_us) AS last_us
     FROM run r CROSS JOIN span s ON s.trace_no = r.trace_no AND s.span_id = r.entry_id
     JOIN trace t ON t.no = r.trace_no JOIN dict source ON source.id = t.source JOIN dict labels ON labels.id = s.labels
     WHERE r.start_us >= ? AND r.start_us < ? AND r.agent = 0 GROUP BY t.source, s.labels ORDER BY requests DESC`,
    fromUs,
    toUs,
  );
  return rows.map(({ source, labels, requests, last_us }) => {
    const [traceName, serviceName, agentName, environment] = JSON.parse(labels) as readonly (string | null)[];
    return {
      source,
      traceName: traceName ?? null,
      serviceName: serviceName ?? null,
      agentName: agentName ?? null,
      environment: environment ?? null,
      requests,
      lastUs: last_us,
    };
  });
};
