import { createHash } from 'node:crypto';
import { canonicalJson } from '../../ground/json.ts';
import { seededRandom } from '../../ground/math/seeded.ts';
import type { Change } from './port.ts';

/** What may go wrong with one attempt on a target, and how that looks from here. */
export const mishaps = {
  rejected: 'the target says no, each time',
  dropped: 'the target says yes and does nothing, each time',
  conflict: 'somebody else changes the target just before',
  busy: 'the target is asked too often (429) and names a pause',
  unsure: 'the target acts, and the connection breaks before it says so',
  lost: 'the connection breaks before the target acts',
  slow: 'the target acts, and it takes effect ten seconds later than declared',
  blind: 'the target acts, and cannot be read for ten seconds',
} as const;

export type Mishap = keyof typeof mishaps;

export const mishapKinds = Object.keys(mishaps) as readonly Mishap[];

export const isMishap = (word: string): word is Mishap => Object.hasOwn(mishaps, word);

/** Those that are over by themselves: a run that is patient ends as if they had not been. */
export const passingMishaps: readonly Mishap[] = ['busy', 'unsure', 'lost', 'slow', 'blind'];

/** One attempt to change a target. */
export interface Attempt {
  readonly agent: string;
  readonly doing: 'apply' | 'undo';
  readonly change: Change;
  readonly key: string;
  /** How many attempts to do the same came before, from 0. */
  readonly before: number;
}

/** Decides what goes wrong with an attempt; null: nothing. */
export type Fate = (attempt: Attempt) => Mishap | null;

export const noMishap: Fate = () => null;

/** The same thing going wrong with an attempt: passing ones the first time only. */
export const befalls = (mishap: Mishap, { before }: Pick<Attempt, 'before'>): Mishap | null =>
  before > 0 && passingMishaps.includes(mishap) ? null : mishap;

/**
 * The same mishap for the same seed and the same thing to do, in whatever order things are done.
 * @param share how many things go wrong, 0 to 1
 */
export const seededFate = (seed: number, share: number, kinds: readonly Mishap[] = mishapKinds): Fate => {
  return (attempt) => {
    const { agent, doing, change } = attempt;
    const what = canonicalJson([seed, agent, doing, change.action, change.to]);
    const random = seededRandom(createHash('sha256').update(what).digest().readInt32BE());
    const goesWrong = random() < share;
    const kind = kinds[Math.floor(random() * kinds.length)];
    return goesWrong && kind !== undefined ? befalls(kind, attempt) : null;
  };
};
