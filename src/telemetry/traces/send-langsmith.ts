import { troubleError } from '../../clients/api-trouble.ts';
import type { JsonApi } from '../../clients/json-api.ts';
import { unableError } from '../../ground/errors.ts';
import type { JsonObject } from '../../ground/json.ts';
import { plural } from '../../ground/output/phrases.ts';
import type { OutgoingGrade, OutgoingRun, OutgoingScore } from './port.ts';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const longestKey = 180;

/** LangSmith says that there is a feedback of this id already: it was given before. */
const known = 409;

/** Gives scores to a run as feedback. The run where a trace begins has the id of the trace. Source: LangSmith's OpenAPI. */
export const sendLangsmithGrade = async (api: JsonApi, grade: OutgoingGrade, signal: AbortSignal): Promise<readonly string[]> => {
  const { traceId, spanId, at, scores } = grade;
  const runId = spanId ?? traceId;
  if (!uuid.test(runId) || !uuid.test(traceId)) throw foreign(api, runId);
  for (const score of scores) await sendFeedback(api, { run_id: runId, trace_id: traceId, created_at: isoTime(at) }, score, signal);
  return scores.map(({ id }) => id);
};

/** Gives the scores of a run of a suite to the traces its trials were asked under, as far as LangSmith has them. */
export const sendLangsmithRun = async (api: JsonApi, { id, suite, trials }: OutgoingRun, signal: AbortSignal): Promise<string> => {
  let sent = 0;
  for (const { traceId, scores, endedAt, caseId } of trials) {
    if (traceId === null) continue;
    const runId = uuidOf(traceId);
    const about = { run_id: runId, trace_id: runId, created_at: isoTime(endedAt) };
    for (const score of scores) {
      const comment = `${suite}, run ${id}, case ${caseId}${score.comment === '' ? '' : `: ${score.comment}`}`;
      await sendFeedback(api, about, { ...score, name: `${suite}: ${score.name}`, comment }, signal);
      sent += 1;
    }
  }
  return `${plural(sent, 'feedback entry', 'feedback entries')} of ${plural(trials.length, 'trial')}`;
};

/** A trace that came over OpenTelemetry stands under its 32 digits, spelled as a UUID. */
const uuidOf = (hex: string): string => hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

const isoTime = (at: number): string => new Date(at).toISOString();

const sendFeedback = async (api: JsonApi, about: JsonObject, { id, name, value, comment }: OutgoingScore, signal: AbortSignal) => {
  const source = { type: 'api', metadata: { by: 'agentops' } };
  const body = { id, ...about, key: name.slice(0, longestKey), score: value, comment, feedback_source: source };
  const { trouble } = await api.ask({ method: 'POST', path: '/api/v1/feedback', body, repeatable: true }, signal);
  if (trouble !== null && trouble.status !== known) throw troubleError(trouble);
};

const foreign = (api: JsonApi, id: string) =>
  unableError({ code: 'backend_failed', message: `${api.host()} takes feedback for UUIDs, and ${id} is none`, details: { status: 422 } });
