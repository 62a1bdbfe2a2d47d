import { isoTime, jsonDocument } from '../ground/output/json.ts';
import { toUsd } from '../ground/units/amount.ts';
import type { ShownRun, ShownScore } from '../telemetry/traces/trace.cache.ts';
import type { OutlineLine } from '../telemetry/traces/trace-outline.ts';
import { renderTraceText, type TraceView } from './trace-text.ts';
import { msOf } from './traces.ts';
import type { ViewOptions } from './words.ts';

/** The answer of `agentops traces show`. */
export interface ShownTraces {
  readonly fleet: string;
  /** UTC epoch ms. */
  readonly generatedAt: number;
  /** One for each source that has the id. */
  readonly traces: readonly TraceView[];
}

const usd = (nanos: number | null): number | null => (nanos === null ? null : toUsd(nanos));

const spanJson = ({ span, agent, isCritical, repeat }: OutlineLine, texts: TraceView['texts']) => ({
  span_id: span.id,
  parent_id: span.parentId,
  agent,
  kind: span.kind,
  name: span.name,
  provider: span.provider,
  model: span.model,
  start: isoTime(span.startUs / 1000),
  duration_ms: msOf(span.durationUs),
  ttft_ms: msOf(span.ttftUs),
  status: span.status,
  error_type: span.errorType,
  input_tokens: span.tokens.input,
  cached_tokens: span.tokens.cachedRead,
  output_tokens: span.tokens.output,
  reasoning_tokens: span.tokens.reasoning,
  cost_usd: usd(span.costNanos),
  cost_source: span.costSource,
  counted: span.counts,
  critical: isCritical,
  repeat: repeat === null ? null : { nth: repeat.nth, of: repeat.of },
  input: texts.get(span.id)?.input ?? null,
  output: texts.get(span.id)?.output ?? null,
});

const runJson = (run: ShownRun) => ({
  agent: run.agent,
  caller: run.callerRun,
  start: isoTime(run.startUs / 1000),
  duration_ms: msOf(run.durationUs),
  status: run.isError ? 'error' : 'ok',
  error_type: run.errorType,
  cost_usd: usd(run.costNanos),
  steps: run.steps,
});

const scoreJson = ({ name, value, label, origin, spanId, atUs }: ShownScore) => ({
  name,
  value,
  label,
  origin,
  span_id: spanId,
  at: isoTime(atUs / 1000),
});

const traceJson = ({ trace, outline, link, texts }: TraceView) => {
  const [first] = trace.runs;
  const priced = trace.runs.filter(({ costNanos }) => costNanos !== null);
  return {
    trace_id: trace.traceId,
    source: trace.source,
    agent: first?.agent ?? null,
    user: first?.user ?? null,
    release: first?.release ?? null,
    start: isoTime(outline.startUs / 1000),
    duration_ms: msOf(first?.durationUs ?? null),
    status: first?.isError === true ? 'error' : 'ok',
    error_type: first?.errorType ?? null,
    cost_usd: priced.length === 0 ? null : toUsd(priced.reduce((sum, { costNanos }) => sum + (costNanos ?? 0), 0)),
    steps: trace.runs.reduce((sum, { steps }) => sum + steps, 0),
    link,
    caused_by: outline.blamed,
    repeated_calls: outline.repeated,
    agents: trace.runs.map(runJson),
    scores: trace.scores.map(scoreJson),
    spans: outline.lines.map((line) => spanJson(line, texts)),
  };
};

/** Every format of `agentops traces show`. */
export const traceFormats = {
  text: (shown: ShownTraces, options: ViewOptions): string => shown.traces.map((view) => renderTraceText(view, options)).join('\n'),
  json: (shown: ShownTraces): string => jsonDocument(shown.fleet, shown.generatedAt, { traces: shown.traces.map(traceJson) }),
} satisfies Readonly<Record<string, (shown: ShownTraces, options: ViewOptions) => string>>;
