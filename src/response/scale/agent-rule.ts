import type { Agent } from '../../fleet/agent.ts';
import { digNumber } from '../../ground/json.ts';
import type { ScaleRule } from './scale-rule.ts';

/** What holds where an agent says nothing of itself. */
const usual = { upAt: 5, downAt: 1, forMs: 600_000, coolDownMs: 180_000, step: 1 } as const;

/** The rule of an agent: what it says, then what its control is bound to, then what is usual. */
export const ruleOf = ({ scale, controls, sla }: Pick<Agent, 'scale' | 'controls' | 'sla'>): ScaleRule => {
  const { upAt, downAt, forMs, coolDownMs, step } = scale ?? usual;
  const config = controls.scale?.config;
  const [min, max] = [scale?.min ?? digNumber(config, 'min') ?? 1, scale?.max ?? digNumber(config, 'max')];
  return { upAt, downAt, forMs, coolDownMs, step, waitMs: scale?.waitMs ?? sla.latencyP95Ms, min, max };
};
