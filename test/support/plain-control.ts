import type { Action, Capabilities, ControlDriver, Touched } from '../../src/controls/actions/port.ts';
import { canonicalJson } from '../../src/ground/json.ts';

export const plainTraits: Capabilities = {
  actions: ['throttle', 'disable', 'kill'],
  readable: true,
  idempotent: true,
  stopsInFlight: false,
  effectMs: 0,
  expiresNatively: false,
};

const healthy: Partial<Record<Action, Touched>> = {
  throttle: { requests_per_minute: null },
  disable: { enabled: true },
  kill: { enabled: true, running: 3 },
};
const wanted: Partial<Record<Action, Touched>> = { disable: { enabled: false }, kill: { enabled: false, running: 0 } };

/** A driver that can wish and cannot act: what a twin is made of. */
export const plainControl = (traits: Partial<Capabilities> = {}): ControlDriver => {
  const never = async () => {
    throw new Error('the real driver was asked');
  };
  return {
    traits: { ...plainTraits, ...traits },
    healthy: (action) => healthy[action] ?? {},
    read: never,
    plan: ({ action, params }, now) => {
      const to = { ...wanted[action], ...params };
      const from = Object.fromEntries(Object.keys(to).map((field) => [field, now.touched[field] ?? null]));
      if (canonicalJson(from) === canonicalJson(to)) return null;
      return { action, target: now.target, from, to, version: now.version, reversible: action !== 'kill', lasting: null };
    },
    apply: never,
    confirm: never,
    undo: never,
  };
};
