import { createHash } from 'node:crypto';
import type { Turn } from '../../agents/protocols/port.ts';

export type Fingerprint = Readonly<Record<string, string>>;

/** A hash per facet of what the agent told of itself: its card, its tools, the model that answered. Null where it told nothing. */
export const fingerprintOf = (turn: Turn): Fingerprint | null => {
  const facets = { ...turn.card?.facets, ...(turn.model === null ? {} : { model: turn.model }) };
  const told = Object.entries(facets).filter(([, text]) => text !== '');
  if (told.length === 0) return null;
  return Object.fromEntries(told.map(([facet, text]) => [facet, createHash('sha256').update(text).digest('hex').slice(0, 16)]));
};

/** The facets that both fingerprints tell and that differ. */
export const driftBetween = (before: Fingerprint | null, now: Fingerprint | null): readonly string[] =>
  before === null || now === null ? [] : Object.keys(now).filter((facet) => before[facet] !== undefined && before[facet] !== now[facet]);
