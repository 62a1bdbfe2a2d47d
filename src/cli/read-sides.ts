import type { Fleet } from '../fleet/agent.ts';
import { usageError } from '../ground/errors.ts';
import { parseDuration } from '../ground/units/duration.ts';
import { parseInstant } from '../ground/units/instant.ts';
import type { Side } from '../telemetry/stats/collect-comparison.ts';
import type { Filter } from '../telemetry/stats/filter.cache.ts';
import { filterFlag } from './flags.ts';

export interface SideWish {
  /** What plain words are names of; null: agents where both are, else releases. */
  readonly by: string | null;
  /** Holds for both sides. */
  readonly filter: Filter;
  /** Of sides that name no window themselves, ms. */
  readonly windowMs: number;
}

/** UTC epoch microseconds of `now`, `7d` (that long ago) or an instant; null otherwise. */
const momentOf = (word: string, now: number): number | null => {
  if (word === 'now' || word === '') return now * 1000;
  const agoMs = parseDuration(word);
  if (agoMs !== null) return (now - agoMs) * 1000;
  return parseInstant(/^\d{4}-\d{2}-\d{2}$/.test(word) ? `${word}T00:00:00Z` : word);
};

/** Reads what is to be compared: windows (`14d..7d`), facts (`release=v2`), or plain names. */
export const readSides = (
  fleet: Fleet,
  words: readonly [string, string],
  { by, filter, windowMs }: SideWish,
  now: number,
): readonly [Side, Side] => {
  const areAgents = words.every((word) => fleet.agents.some(({ name }) => name === word));
  const key = by ?? (areAgents ? 'agent' : 'release');
  const sideOf = (word: string): Side => {
    const parts = /^(.*?)\.\.(.*)$/.exec(word);
    if (parts !== null) {
      const [fromUs, toUs] = [momentOf(parts[1] ?? '', now), momentOf(parts[2] ?? '', now)];
      if (fromUs === null || toUs === null || fromUs >= toUs)
        throw usageError({
          code: 'window_invalid',
          message: `${JSON.stringify(word)} is not a window`,
          hint: 'write it like 14d..7d, 7d..now or 2026-11-01..2026-11-08',
        });
      return { label: word, window: { fromUs, toUs }, filter };
    }
    const fact = filterFlag(word.includes('=') ? word : `${key}=${word}`, undefined);
    return { label: word, window: { fromUs: (now - windowMs) * 1000, toUs: now * 1000 }, filter: { ...filter, ...fact } };
  };
  return [sideOf(words[0]), sideOf(words[1])];
};
