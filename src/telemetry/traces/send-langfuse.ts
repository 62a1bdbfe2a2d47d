import { createHash } from 'node:crypto';
import type { Langfuse } from '../../clients/langfuse.ts';
import { unableError } from '../../ground/errors.ts';
import { digArray, digString, type Json, type JsonObject } from '../../ground/json.ts';
import { plural } from '../../ground/output/phrases.ts';
import { experimentSpans, runItem, traceEvent, trialTraceId } from './langfuse-experiment.ts';
import type { OutgoingGrade, OutgoingRun, OutgoingTrial } from './port.ts';

/** Scores a trace. An id that was there before is overwritten. Source: Langfuse's API reference at v4.16, `POST /scores`. */
export const sendLangfuseGrade = async (langfuse: Langfuse, grade: OutgoingGrade, signal: AbortSignal): Promise<readonly string[]> => {
  const { traceId, spanId, scores } = grade;
  const subject: JsonObject = spanId === null ? { traceId } : { traceId, observationId: spanId };
  for (const { id, name, value, comment } of scores) {
    const body = { id, ...subject, name, value, dataType: 'NUMERIC', comment, metadata: { by: 'agentops' } };
    await langfuse.read({ method: 'POST', path: '/scores', body, repeatable: true }, signal);
  }
  return scores.map(({ id }) => id);
};

const atOnce = 50;

/**
 * Shows a run as an experiment over a dataset that has one item for each case. Servers of v4 make it of spans with attributes of their
 * own, and answer what v3 has for it without ever showing it; v3 and v2 take runs of datasets over traces.
 */
export const sendLangfuseRun = async (langfuse: Langfuse, run: OutgoingRun, signal: AbortSignal): Promise<string> => {
  const generation = await langfuse.generation(signal);
  const post = (path: string, body: Json) => langfuse.read({ method: 'POST', path, body, repeatable: true }, signal);
  const dataset = `agentops/${run.suite}`;
  const made = await post('/v2/datasets', { name: dataset, description: `Cases of the suite ${run.suite}` });
  const items = new Map(run.trials.map((trial) => [trial.itemId, trial]));
  for (const [id, { caseId, input }] of items)
    await post('/dataset-items', { datasetName: dataset, id, input: { case: caseId, asked: input }, metadata: { case: caseId } });
  const isNew = generation === 'v4' || generation === 'v4-dual';
  for (let from = 0; from < run.trials.length; from += atOnce) {
    const trials = run.trials.slice(from, from + atOnce);
    if (isNew) await post('/otel/v1/traces', experimentSpans(run, trials, digString(made.json, 'id') ?? dataset));
    else {
      await ingest(
        langfuse,
        trials.map((trial) => traceEvent(run, trial)),
        signal,
      );
      for (const trial of trials) await post('/dataset-run-items', runItem(run, trial));
    }
    const scores = trials.flatMap(scoreEvents);
    if (scores.length > 0) await ingest(langfuse, scores, signal);
  }
  return `experiment ${run.suite} ${run.id} over the dataset ${dataset}, ${plural(run.trials.length, 'trace')}`;
};

/** Takes a batch of events; the status is 207 whatever came of them. */
const ingest = async (langfuse: Langfuse, batch: readonly Json[], signal: AbortSignal): Promise<void> => {
  const { json } = await langfuse.read({ method: 'POST', path: '/ingestion', body: { batch }, repeatable: true }, signal);
  const errors = digArray(json, 'errors');
  if (errors.length === 0) return;
  const why = digString(errors[0], 'message') ?? digString(errors[0], 'error') ?? '';
  throw unableError({
    code: 'backend_failed',
    message: `${langfuse.host()} refused ${errors.length} of ${batch.length} events${why === '' ? '' : `: ${why}`}`,
    details: { status: 422 },
  });
};

const scoreEvents = (trial: OutgoingTrial): readonly Json[] =>
  trial.scores.map(({ id, name, value, comment }) => ({
    id: eventId(id, trial),
    timestamp: new Date(trial.endedAt).toISOString(),
    type: 'score-create',
    body: { id, traceId: trialTraceId(trial), name, value, dataType: 'NUMERIC', comment },
  }));

/** The same event has the same id, so that a repeat is seen as one. */
const eventId = (id: string, { endedAt }: OutgoingTrial): string =>
  createHash('sha256').update(`${id} ${endedAt}`).digest('hex').slice(0, 32);
