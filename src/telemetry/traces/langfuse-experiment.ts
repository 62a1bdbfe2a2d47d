import type { Json, JsonObject } from '../../ground/json.ts';
import type { OutgoingRun, OutgoingTrial } from './port.ts';

/** The trace of a trial in an experiment is one of its own: the agent's may be in another project, or in none. */
export const trialTraceId = ({ id }: OutgoingTrial): string => id.replaceAll('-', '');
const trialSpanId = (trial: OutgoingTrial): string => trialTraceId(trial).slice(16);

/** The environment of Langfuse's own experiments, which is kept out of the figures of production. */
const environment = 'sdk-experiment';

/** Trials as the spans that a server of v4 makes an experiment of. Source: API reference at v4.16, `langfuse.experiment.*`. */
export const experimentSpans = (run: OutgoingRun, trials: readonly OutgoingTrial[], datasetId: string): Json => ({
  resourceSpans: [
    {
      resource: { attributes: attributesOf({ 'service.name': run.agent }) },
      scopeSpans: [{ scope: { name: 'agentops' }, spans: trials.map((trial) => spanOfTrial(run, trial, datasetId)) }],
    },
  ],
});

const spanOfTrial = (run: OutgoingRun, trial: OutgoingTrial, datasetId: string): JsonObject => ({
  traceId: trialTraceId(trial),
  spanId: trialSpanId(trial),
  name: trial.caseId,
  kind: 1,
  startTimeUnixNano: nanos(trial.startedAt),
  endTimeUnixNano: nanos(Math.max(trial.startedAt, trial.endedAt)),
  attributes: attributesOf({
    'langfuse.experiment.id': run.id,
    'langfuse.experiment.name': `${run.suite} ${run.id}`,
    'langfuse.experiment.metadata': JSON.stringify(aboutRun(run)),
    'langfuse.experiment.dataset.id': datasetId,
    'langfuse.experiment.item.id': trial.itemId,
    'langfuse.experiment.item.root_observation_id': trialSpanId(trial),
    'langfuse.experiment.item.metadata': JSON.stringify(aboutTrial(trial)),
    'langfuse.environment': environment,
    'langfuse.observation.metadata': JSON.stringify(aboutTrial(trial)),
    ...(trial.input === null ? {} : { 'langfuse.observation.input': trial.input }),
    ...(trial.output === null ? {} : { 'langfuse.observation.output': trial.output }),
    ...(trial.status === 'error' ? { 'langfuse.observation.level': 'ERROR', 'langfuse.observation.status_message': trial.reason } : {}),
  }),
});

const nanos = (ms: number): string => `${Math.round(ms)}000000`;

const attributesOf = (told: Readonly<Record<string, string>>): Json[] =>
  Object.entries(told).map(([key, stringValue]) => ({ key, value: { stringValue } }));

/** A trial as the trace that a run of a dataset is linked to, on servers of v3 and v2. */
export const traceEvent = (run: OutgoingRun, trial: OutgoingTrial): Json => ({
  id: `${trialTraceId(trial)}-trace`,
  timestamp: new Date(trial.endedAt).toISOString(),
  type: 'trace-create',
  body: {
    id: trialTraceId(trial),
    timestamp: new Date(trial.startedAt).toISOString(),
    name: trial.caseId,
    environment,
    input: trial.input,
    output: trial.output,
    metadata: { ...aboutRun(run), ...aboutTrial(trial) },
  },
});

/** The line of a trial in a run of a dataset, on servers of v3 and v2. */
export const runItem = (run: OutgoingRun, trial: OutgoingTrial): Json => ({
  runName: `${run.suite} ${run.id}`,
  datasetItemId: trial.itemId,
  traceId: trialTraceId(trial),
  metadata: aboutRun(run),
});

const aboutRun = ({ id, suite, agent, release, verdict }: OutgoingRun): JsonObject => ({
  run: id,
  suite,
  agent,
  release,
  verdict,
  by: 'agentops',
});

const aboutTrial = ({ caseId, index, status, reason, traceId }: OutgoingTrial): JsonObject => ({
  case: caseId,
  trial: index,
  status,
  reason,
  agent_trace_id: traceId,
});
