import type { Fleet } from '../../fleet/agent.ts';
import type { Slot } from '../../fleet/slots.ts';
import { dig } from '../../ground/json.ts';

/** Whether the manifest wants the figures of a backend, and not its spans: nothing is known of its single traces. */
export const isMetricsOnly = ({ config }: Slot): boolean => dig(config, 'mode') === 'metrics';

/** Names of the backends with `mode: metrics`. */
export const metricsBackends = ({ backends }: Pick<Fleet, 'backends'>): readonly string[] =>
  Object.entries(backends)
    .filter(([, slot]) => isMetricsOnly(slot))
    .map(([name]) => name);
