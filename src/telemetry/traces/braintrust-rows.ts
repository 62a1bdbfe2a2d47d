import { providerName } from '../../agents/prices/model-name.ts';
import { dig, digArray, digNumber, digString, isObject, type Json } from '../../ground/json.ts';
import { content, dollars, seconds, short, shortList, tokens } from './attribute-values.ts';
import { transactionUs } from './braintrust-transaction.ts';
import { errorTypeOf } from './error-type.ts';
import { factsOf, firstFact, instantAt, lengthBetween, readAt } from './row-values.ts';
import { inclusiveTokens, noTokens, type Score, type Span, type SpanKind, type SpanTokens, spanOf } from './span.ts';

/** An open set; `function`, `task`, `eval`, `automation`, `facet`, `score` and whatever comes are steps of any other sort. */
const kinds: Readonly<Record<string, SpanKind>> = { llm: 'llm', tool: 'tool' };

/**
 * A row of project logs as a span; null where it lacks its ids or any time. `created` is when the row was written: what happened when
 * stands in `metrics`. Source: Braintrust's OpenAPI, `ProjectLogsEvent`; counts of tokens include the cached and the reasoning ones.
 */
export const braintrustSpan = (row: Json): Span | null => {
  const spanId = digString(row, 'span_id');
  const traceId = digString(row, 'root_span_id');
  const startUs = readAt(seconds, row, 'metrics', 'start') ?? instantAt(row, 'created');
  if (spanId === null || traceId === null || startUs === null) return null;
  const metadata = dig(row, 'metadata');
  const type = digString(row, 'span_attributes', 'type') ?? '';
  const kind = (Object.hasOwn(kinds, type) ? kinds[type] : undefined) ?? 'other';
  const error = dig(row, 'error') ?? null;
  const isError = error !== null;
  const endUs = readAt(seconds, row, 'metrics', 'end');
  const model = firstFact(metadata, 'model');
  const name = readAt(short, row, 'span_attributes', 'name') ?? '(unnamed)';
  const parent = digArray(row, 'span_parents').find((id) => id !== spanId);
  return spanOf({
    traceId,
    spanId,
    parentId: typeof parent === 'string' ? parent : null,
    kind,
    name,
    startUs,
    durationUs: lengthBetween(startUs, endUs),
    ttftUs: readAt(seconds, row, 'metrics', 'time_to_first_token'),
    agentName: firstFact(metadata, 'agent_name', 'agent'),
    provider: providerName(firstFact(metadata, 'provider'), model),
    model,
    status: isError ? 'error' : endUs === null ? 'unset' : 'ok',
    errorType: isError ? errorTypeOf(kind, [content(error as Json)]) : null,
    statusMessage: isError ? messageOf(error as Json) : null,
    tokens: tokensOf(row),
    reportedCostNanos: readAt(dollars, row, 'metrics', 'estimated_cost'),
    user: firstFact(metadata, 'user_id', 'user'),
    session: firstFact(metadata, 'session_id', 'thread_id', 'conversation_id'),
    task: firstFact(metadata, 'task'),
    environment: firstFact(metadata, 'environment', 'env'),
    release: firstFact(metadata, 'release', 'version'),
    promptName: readAt(short, row, 'metadata', 'prompt', 'key'),
    promptVersion: readAt(short, row, 'metadata', 'prompt', 'version'),
    traceName: isRoot(row) ? name : null,
    tags: readAt(shortList, row, 'tags') ?? [],
    metadata: factsOf(metadata),
    updatedUs: transactionUs(digString(row, '_xact_id')),
    input: readAt(content, row, 'input'),
    output: readAt(content, row, 'output'),
  });
};

/** The scores on a row: those of a scorer stand on a span of its own below the graded one, and grade the span above it. */
export const braintrustScores = (row: Json): readonly Score[] => {
  const scores = dig(row, 'scores');
  const id = digString(row, 'id');
  const spanId = digString(row, 'span_id');
  const traceId = digString(row, 'root_span_id');
  const atUs = instantAt(row, 'created') ?? readAt(seconds, row, 'metrics', 'start');
  if (!isObject(scores) || id === null || spanId === null || traceId === null || atUs === null) return [];
  const isScorer = digString(row, 'span_attributes', 'type') === 'score';
  const above = digString(row, 'span_parents', 0);
  const graded = isScorer && above !== null ? above : spanId;
  return Object.keys(scores).flatMap((name): Score[] => {
    const value = digNumber(scores, name);
    if (value === null) return [];
    return [
      {
        id: `${id}:${name}`,
        traceId,
        spanId: isRoot(row) ? null : graded,
        name,
        value,
        label: null,
        source: isScorer ? 'eval' : 'log',
        atUs,
        updatedUs: transactionUs(digString(row, '_xact_id')),
      },
    ];
  });
};

const isRoot = (row: Json): boolean => dig(row, 'is_root') === true || digArray(row, 'span_parents').length === 0;

/** An error is any JSON: its message, else all of it. */
const messageOf = (error: Json): string | null => short(digString(error, 'message') ?? content(error));

const tokensOf = (row: Json): SpanTokens => {
  const count = (name: string) => readAt(tokens, row, 'metrics', name);
  const input = count('prompt_tokens');
  const output = count('completion_tokens');
  if (input === null && output === null) return noTokens;
  return inclusiveTokens({
    input,
    output,
    cachedRead: count('prompt_cached_tokens'),
    cachedWrite: count('prompt_cache_creation_tokens'),
    cachedWrite1h: null,
    reasoning: count('completion_reasoning_tokens'),
  });
};
