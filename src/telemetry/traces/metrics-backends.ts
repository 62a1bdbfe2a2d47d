import type { Fleet } from '../../fleet/agent.ts';
import type { Slot } from '../../fleet/slots.ts';
import { dig } from '../../ground/json.ts';
import { sourceOfAgent } from './fleet-ownership.ts';

/** Whether the manifest wants the figures of a backend, and not its spans: nothing is known of its single traces. */
export const isMetricsOnly = ({ config }: Slot): boolean => dig(config, 'mode') === 'metrics';

/** Names of the backends with `mode: metrics`. */
export const metricsBackends = ({ backends }: Pick<Fleet, 'backends'>): readonly string[] =>
  Object.entries(backends)
    .filter(([, slot]) => isMetricsOnly(slot))
    .map(([name]) => name);

/**
 * Why there can be no single traces of an agent, or (null) of the whole fleet, as a clause and what to do; null: there can be.
 */
export const whyNoTraces = (fleet: Pick<Fleet, 'agents' | 'backends'>, agent: string | null): { message: string; hint: string } | null => {
  const [first, ...others] = metricsBackends(fleet);
  if (first === undefined) return null;
  const source = agent === null ? first : sourceOfAgent(fleet, agent);
  const isAll = others.length + 1 === Object.keys(fleet.backends).length;
  if (source === null || (agent === null ? !isAll : ![first, ...others].includes(source))) return null;
  return {
    message: `there are no single traces ${agent === null ? 'of this fleet' : `of ${agent}`}: backend ${source} is read for its figures alone (mode: metrics)`,
    hint: `agentops status shows the figures; mode: spans under backends: ${source} reads traces, where it has some`,
  };
};
