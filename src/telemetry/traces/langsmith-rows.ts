import { providerName } from '../../agents/prices/model-name.ts';
import { dig, digArray, digNumber, digString, type Json } from '../../ground/json.ts';
import { content, dollars, short, shortList, tokens } from './attribute-values.ts';
import { errorTypeOf } from './error-type.ts';
import { factsOf, firstFact, instantAt, lengthBetween, readAt } from './row-values.ts';
import { inclusiveTokens, noTokens, type Score, type Span, type SpanKind, type SpanStatus, type SpanTokens, spanOf } from './span.ts';

/** Run types, in the spelling of v1; v2 writes them in capitals. `chain`, `prompt` and `parser` are steps of any other sort. */
const kinds: Readonly<Record<string, SpanKind>> = { llm: 'llm', tool: 'tool', retriever: 'retrieval', embedding: 'embedding' };
const statuses: Readonly<Record<string, SpanStatus>> = { success: 'ok', error: 'error', pending: 'unset' };

/**
 * A run of either generation of the API as a span; null where it lacks an id, a trace or a start. v1 tells its direct parent, times
 * without a zone and costs as text; v2 tells all ancestors, root first. Source: LangSmith's OpenAPI, `query.RunResponse` and `RunSchema`.
 */
export const langsmithSpan = (run: Json): Span | null => {
  const spanId = digString(run, 'id');
  const traceId = digString(run, 'trace_id');
  const startUs = instantAt(run, 'start_time');
  if (spanId === null || traceId === null || startUs === null) return null;
  const metadata = dig(run, 'metadata') ?? dig(run, 'extra', 'metadata');
  const kind = wordIn(kinds, digString(run, 'run_type')) ?? 'other';
  const status = wordIn(statuses, digString(run, 'status')) ?? 'unset';
  const message = readAt(short, run, 'error_preview') ?? readAt(short, run, 'error');
  const name = readAt(short, run, 'name') ?? '(unnamed)';
  const model = firstFact(metadata, 'ls_model_name') ?? readAt(short, run, 'extra', 'invocation_params', 'model');
  return spanOf({
    traceId,
    spanId,
    parentId: parentOf(run, spanId),
    kind,
    name,
    startUs,
    durationUs: lengthBetween(startUs, instantAt(run, 'end_time')),
    ttftUs: lengthBetween(startUs, instantAt(run, 'first_token_time')),
    agentName: firstFact(metadata, 'agent_name', 'agent', 'lc_agent_name'),
    provider: providerName(firstFact(metadata, 'ls_provider'), model),
    model,
    status,
    errorType: status === 'error' ? errorTypeOf(kind, [message]) : null,
    statusMessage: status === 'error' ? message : null,
    tokens: tokensOf(run),
    reportedCostNanos: costOf(run),
    user: firstFact(metadata, 'user_id'),
    session: readAt(short, run, 'thread_id') ?? firstFact(metadata, 'thread_id', 'session_id', 'conversation_id'),
    task: firstFact(metadata, 'task'),
    environment: firstFact(metadata, 'environment', 'env'),
    release: firstFact(metadata, 'release', 'revision_id'),
    promptName: firstFact(metadata, 'lc_hub_repo'),
    promptVersion: firstFact(metadata, 'lc_hub_commit_hash'),
    traceName: spanId === traceId ? name : null,
    tags: readAt(shortList, run, 'tags') ?? [],
    metadata: factsOf(metadata),
    updatedUs: instantAt(run, 'last_queued_at') ?? instantAt(run, 'inserted_at'),
    input: readAt(content, run, 'inputs'),
    output: readAt(content, run, 'outputs'),
  });
};

/**
 * A row of feedback as a score. Null where it grades nothing: a bare comment, or a whole conversation. Feedback on the root run is
 * feedback on the trace. Source: LangSmith's OpenAPI, `FeedbackSchema`; `score` may be a boolean, `value` is the category.
 */
export const langsmithScore = (row: Json): Score | null => {
  const id = digString(row, 'id');
  const runId = digString(row, 'run_id');
  const traceId = digString(row, 'trace_id') ?? runId;
  const atUs = instantAt(row, 'created_at');
  const score = dig(row, 'score');
  const value = typeof score === 'boolean' ? Number(score) : digNumber(row, 'score');
  const label = digString(row, 'value');
  if (id === null || traceId === null || atUs === null || (value === null && label === null)) return null;
  return {
    id,
    traceId,
    spanId: runId === traceId ? null : runId,
    name: readAt(short, row, 'key') ?? '(unnamed)',
    value,
    label,
    source: digString(row, 'feedback_source', 'type') ?? 'api',
    atUs,
    updatedUs: instantAt(row, 'modified_at'),
  };
};

const wordIn = <Meaning>(words: Readonly<Record<string, Meaning>>, word: string | null): Meaning | null => {
  const key = word?.toLowerCase() ?? '';
  return Object.hasOwn(words, key) ? (words[key] ?? null) : null;
};

const parentOf = (run: Json, spanId: string): string | null => {
  const last = digArray(run, 'parent_run_ids').at(-1);
  const parentId = digString(run, 'parent_run_id') ?? (typeof last === 'string' ? last : null);
  return parentId === spanId ? null : parentId;
};

/**
 * Categories of input and output, under the names of LangChain's `usage_metadata`; the counts they belong to include them. v1 writes
 * 0 and 0 for a run that used no model.
 */
const tokensOf = (run: Json): SpanTokens => {
  const part = (side: string, name: string) =>
    readAt(tokens, run, `${side}_token_details`, 'raw', name) ?? readAt(tokens, run, `${side}_token_details`, name);
  const input = readAt(tokens, run, 'prompt_tokens');
  const output = readAt(tokens, run, 'completion_tokens');
  if ((input ?? 0) + (output ?? 0) === 0) return noTokens;
  const written = part('prompt', 'cache_creation');
  const hour = part('prompt', 'ephemeral_1h_input_tokens');
  return inclusiveTokens({
    input,
    output,
    cachedRead: part('prompt', 'cache_read'),
    cachedWrite: part('prompt', 'ephemeral_5m_input_tokens') ?? (written === null ? null : Math.max(0, written - (hour ?? 0))),
    cachedWrite1h: hour,
    reasoning: part('completion', 'reasoning'),
  });
};

/** A cost of 0 means that the server has no price, or that nothing was used. */
const costOf = (run: Json): number | null => readAt(dollars, run, 'total_cost') || null;
