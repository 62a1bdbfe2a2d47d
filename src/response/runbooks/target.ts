import type { Action, ControlDriver, Observed } from '../../controls/actions/port.ts';
import type { Slot } from '../../fleet/slots.ts';
import { canonicalJson, type Json } from '../../ground/json.ts';
import type { Obstacle } from './plan.ts';

/** How a target was found, or why it could not be looked at. */
export type Looked =
  | { readonly driver: ControlDriver; readonly observed: Observed }
  | { readonly driver: ControlDriver | null; readonly obstacle: Obstacle };

/** A target as one action meets it: an agent's control. */
export const targetKey = (agent: string | null, { kind, config }: Slot, action: Action): string =>
  canonicalJson([agent, kind, config as Json, action]);
