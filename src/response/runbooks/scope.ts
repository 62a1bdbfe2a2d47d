import { bindableActions, boundControls } from '../../controls/actions/bound.ts';
import type { Agent } from '../../fleet/agent.ts';
import type { Json } from '../../ground/json.ts';
import type { Figures } from '../../telemetry/stats/figures.ts';

/** `agent.NAME` of an expression. */
export const agentFactNames = ['name', 'env', 'tier', 'owner', 'tags', 'latency_sla_ms', 'error_rate_sla', 'quality_sla'] as const;

/** `figures.NAME` of an expression: of the agent, over a window that ends now. */
export const figureNames = [
  'requests',
  'errors',
  'error_rate',
  'latency_p50_ms',
  'latency_p95_ms',
  'latency_p99_ms',
  'ttft_p95_ms',
  'cost_usd',
  'cost_per_request_usd',
  'cost_vs_baseline',
  'quality',
  'steps_avg',
  'steps_max',
  'input_tokens',
  'output_tokens',
  'state',
] as const;

/** What an expression sees of an agent; null is not known. */
export type AgentFigures = Readonly<Record<(typeof figureNames)[number], Json>>;

export const agentFacts = (agent: Agent): Readonly<Record<(typeof agentFactNames)[number], Json>> => ({
  name: agent.name,
  env: agent.env,
  tier: agent.tier,
  owner: agent.owner,
  tags: agent.tags,
  latency_sla_ms: agent.sla.latencyP95Ms,
  error_rate_sla: agent.sla.errorRate,
  quality_sla: agent.sla.quality,
});

/** Action → the kind of its first control; actions without one are not there, which is what `has(controls.throttle)` asks. */
export const controlFacts = (agent: Agent): Readonly<Record<string, Json>> =>
  Object.fromEntries(
    bindableActions.flatMap((action) => {
      const [first] = boundControls(agent.controls, action);
      return first === undefined ? [] : [[action, first.kind]];
    }),
  );

const ms = (us: number | null): number | null => (us === null ? null : us / 1000);
const usd = (nanos: number | null): number | null => (nanos === null ? null : nanos / 1e9);

/** Figures of traffic in the units of an expression. @param state what the agent's checks say; null: nobody knows */
export const expressionFigures = (figures: Figures, state: string | null): AgentFigures => ({
  requests: figures.requests,
  errors: figures.errors,
  error_rate: figures.errorRate,
  latency_p50_ms: ms(figures.latencyP50Us),
  latency_p95_ms: ms(figures.latencyP95Us),
  latency_p99_ms: ms(figures.latencyP99Us),
  ttft_p95_ms: ms(figures.ttftP95Us),
  cost_usd: usd(figures.costNanos),
  cost_per_request_usd: usd(figures.costPerRequestNanos),
  cost_vs_baseline: figures.costVsBaseline,
  quality: figures.quality,
  steps_avg: figures.stepsAvg,
  steps_max: figures.stepsMax,
  input_tokens: figures.inputTokens,
  output_tokens: figures.outputTokens,
  state,
});

/** Nothing is known but what the checks say. */
export const unknownFigures = (state: string | null): AgentFigures => ({
  ...(Object.fromEntries(figureNames.map((name) => [name, null])) as AgentFigures),
  state,
});

/** What conditions see of an agent on which nothing is wrong. */
export const healthyFigures: AgentFigures = {
  requests: 1000,
  errors: 0,
  error_rate: 0,
  latency_p50_ms: 400,
  latency_p95_ms: 900,
  latency_p99_ms: 1500,
  ttft_p95_ms: 300,
  cost_usd: 1,
  cost_per_request_usd: 0.001,
  cost_vs_baseline: 1,
  quality: 1,
  steps_avg: 2,
  steps_max: 4,
  input_tokens: 1_000_000,
  output_tokens: 100_000,
  state: 'green',
};
