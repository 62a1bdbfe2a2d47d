import type { JsonApi } from '../../clients/json-api.ts';
import { unableError } from '../../ground/errors.ts';
import { digString, type Json } from '../../ground/json.ts';
import { plural } from '../../ground/output/phrases.ts';
import { isBraintrustId, rowQuery } from './braintrust-query.ts';
import type { OutgoingGrade, OutgoingRun, OutgoingTrial } from './port.ts';

/** Merges scores into the row of the graded span. Source: Braintrust's OpenAPI, `FeedbackProjectLogsItem`. */
export const sendBraintrustGrade = async (
  api: JsonApi,
  project: string,
  grade: OutgoingGrade,
  signal: AbortSignal,
): Promise<readonly string[]> => {
  const { traceId, spanId, startedUs, at, scores } = grade;
  const missing = (what: string) => unableError({ code: 'backend_failed', message: `${api.host()} ${what}`, details: { status: 404 } });
  if (![traceId, spanId ?? traceId].every(isBraintrustId)) throw missing(`has no trace ${traceId}`);
  const query = rowQuery({ project, traceId, spanId, fromUs: startedUs - dayUs, toUs: at * 1000 + dayUs });
  const found = await api.read({ method: 'POST', path: '/btql', body: { query, fmt: 'json' }, repeatable: true }, signal);
  const row = digString(found.json, 'data', 0, 'id');
  if (row === null) throw missing(`has no span of trace ${traceId} to score`);
  const comment = scores.map(({ name, comment: why }) => `${name}: ${why}`).join('\n');
  const item = { id: row, scores: scoresOf(scores), comment, metadata: { by: 'agentops' }, source: 'api' };
  await api.read({ method: 'POST', path: `/v1/project_logs/${project}/feedback`, body: { feedback: [item] }, repeatable: true }, signal);
  return scores.map(({ name }) => `${row}:${name}`);
};

const dayUs = 86_400_000_000;
const atOnce = 100;

/** Shows a run as an experiment of its name: one row a trial, each replaced where it is there already. */
export const sendBraintrustRun = async (api: JsonApi, project: string, run: OutgoingRun, signal: AbortSignal): Promise<string> => {
  const { id, suite, agent, release, verdict, trials } = run;
  const name = `${suite} ${id}`;
  const metadata = { agent, release, verdict, by: 'agentops' };
  // Creating an experiment of a name that is there answers the one that is there.
  const made = await api.read(
    { method: 'POST', path: '/v1/experiment', body: { project_id: project, name, metadata }, repeatable: true },
    signal,
  );
  const experiment = digString(made.json, 'id');
  if (experiment === null || !isBraintrustId(experiment))
    throw unableError({ code: 'backend_malformed', message: `${api.host()} made an experiment without an id` });
  for (let from = 0; from < trials.length; from += atOnce) {
    const events = trials.slice(from, from + atOnce).map(eventOf);
    await api.read({ method: 'POST', path: `/v1/experiment/${experiment}/insert`, body: { events }, repeatable: true }, signal);
  }
  return `experiment ${name} with ${plural(trials.length, 'row')}`;
};

const scoresOf = (scores: readonly { readonly name: string; readonly value: number }[]): Record<string, number> =>
  Object.fromEntries(scores.map(({ name, value }) => [name, value]));

const eventOf = ({
  id,
  caseId,
  index,
  status,
  reason,
  scores,
  traceId,
  input,
  output,
  startedAt,
  endedAt,
  costUsd,
}: OutgoingTrial): Json => ({
  id,
  input: { case: caseId, asked: input },
  output,
  error: status === 'error' ? reason : null,
  scores: scoresOf(scores),
  metadata: { case: caseId, trial: index, status, reason, trace_id: traceId },
  metrics: { start: startedAt / 1000, end: endedAt / 1000, ...(costUsd === null ? {} : { estimated_cost: costUsd }) },
  created: new Date(startedAt).toISOString(),
});
