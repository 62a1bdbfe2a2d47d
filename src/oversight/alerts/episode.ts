import type { AlertKey } from './alert.ts';
import type { Category, Severity } from './rule.ts';

/** One message that people would have got. */
export interface Letter {
  readonly kind: 'fire' | 'remind' | 'resolve';
  readonly channel: string;
  /** When it would have gone out, UTC epoch ms. */
  readonly at: number;
}

/** One firing of an alert, from its beginning to its end. */
export interface Episode extends AlertKey {
  readonly category: Category;
  readonly severity: Severity;
  /** In event time, UTC epoch ms. */
  readonly firedAt: number;
  /** Null: it goes on. */
  readonly resolvedAt: number | null;
  /** When people were told first, UTC epoch ms; null: nobody was, and `quiet` says why. */
  readonly toldAt: number | null;
  readonly quiet: string | null;
  /** One sentence with the figures that decided; untrusted. */
  readonly reason: string;
  readonly exemplar: string | null;
  readonly letters: readonly Letter[];
}

/** Between these hours of UTC people sleep, where nobody says otherwise. */
export const nightHours = { from: 22, to: 7 } as const;

/** @param at UTC epoch ms */
export const isAtNight = (at: number): boolean => {
  const hour = new Date(at).getUTCHours();
  return hour >= nightHours.from || hour < nightHours.to;
};

/** How much some episodes would have asked of people. */
export interface Tally {
  readonly episodes: number;
  /** Messages that an alert begins, whatever the channel. */
  readonly notifications: number;
  /** Those of them that wake somebody: one a firing, however many channels tell of it. */
  readonly pages: number;
  readonly pagesAtNight: number;
  /** All messages, with reminders and ends. */
  readonly messages: number;
  /** Milliseconds in which it fired, all together. */
  readonly firingMs: number;
}

/** @param until where the time that is counted ends, UTC epoch ms */
export const tallyOf = (episodes: readonly Episode[], until: number): Tally => {
  const told = episodes.filter(({ toldAt }) => toldAt !== null);
  const paged = told.filter(({ severity }) => severity === 'page');
  return {
    episodes: episodes.length,
    notifications: told.length,
    pages: paged.length,
    pagesAtNight: paged.filter(({ toldAt }) => isAtNight(toldAt ?? 0)).length,
    messages: episodes.reduce((sum, { letters }) => sum + letters.length, 0),
    firingMs: episodes.reduce((sum, { firedAt, resolvedAt }) => sum + (resolvedAt ?? until) - firedAt, 0),
  };
};

/** What each channel would have been told. */
export interface ChannelTally {
  readonly channel: string;
  readonly messages: number;
  /** Messages that an alert began. */
  readonly begun: number;
  readonly atNight: number;
}

export const tallyByChannel = (channels: readonly string[], episodes: readonly Episode[]): readonly ChannelTally[] => {
  const letters = episodes.flatMap((episode) => episode.letters);
  return channels.map((channel) => {
    const own = letters.filter((letter) => letter.channel === channel);
    return {
      channel,
      messages: own.length,
      begun: own.filter(({ kind }) => kind === 'fire').length,
      atNight: own.filter(({ at }) => isAtNight(at)).length,
    };
  });
};

/** Whether two episodes tell of the same thing: the same alert, or another rule of the same kind on the same agent at the same time. */
const areAlike = (a: Episode, b: Episode): boolean =>
  a.agent === b.agent &&
  (a.rule === b.rule ? a.label === b.label : a.category === b.category) &&
  a.firedAt < (b.resolvedAt ?? Number.POSITIVE_INFINITY) &&
  b.firedAt < (a.resolvedAt ?? Number.POSITIVE_INFINITY);

/** How two sets of rules differ in what they would have told. */
export interface EpisodeDiff {
  readonly onlyFirst: readonly Episode[];
  readonly onlySecond: readonly Episode[];
  readonly both: number;
}

export const diffEpisodes = (first: readonly Episode[], second: readonly Episode[]): EpisodeDiff => {
  const without = (some: readonly Episode[], others: readonly Episode[]) =>
    some.filter((each) => !others.some((other) => areAlike(each, other)));
  const onlyFirst = without(first, second);
  return { onlyFirst, onlySecond: without(second, first), both: first.length - onlyFirst.length };
};
