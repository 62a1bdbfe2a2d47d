import { seededRandom } from '../../ground/math/seeded.ts';
import type { Change } from './port.ts';

/** What may go wrong with one attempt on a target, and how that looks from here. */
export const mishaps = {
  rejected: 'the target says no, and would again',
  busy: 'the target is asked too often (429) and names a pause',
  conflict: 'somebody else changes the target just before',
  unsure: 'the target acts, and the connection breaks before it says so',
  lost: 'the connection breaks before the target acts',
  dropped: 'the target says yes and does nothing',
  slow: 'the target acts, and it takes effect ten times later than declared',
  blind: 'the target acts, and cannot be read for half a minute',
} as const;

export type Mishap = keyof typeof mishaps;

export const mishapKinds = Object.keys(mishaps) as readonly Mishap[];

/** One attempt to change a target. */
export interface Attempt {
  readonly agent: string;
  readonly doing: 'apply' | 'undo';
  readonly change: Change;
  readonly key: string;
  /** How many attempts on the same target came before, from 0. */
  readonly before: number;
}

/** Decides what goes wrong with an attempt; null: nothing. */
export type Fate = (attempt: Attempt) => Mishap | null;

export const noMishap: Fate = () => null;

/**
 * The same mishaps for the same seed and the same order of attempts.
 * @param share how many attempts go wrong, 0 to 1
 */
export const seededFate = (seed: number, share: number, kinds: readonly Mishap[] = mishapKinds): Fate => {
  const random = seededRandom(seed);
  return () => {
    const goesWrong = random() < share;
    const kind = kinds[Math.floor(random() * kinds.length)] ?? null;
    return goesWrong ? kind : null;
  };
};
