import type { Agent, Controls } from '../../fleet/agent.ts';
import type { Slot } from '../../fleet/slots.ts';
import { canonicalJson, isObject, type Json } from '../../ground/json.ts';

/** Settings that say how an action is enforced, and not on what. */
const manners = new Set(['action', 'by', 'effect', 'timeout', 'min', 'max', 'idempotent']);

/** Other agents of the fleet with a control on the same target: what is done to one is done to them all. In the order of the manifest. */
export const agentsSharing = (agents: readonly Agent[], agent: string, slot: Slot): readonly string[] => {
  const target = targetOf(slot);
  if (target === null) return [];
  return agents
    .filter(({ name, controls }) => name !== agent && slotsOf(controls).some((each) => targetOf(each) === target))
    .map(({ name }) => name);
};

/** Null: our own settings are kept for each agent by itself, and programs and requests of one's own name no target. */
const targetOf = ({ kind, config }: Slot): string | null => {
  if (['manifest', 'http', 'exec'].includes(kind) || !isObject(config)) return null;
  return canonicalJson([kind, Object.fromEntries(Object.entries(config).filter(([key]) => !manners.has(key)))] as Json);
};

const slotsOf = ({ kill, rollback, ...others }: Controls): readonly Slot[] =>
  [...kill, ...Object.values(rollback), ...Object.values(others)].filter((slot): slot is Slot => slot !== null);
