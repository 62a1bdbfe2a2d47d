import { dig, digNumber, digString, isObject, type Json } from '../../ground/json.ts';
import { content, dollars, seconds, short, shortList } from './attribute-values.ts';
import { errorTypeOf } from './error-type.ts';
import { factsOf, firstFact, instantAt, lengthBetween, readAt } from './row-values.ts';
import { noTokens, type Score, type Span, type SpanKind, type SpanTokens, spanOf } from './span.ts';
import { settleUsage, usageOfDetails } from './usage.ts';

/** Observation types; the set is open. `SPAN`, `EVENT`, `CHAIN` and `EVALUATOR` are steps of any other sort. */
const kinds: Readonly<Record<string, SpanKind>> = {
  GENERATION: 'llm',
  AGENT: 'agent',
  TOOL: 'tool',
  RETRIEVER: 'retrieval',
  GUARDRAIL: 'guardrail',
  EMBEDDING: 'embedding',
};

/** Environments that Langfuse keeps for itself: its evaluators, its prompt experiments, and experiments of its SDK. Not production. */
export const isLangfuseOwn = (environment: string | null): boolean =>
  environment !== null && (environment.startsWith('langfuse-') || environment === 'sdk-experiment');

/**
 * An observation of any generation as a span; null where it lacks an id, a trace or a start. `""` stands for what is not set.
 * @param trace the trace object it belongs to, where the server still has them: it holds what v4 puts on each row
 */
export const langfuseSpan = (row: Json, trace: Json | null): Span | null => {
  const spanId = readAt(short, row, 'id');
  const traceId = readAt(short, row, 'traceId');
  const startUs = instantAt(row, 'startTime');
  if (spanId === null || traceId === null || startUs === null) return null;
  const kind = kindOf(digString(row, 'type'));
  const name = readAt(short, row, 'name') ?? '(unnamed)';
  const isError = digString(row, 'level') === 'ERROR';
  const message = readAt(content, row, 'statusMessage');
  const ofTrace = (key: string) => readAt(short, row, key) ?? readAt(short, trace, key);
  const metadata = { ...facts(trace), ...facts(row) };
  return spanOf({
    traceId,
    spanId,
    parentId: readAt(short, row, 'parentObservationId'),
    kind,
    name,
    agentName: kind === 'agent' ? name : null,
    model: readAt(short, row, 'model') ?? readAt(short, row, 'providedModelName'),
    startUs,
    durationUs: lengthBetween(startUs, instantAt(row, 'endTime')),
    ttftUs: lengthBetween(startUs, instantAt(row, 'completionStartTime')) ?? readAt(seconds, row, 'timeToFirstToken'),
    status: isError ? 'error' : 'unset',
    errorType: isError ? errorTypeOf(kind, [message]) : null,
    statusMessage: isError ? message : null,
    tokens: tokensOf(row),
    reportedCostNanos: costOf(row),
    serviceTier: firstFact(dig(row, 'modelParameters'), 'service_tier', 'serviceTier'),
    user: ofTrace('userId'),
    session: ofTrace('sessionId'),
    environment: ofTrace('environment'),
    release: ofTrace('release'),
    promptName: readAt(short, row, 'promptName'),
    promptVersion: readAt(short, row, 'promptVersion'),
    serviceName: metadata['resourceAttributes.service.name'] ?? null,
    traceName: readAt(short, row, 'traceName') ?? readAt(short, trace, 'name'),
    tags: readAt(shortList, row, 'tags') ?? readAt(shortList, trace, 'tags') ?? [],
    metadata,
    updatedUs: instantAt(row, 'updatedAt'),
    input: readAt(content, row, 'input'),
    output: readAt(content, row, 'output'),
  });
};

const kindOf = (type: string | null): SpanKind => (type !== null && Object.hasOwn(kinds, type) ? (kinds[type] ?? 'other') : 'other');

/** Metadata of a row with nested objects opened one level (`resourceAttributes.service.name`), and its version. */
const facts = (row: Json | null): Readonly<Record<string, string>> => {
  const metadata = dig(row, 'metadata');
  const version = readAt(short, row, 'version');
  const opened = Object.entries(isObject(metadata) ? metadata : {}).flatMap(([key, value]): (readonly [string, Json])[] =>
    isObject(value) ? Object.entries(value).map(([inner, deep]) => [`${key}.${inner}`, deep]) : [[key, value]],
  );
  return { ...factsOf(Object.fromEntries(opened)), ...(version === null ? {} : { version }) };
};

const tokensOf = (row: Json): SpanTokens => {
  const details = dig(row, 'usageDetails');
  if (isObject(details)) {
    const { told, beside } = usageOfDetails(details);
    return settleUsage(told, beside);
  }
  // Servers of v2 tell two numbers, and 0 for what they were not told.
  const count = (key: string) => digNumber(row, 'usage', key) || null;
  return { ...noTokens, input: count('input'), output: count('output') };
};

/**
 * What Langfuse says a row cost. Its own `totalCost` is of no use: it is 0 for a model without a price, and 0 where a client told the
 * parts but not their sum. Null: not known.
 */
const costOf = (row: Json): number | null => {
  const details = dig(row, 'costDetails');
  if (!isObject(details)) return readAt(dollars, row, 'calculatedTotalCost') || null;
  const total = readAt(dollars, details, 'total');
  if (total !== null) return total;
  const parts = Object.entries(details).flatMap(([name, value]) => (name === 'total' ? [] : (dollars(value) ?? [])));
  return parts.length === 0 ? null : parts.reduce((sum, part) => sum + part, 0);
};

/**
 * A score of any generation; null where it grades no trace (a session, an experiment) or is free text about an answer rather than a
 * grade. v3 names its subject and types its value; v2 has flat ids, a number and the category beside it.
 */
export const langfuseScore = (row: Json): Score | null => {
  const id = readAt(short, row, 'id');
  const atUs = instantAt(row, 'timestamp');
  const subject = subjectOf(row);
  const graded = gradeOf(row);
  if (id === null || atUs === null || subject === null || graded === null) return null;
  return {
    id,
    ...subject,
    name: readAt(short, row, 'name') ?? '(unnamed)',
    ...graded,
    source: (readAt(short, row, 'source') ?? 'api').toLowerCase(),
    atUs,
    updatedUs: instantAt(row, 'updatedAt'),
  };
};

const subjectOf = (row: Json): Pick<Score, 'traceId' | 'spanId'> | null => {
  const kind = digString(row, 'subject', 'kind');
  const observed =
    kind === null ? readAt(short, row, 'observationId') : kind === 'observation' ? readAt(short, row, 'subject', 'id') : null;
  const traceId =
    kind === null
      ? readAt(short, row, 'traceId')
      : kind === 'trace'
        ? readAt(short, row, 'subject', 'id')
        : readAt(short, row, 'subject', 'traceId');
  return traceId === null ? null : { traceId, spanId: observed };
};

const gradeOf = (row: Json): Pick<Score, 'value' | 'label'> | null => {
  const value = dig(row, 'value');
  const type = digString(row, 'dataType') ?? (typeof value === 'string' ? 'CATEGORICAL' : 'NUMERIC');
  if (type === 'CATEGORICAL') {
    const label = readAt(short, row, 'stringValue') ?? (typeof value === 'string' ? readAt(short, row, 'value') : null);
    return label === null ? null : { value: null, label };
  }
  const number = typeof value === 'boolean' ? Number(value) : digNumber(row, 'value');
  return (type === 'NUMERIC' || type === 'BOOLEAN') && number !== null ? { value: number, label: null } : null;
};
