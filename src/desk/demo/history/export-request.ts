import type { SentSpan } from './request.ts';

/** Spans of one request: exporters send no more than some hundred at once, which here would only cost time. */
const batchSpans = 2000;

/** Whole traces, batched: OTLP export requests in JSON. */
export function* exportRequests(traces: Iterable<readonly SentSpan[]>): Generator<string> {
  let batch: SentSpan[] = [];
  for (const spans of traces) {
    batch.push(...spans);
    if (batch.length < batchSpans) continue;
    yield exportRequest(batch);
    batch = [];
  }
  if (batch.length > 0) yield exportRequest(batch);
}

const exportRequest = (spans: readonly SentSpan[]): string => {
  const byResource = new Map<string, SentSpan[]>();
  for (const span of spans) {
    const key = `${span.service} ${span.release}`;
    const known = byResource.get(key);
    if (known === undefined) byResource.set(key, [span]);
    else known.push(span);
  }
  const resourceSpans = [...byResource.values()].map((group) => ({
    resource: { attributes: pairs(resourceOf(group[0])) },
    scopeSpans: [{ spans: group.map(spanJson) }],
  }));
  return JSON.stringify({ resourceSpans });
};

const resourceOf = (span: SentSpan | undefined): Readonly<Record<string, string>> =>
  span === undefined
    ? {}
    : { 'service.name': span.service, 'service.version': span.release, 'deployment.environment.name': span.environment };

const spanJson = ({ traceId, spanId, parentId, name, startUs, endUs, failure, attributes, quality }: SentSpan) => ({
  traceId,
  spanId,
  ...(parentId === null ? {} : { parentSpanId: parentId }),
  name,
  startTimeUnixNano: `${startUs}000`,
  endTimeUnixNano: `${endUs}000`,
  attributes: pairs(failure === null ? attributes : { ...attributes, 'error.type': failure.type }),
  ...(quality === null ? {} : { events: [gradeEvent(quality, endUs)] }),
  status: failure === null ? { code: 1 } : { code: 2, message: failure.message },
});

const gradeEvent = (value: number, atUs: number) => ({
  name: 'gen_ai.evaluation.result',
  timeUnixNano: `${atUs}000`,
  attributes: pairs({ 'gen_ai.evaluation.name': 'quality', 'gen_ai.evaluation.score.value': value }),
});

const pairs = (attributes: Readonly<Record<string, string | number>>) =>
  Object.entries(attributes).map(([key, value]) => ({
    key,
    value: typeof value === 'string' ? { stringValue: value } : { doubleValue: value },
  }));
