import { unableError } from '../../ground/errors.ts';
import { canonicalJson, type Json } from '../../ground/json.ts';
import type { Clock } from '../../ground/runtime/context.ts';
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
const blindMs = 30_000;
const slowTimes = 10;
const leastSlowMs = 1000;
const strange = 'changed by somebody else';

/**
 * A driver in memory with the traits, the wishes and the healthy state of a real one, which is never asked to read or to act.
 * What goes wrong is decided by `fate`; what was really done is told to `on`.
 */
export const twinned = (real: ControlDriver, target: TwinTarget, { clock, access, fate, on }: TwinSurroundings): ControlDriver => {
  const { traits } = real;
  const effect = (result: Effect['result'], evidence: string, retry = false, retryAfterMs: number | null = null): Effect => ({
    result,
    retry,
    retryAfterMs,
    evidence: `${target.name}, in memory: ${evidence}`,
  });
  /** What a healthy target has no word on is taken to be as the plan found it. */
  const stands = (change: Change, wanted: Touched): boolean => {
    const now = { ...change.from, ...real.healthy(change.action), ...Object.fromEntries(target.fields) };
    return Object.entries(wanted).every(([field, value]) => canonicalJson(now[field] ?? null) === canonicalJson(value));
  };
  const set = (fields: Touched) => {
    for (const [field, value] of Object.entries(fields)) target.fields.set(field, value);
  };
  const requireSight = () => {
    if (clock.now() < target.blindUntil)
      throw unableError({ code: 'twin_unreadable', message: `${target.name} cannot be read just now: an injected fault` });
  };

  const act = (doing: TwinAct['doing'], change: Change, key: string): Effect => {
    const [before, after] = doing === 'apply' ? [change.from, change.to] : [change.to, change.from];
    const isThere = stands(change, after);
    if (traits.readable && traits.idempotent && isThere) return effect('already', 'nothing was left to do');
    if (traits.readable && !isThere && !stands(change, before)) return effect('conflict', 'it is no longer as it was planned on');
    set(after);
    target.effectiveAt = clock.now() + traits.effectMs;
    if (!traits.idempotent || !isThere) on({ at: clock.now(), target: target.name, doing, action: change.action, key, now: after });
    return effect('applied', doing === 'apply' ? 'done' : 'put back');
  };

  const attempt = (doing: TwinAct['doing'], change: Change, key: string): Effect => {
    if (access === 'read') throw new Error(`${target.name} was opened for reading, and asked to ${doing}`);
    const what = canonicalJson([doing, change.action, change.to]);
    const before = target.attempts.get(what) ?? 0;
    target.attempts.set(what, before + 1);
    const mishap = fate({ agent: target.agent, doing, change, key, before });
    switch (mishap) {
      case 'rejected':
        return effect('rejected', 'refused, an injected fault');
      case 'busy':
        return effect('rejected', 'too many requests, an injected fault', true, busyMs);
      case 'conflict':
        set(Object.fromEntries(Object.keys(change.to).map((field) => [field, strange])));
        return effect('conflict', 'somebody else changed it, an injected fault');
      case 'lost':
        return effect('unsure', 'no answer, an injected fault', traits.idempotent);
      case 'dropped':
        return effect('applied', 'done');
      case 'unsure':
        act(doing, change, key);
        return effect('unsure', 'no answer, an injected fault', traits.idempotent);
      case 'slow':
      case 'blind': {
        const seen = act(doing, change, key);
        if (mishap === 'slow') target.effectiveAt = clock.now() + Math.max(traits.effectMs, leastSlowMs) * slowTimes;
        else target.blindUntil = clock.now() + blindMs;
        return seen;
      }
      case null:
        return act(doing, change, key);
    }
  };

  return {
    traits,
    healthy: (action) => real.healthy(action),
    plan: (want, now) => real.plan(want, now),
    read: async (action, signal) => {
      signal.throwIfAborted();
      requireSight();
      const healthy = real.healthy(action);
      // What cannot be read looks the same whatever was done to it.
      const touched = traits.readable
        ? Object.fromEntries(
            Object.entries(healthy).map(([field, value]) => [field, target.fields.has(field) ? (target.fields.get(field) ?? null) : value]),
          )
        : healthy;
      return { exists: true, target: target.name, touched, version: null, sharedWith: [], keepsRunning: null };
    },
    apply: async (change, key, signal) => {
      signal.throwIfAborted();
      return attempt('apply', change, key);
    },
    confirm: async (change, signal) => {
      signal.throwIfAborted();
      requireSight();
      if (stands(change, change.to)) return clock.now() < target.effectiveAt ? 'not-yet' : 'seen';
      return stands(change, change.from) ? 'not-yet' : 'contradicted';
    },
    undo: async (change, key, signal) => {
      signal.throwIfAborted();
      return change.reversible ? attempt('undo', change, key) : effect('rejected', 'it cannot be undone');
    },
  };
};
