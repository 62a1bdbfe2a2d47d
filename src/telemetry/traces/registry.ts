import type { Registry } from '../../fleet/slots.ts';
import type { TraceBackend } from './port.ts';

/** Every trace backend. To add one: a file in `backends/` and a line here. */
export const backends: Registry<TraceBackend> = {
  agentops: () => import('./backends/agentops.ts'),
  braintrust: () => import('./backends/braintrust.ts'),
  langfuse: () => import('./backends/langfuse.ts'),
  langsmith: () => import('./backends/langsmith.ts'),
  otlp: () => import('./backends/otlp.ts'),
  'otlp-file': () => import('./backends/otlp-file.ts'),
  phoenix: () => import('./backends/phoenix.ts'),
  prometheus: () => import('./backends/prometheus.ts'),
};
