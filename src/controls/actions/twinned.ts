import { unableError } from '../../ground/errors.ts';
import { canonicalJson, type Json } from '../../ground/json.ts';
import type { Clock } from '../../ground/runtime/context.ts';
import { hindrance, reversed, seenOf, standsAs } from './compare.ts';
import { applied, conflict, rejected } from './effect.ts';
import { lookOnly } from './look-only.ts';
import type { Fate } from './mishap.ts';
import type { Action, Change, ControlDriver, Effect, Touched } from './port.ts';

/** A target in memory: what steps on the same control share. */
export interface TwinTarget {
  readonly agent: string;
  /** For people: `flag-file of support`. */
  readonly name: string;
  /** Fields that were set; others are as on a healthy target. */
  readonly fields: Map<string, Json>;
  /** UTC epoch ms from which the last act takes effect. */
  effectiveAt: number;
  /** UTC epoch ms until which it cannot be read. */
  blindUntil: number;
  /** How often the same was tried, by what it is. */
  readonly attempts: Map<string, number>;
}

export const newTwinTarget = (agent: string, name: string): TwinTarget => ({
  agent,
  name,
  fields: new Map(),
  effectiveAt: 0,
  blindUntil: 0,
  attempts: new Map(),
});

/** Something that was really done to a target, as the target itself would log it. */
export interface TwinAct {
  /** UTC epoch ms. */
  readonly at: number;
  readonly target: string;
  readonly doing: 'apply' | 'undo';
  readonly action: Action;
  readonly key: string;
  /** The touched fields afterwards. */
  readonly now: Touched;
}

export interface TwinSurroundings {
  readonly clock: Pick<Clock, 'now'>;
  readonly access: 'read' | 'write';
  readonly fate: Fate;
  on(act: TwinAct): void;
}

const busyMs = 2000;
const blindMs = 10_000;
const lateMs = 10_000;
const strange = 'changed by somebody else';

/**
 * A driver in memory with the traits, the wishes and the healthy state of a real one, which is never asked to read or to act.
 * What goes wrong is decided by `fate`; what was really done is told to `on`.
 */
export const twinned = (real: ControlDriver, target: TwinTarget, { clock, access, fate, on }: TwinSurroundings): ControlDriver => {
  const { traits } = real;
  /** What a healthy target has no word on is taken to be as the plan found it. */
  const fieldsNow = ({ action, from }: Pick<Change, 'action' | 'from'>): Touched => ({
    ...from,
    ...real.healthy(action),
    ...Object.fromEntries(target.fields),
  });
  const set = (fields: Touched) => {
    for (const [field, value] of Object.entries(fields)) target.fields.set(field, value);
  };
  const unsure = (why: string): Effect => ({
    result: 'unsure',
    retry: traits.idempotent,
    retryAfterMs: null,
    evidence: `${target.name}: ${why}`,
  });
  const requireSight = () => {
    if (clock.now() < target.blindUntil)
      throw unableError({ code: 'twin_unreadable', message: `${target.name} cannot be read just now: an injected fault` });
  };

  const act = (doing: TwinAct['doing'], change: Change, key: string): Effect => {
    const wanted = doing === 'apply' ? change : reversed(change);
    const now = fieldsNow(change);
    const isThere = standsAs(wanted.to, now);
    // What is not idempotent does it again; taking back compares first where it can.
    const isRepeated = isThere && !traits.idempotent && (doing === 'apply' || !traits.readable);
    const hindered = traits.readable && !isRepeated ? hindrance(wanted, now) : null;
    if (hindered !== null) return hindered;
    set(wanted.to);
    target.effectiveAt = clock.now() + traits.effectMs;
    if (!isThere || isRepeated) on({ at: clock.now(), target: target.name, doing, action: change.action, key, now: wanted.to });
    return applied(`${target.name} took it, in memory`);
  };

  const attempt = (doing: TwinAct['doing'], change: Change, key: string): Effect => {
    const what = canonicalJson([doing, change.action, change.to]);
    const before = target.attempts.get(what) ?? 0;
    target.attempts.set(what, before + 1);
    const mishap = fate({ agent: target.agent, doing, change, key, before });
    switch (mishap) {
      case 'rejected':
        return rejected(`${target.name} refuses: an injected fault`);
      case 'busy':
        return { ...rejected(`${target.name} is asked too often: an injected fault`), retry: true, retryAfterMs: busyMs };
      case 'conflict':
        set(Object.fromEntries(Object.keys(change.to).map((field) => [field, strange])));
        return conflict(`${target.name} was changed by somebody else: an injected fault`);
      case 'dropped':
        return applied(`${target.name} took it, in memory`);
      case 'lost':
        return unsure('no answer: an injected fault');
      case 'unsure':
        act(doing, change, key);
        return unsure('no answer: an injected fault');
      case 'slow': {
        const effect = act(doing, change, key);
        target.effectiveAt = clock.now() + traits.effectMs + lateMs;
        return effect;
      }
      case 'blind': {
        const effect = act(doing, change, key);
        target.blindUntil = clock.now() + blindMs;
        return effect;
      }
      case null:
        return act(doing, change, key);
    }
  };

  const driver: ControlDriver = {
    traits,
    healthy: (action) => real.healthy(action),
    plan: (want, now) => real.plan(want, now),
    read: async (action, signal) => {
      signal.throwIfAborted();
      requireSight();
      const healthy = real.healthy(action);
      const set = [...target.fields].filter(([field]) => Object.hasOwn(healthy, field));
      // What cannot be read looks the same whatever was done to it.
      const touched = traits.readable ? { ...healthy, ...Object.fromEntries(set) } : healthy;
      return { exists: true, target: target.name, touched, version: null, sharedWith: [], keepsRunning: null };
    },
    apply: async (change, key, signal) => {
      signal.throwIfAborted();
      return attempt('apply', change, key);
    },
    confirm: async (change, signal) => {
      signal.throwIfAborted();
      requireSight();
      if (!traits.readable) return 'not-yet';
      const seen = seenOf(change, fieldsNow(change));
      return seen === 'seen' && clock.now() < target.effectiveAt ? 'not-yet' : seen;
    },
    undo: async (change, key, signal) => {
      signal.throwIfAborted();
      return change.reversible ? attempt('undo', change, key) : rejected(`${target.name} cannot go back`);
    },
  };
  return access === 'read' ? lookOnly(driver) : driver;
};
