import { canonicalJson } from '../../ground/json.ts';
import { already, conflict } from './effect.ts';
import type { Change, Effect, Touched } from './port.ts';

/** Whether every field that is asked for stands so now; a field that is not there is null. */
export const standsAs = (asked: Touched, now: Touched): boolean =>
  Object.entries(asked).every(([field, value]) => canonicalJson(value) === canonicalJson(now[field] ?? null));

/** What reading back says of a change: as wanted, still as before, or something third that somebody else made of it. */
export const seenOf = (change: Change, now: Touched): 'seen' | 'not-yet' | 'contradicted' => {
  if (standsAs(change.to, now)) return 'seen';
  return standsAs(change.from, now) ? 'not-yet' : 'contradicted';
};

/** The change that takes a change back. Applied where the target still is as the first one left it, it restores. */
export const reversed = (change: Change): Change => ({ ...change, from: change.to, to: change.from });

/**
 * What keeps a change from being made on a target as it is now; null: nothing does, go on.
 * @param change compared in both directions: a target that is as wanted already needs nothing, one that is as neither is somebody else's
 */
export const hindrance = (change: Change, now: Touched): Effect | null => {
  if (standsAs(change.to, now)) return already(`${change.target} is so already`);
  return standsAs(change.from, now) ? null : conflict(`${change.target} was changed by somebody else: ${differences(change.from, now)}`);
};

const differences = (planned: Touched, now: Touched): string =>
  Object.keys(planned)
    .filter((field) => !standsAs({ [field]: planned[field] ?? null }, now))
    .map((field) => `${field} is ${canonicalJson(now[field] ?? null)}, not ${canonicalJson(planned[field] ?? null)}`)
    .join(', ');
