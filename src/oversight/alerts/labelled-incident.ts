import { z } from 'zod';
import { parseInstant } from '../../ground/units/instant.ts';
import { categories } from '../notify/route-fields.ts';
import type { Episode } from './episode.ts';
import type { Category } from './rule.ts';

const dayMs = 86_400_000;

const instant = () =>
  z.union([
    z
      .string()
      .refine((text) => parseInstant(text) !== null, 'is no instant: write it like 2026-11-23T14:05:00Z')
      .meta({ examples: ['2026-11-23T14:05:00Z'] }),
    z
      .strictObject({
        days_ago: z.int().min(0).max(3650),
        at: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'is no time of day: write it like 14:05'),
      })
      .describe('A time of day, UTC, so many days before today.'),
  ]);

/** What the file of labelled incidents looks like: what went wrong, so that rules can be judged by whether they tell of it. */
export const labelsFile = z.strictObject({
  incidents: z
    .array(
      z.strictObject({
        id: z.string().min(1),
        agents: z.array(z.string()).min(1).describe('Agents on which an alert tells of it.'),
        categories: z.array(z.enum(categories)).min(1).optional().describe('Which alerts tell of it; default any.'),
        from: instant().describe('When it began.'),
        to: instant().optional().describe('When it was over; absent: it goes on.'),
        why: z.string().optional(),
      }),
    )
    .min(1),
});

/** Something that went wrong, and which alerts would tell of it. UTC epoch ms. */
export interface LabelledIncident {
  readonly id: string;
  readonly agents: readonly string[];
  /** Empty: any. */
  readonly categories: readonly Category[];
  readonly from: number;
  /** Infinite where it goes on. */
  readonly to: number;
}

/** Puts what a file says on the time line of somebody who reads it now. */
export const incidentsOf = ({ incidents }: z.output<typeof labelsFile>, now: number): readonly LabelledIncident[] => {
  const msOf = (told: (typeof incidents)[number]['from']): number => {
    if (typeof told === 'string') return Math.floor((parseInstant(told) ?? 0) / 1000);
    const [hours = 0, minutes = 0] = told.at.split(':').map(Number);
    return (Math.floor(now / dayMs) - told.days_ago) * dayMs + (hours * 60 + minutes) * 60_000;
  };
  return incidents.map(({ id, agents, categories: only = [], from, to }) => ({
    ...{ id, agents, categories: only },
    from: msOf(from),
    to: to === undefined ? Number.POSITIVE_INFINITY : msOf(to),
  }));
};

/** How one incident was told of. */
export interface FoundIncident {
  readonly incident: LabelledIncident;
  /** The first that told of it; null: none did. */
  readonly by: Episode | null;
  /** From its beginning until people were told, milliseconds; null: they were not. */
  readonly delayMs: number | null;
}

export interface IncidentScore {
  readonly incidents: readonly FoundIncident[];
  /** Incidents outside what was replayed, which count for nothing. */
  readonly outside: readonly string[];
  /** Of the incidents, those that were told of; null: there was none. */
  readonly recall: number | null;
  /** Of what people were told, what was an incident: what nobody labelled counts as a false alarm. Null: they were told nothing. */
  readonly precision: number | null;
  /** Null: none was told of. */
  readonly medianDelayMs: number | null;
  readonly falseAlarms: readonly Episode[];
}

/** An alert may begin a little after what it tells of is over: its window still holds it. */
const graceMs = 3_600_000;

const tellsOf = ({ agents, categories: only, from, to }: LabelledIncident, episode: Episode): boolean =>
  agents.includes(episode.agent) &&
  (only.length === 0 || only.includes(episode.category)) &&
  episode.firedAt <= to + graceMs &&
  (episode.resolvedAt ?? Number.POSITIVE_INFINITY) >= from;

/** @param range what was replayed, UTC epoch ms */
export const scoreIncidents = (
  incidents: readonly LabelledIncident[],
  episodes: readonly Episode[],
  range: { readonly from: number; readonly until: number },
): IncidentScore => {
  const isInside = ({ from, to }: LabelledIncident): boolean => from >= range.from && from < range.until && to > range.from;
  const inside = incidents.filter(isInside);
  const told = episodes.filter(({ toldAt }) => toldAt !== null);
  const found = inside.map((incident): FoundIncident => {
    // What fired before it began is of something else, even where it goes on.
    const by =
      told
        .filter((episode) => tellsOf(incident, episode) && episode.firedAt >= incident.from)
        .sort((a, b) => (a.toldAt ?? 0) - (b.toldAt ?? 0))[0] ?? null;
    return { incident, by, delayMs: by === null || by.toldAt === null ? null : by.toldAt - incident.from };
  });
  const delays = found.flatMap(({ delayMs }) => delayMs ?? []).sort((a, b) => a - b);
  const falseAlarms = told.filter((episode) => !incidents.some((incident) => tellsOf(incident, episode)));
  return {
    incidents: found,
    outside: incidents.filter((incident) => !isInside(incident)).map(({ id }) => id),
    recall: found.length === 0 ? null : delays.length / found.length,
    precision: told.length === 0 ? null : 1 - falseAlarms.length / told.length,
    medianDelayMs: delays[Math.floor((delays.length - 1) / 2)] ?? null,
    falseAlarms,
  };
};
