import { hindrance, reversed, seenOf } from '../../src/controls/actions/compare.ts';
import { applied } from '../../src/controls/actions/effect.ts';
import type { Capabilities, Change, ControlDriver, Effect, Touched } from '../../src/controls/actions/port.ts';
import type { Json } from '../../src/ground/json.ts';
import { plainTraits } from './plain-control.ts';

/** A target with a memory and a log of its own: what was really done to it, whatever anybody was told. */
export interface ControlPeer {
  readonly driver: ControlDriver;
  readonly touched: Record<string, Json>;
  /** Every time something was done: `apply KEY`, `undo KEY`. */
  readonly effects: string[];
  /** Every call, whether it did something or not. */
  readonly calls: string[];
  /** What the next attempts answer in place of acting, in order; null: they act. */
  readonly answers: (Effect | 'act and break' | null)[];
  /** Until it is true again the target cannot be read. */
  isVisible: boolean;
}

export const controlPeer = (traits: Partial<Capabilities> = {}, start: Touched = { limit: null }): ControlPeer => {
  const own: Capabilities = { ...plainTraits, ...traits };
  const act = (word: string, change: Change, key: string): Effect => {
    peer.calls.push(`${word} ${key}`);
    const told = peer.answers.shift() ?? null;
    if (told !== null && told !== 'act and break') return told;
    const hindered = own.readable ? hindrance(change, peer.touched) : null;
    if (hindered !== null) return hindered;
    Object.assign(peer.touched, change.to);
    peer.effects.push(`${word} ${key}`);
    return told === null ? applied('done') : { result: 'unsure', retry: true, retryAfterMs: null, evidence: 'the connection broke' };
  };
  const peer: ControlPeer = {
    touched: { ...start },
    effects: [],
    calls: [],
    answers: [],
    isVisible: true,
    driver: {
      traits: own,
      healthy: () => start,
      read: async () => ({
        exists: true,
        target: 'the peer',
        touched: own.readable ? { ...peer.touched } : {},
        version: null,
        sharedWith: [],
        keepsRunning: null,
      }),
      plan: () => null,
      apply: async (change, key) => act('apply', change, key),
      confirm: async (change) => (own.readable ? seenOf(change, peer.touched) : 'seen'),
      undo: async (change, key) => act('undo', reversed(change), key),
    },
  };
  return peer;
};
