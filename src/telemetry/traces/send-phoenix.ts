import type { JsonApi } from '../../clients/json-api.ts';
import { digString } from '../../ground/json.ts';
import type { OutgoingGrade } from './port.ts';

/** Annotates a trace, or the span where the request begins. The identifier makes a repeat an update. Source: Phoenix's OpenAPI. */
export const sendPhoenixGrade = async (api: JsonApi, grade: OutgoingGrade, signal: AbortSignal): Promise<readonly string[]> => {
  const { traceId, spanId, scores } = grade;
  const subject: Record<string, string> = spanId === null ? { trace_id: traceId } : { span_id: spanId };
  const data = scores.map(({ id, name, value, comment }) => ({
    ...subject,
    name,
    annotator_kind: 'CODE',
    result: { score: value, explanation: comment },
    identifier: id,
    metadata: { by: 'agentops' },
  }));
  const path = spanId === null ? '/v1/trace_annotations' : '/v1/span_annotations';
  const { json } = await api.read({ method: 'POST', path, query: { sync: true }, body: { data }, repeatable: true }, signal);
  return scores.map(({ id }, at) => digString(json, 'data', at, 'id') ?? id);
};
