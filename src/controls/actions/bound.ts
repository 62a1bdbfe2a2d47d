import type { Controls } from '../../fleet/agent.ts';
import type { Slot } from '../../fleet/slots.ts';
import type { Action } from './port.ts';

/** What a manifest binds controls to, in the order in which it is thought of at night. */
export const controlledActions: readonly Action[] = [
  'throttle',
  'disable',
  'kill',
  'rollback_prompt',
  'rollback_model',
  'rollback_deploy',
  'route_model',
  'failover',
  'scale',
  'queue',
  'sampling',
];

/** Every action that comes by a control of the manifest: what disables an agent enables it again. */
export const bindableActions: readonly Action[] = [...controlledActions, 'enable'];

/**
 * The controls that a manifest binds to an action, in the order in which they act; empty where it binds none. What disables an agent
 * enables it again; a `call` brings its own.
 */
export const boundControls = (controls: Controls, action: Action): readonly Slot[] => {
  const { kill, rollback } = controls;
  switch (action) {
    case 'kill':
      return kill;
    case 'enable':
      return only(controls.disable);
    case 'rollback_prompt':
      return only(rollback.prompt);
    case 'rollback_model':
      return only(rollback.model);
    case 'rollback_deploy':
      return only(rollback.deploy);
    case 'call':
      return [];
    default:
      return only(controls[action]);
  }
};

const only = (slot: Slot | null): readonly Slot[] => (slot === null ? [] : [slot]);
