import { standingMitigations } from '../../controls/actions/mitigations.journal.ts';
import type { Fleet } from '../../fleet/agent.ts';
import type { Cache, Journal } from '../../ground/store/port.ts';
import { endingsBetween } from '../../quality/health/past-results.journal.ts';
import { countUpTo } from './in-order.ts';
import { readAgentNumbers, readNews } from './metrics/cells.cache.ts';
import type { Word } from './tracking.ts';

/** Which agents can be seen otherwise at one moment than at one before it (UTC epoch ms): the others, where they are at rest, stay so. */
export type News = (word: Word, before: number, moment: number) => ReadonlySet<string>;

/** What happened between moments that are caught up on. @param after the first of them, UTC epoch ms @param until the last */
export const collectNews = async (
  { cache, journal }: { readonly cache: Cache; readonly journal: Journal },
  { agents }: Pick<Fleet, 'agents'>,
  { after, until }: { readonly after: number; readonly until: number },
): Promise<News> => {
  const names = new Map([...readAgentNumbers(cache)].map(([name, number]) => [number, name]));
  const endings = new Map<string, readonly number[]>();
  for (const { name, checks } of agents)
    if (checks.length > 0 && after < until) endings.set(name, await endingsBetween(journal, name, { after, until }));
  // A heartbeat is missed, and a mitigation overdue, without anything that happens.
  const restless = [
    ...agents.filter(({ checks }) => checks.some(({ heartbeat }) => heartbeat !== null)).map(({ name }) => name),
    ...(await standingMitigations(journal)).map(({ agent }) => agent),
  ];
  return (word, before, moment) => {
    if (word === 'traces') {
      const range = { fromUs: before * 1000, toUs: moment * 1000 };
      return new Set([...readNews(cache, range)].flatMap((number) => names.get(number) ?? []));
    }
    const ended = [...endings].filter(([, at]) => countUpTo(at, itself, moment) > countUpTo(at, itself, before));
    return new Set([...restless, ...ended.map(([name]) => name)]);
  };
};

const itself = (instant: number): number => instant;
