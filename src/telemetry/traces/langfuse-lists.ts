import type { QueryValue } from '../../clients/json-api.ts';
import type { LangfuseGeneration, LangfuseList } from '../../clients/langfuse.ts';
import type { TimeWindow } from './port.ts';

/** What is read beside the figures of a span, at a price: prompts and answers, and free metadata. */
export type LangfuseExtra = 'io' | 'metadata';

/** A list of rows, and the names it has for the bounds of time. */
export interface RowList extends Pick<LangfuseList, 'path' | 'paging' | 'limit'> {
  readonly from: string;
  readonly to: string;
  readonly query: Readonly<Record<string, QueryValue>>;
}

type Lists = readonly [RowList, ...RowList[]];

const isNew = (generation: LangfuseGeneration): boolean => generation === 'v4' || generation === 'v4-dual';

/** All that figures need. Prompts, answers and metadata stand in another table of the server, which makes reading them much dearer. */
const fields = ['core', 'basic', 'time', 'model', 'usage', 'prompt', 'metrics', 'trace_context'];

/** Rows of a page at most. Answers are at most 5 MB on Cloud: where 500 prompts are more, the server says so and is asked for half. */
const [mostRows, mostRowsWithIo] = [1000, 500];

/** The list of observations. */
export const spanLists = (generation: LangfuseGeneration, extras: readonly LangfuseExtra[]): Lists => {
  const bounds = { from: 'fromStartTime', to: 'toStartTime' };
  if (!isNew(generation)) return [{ path: '/observations', paging: 'numbered', limit: 100, ...bounds, query: {} }];
  const limit = extras.includes('io') ? mostRowsWithIo : mostRows;
  return [{ path: '/v2/observations', paging: 'cursor', limit, ...bounds, query: { fields: [...fields, ...extras].join(',') } }];
};

const scoreBounds = { from: 'fromTimestamp', to: 'toTimestamp', limit: 100 };
const scoresV3: RowList = { path: '/v3/scores', paging: 'cursor', ...scoreBounds, query: { fields: 'details,subject' } };
const scoresV2: RowList = { path: '/v2/scores', paging: 'numbered', ...scoreBounds, query: {} };
const scoresV1: RowList = { ...scoresV2, path: '/scores' };

/** Lists of scores, in the order they are tried: a server of v3 has the newest one from 3.179 on. */
export const scoreLists = (generation: LangfuseGeneration): Lists =>
  isNew(generation) ? [scoresV3] : generation === 'v3' ? [scoresV3, scoresV2] : [scoresV2, scoresV1];

/** Traces of the older generations. Only the core: with all fields it is the request that servers time out on. */
export const traceList: RowList = {
  path: '/traces',
  paging: 'numbered',
  from: 'fromTimestamp',
  to: 'toTimestamp',
  limit: 100,
  query: { fields: 'core', orderBy: 'timestamp.asc' },
};

/** Figures by UTC day, which servers of v2 have instead of metrics. */
export const dailyList: RowList = {
  path: '/metrics/daily',
  paging: 'numbered',
  from: 'fromTimestamp',
  to: 'toTimestamp',
  limit: 50,
  query: {},
};

/** The list within bounds of time; Langfuse counts in milliseconds, so that the bounds are widened to whole ones. */
export const boundedQuery = (list: RowList, { fromUs, toUs }: TimeWindow): LangfuseList['query'] => ({
  ...list.query,
  [list.from]: new Date(Math.floor(fromUs / 1000)).toISOString(),
  [list.to]: new Date(Math.ceil(toUs / 1000)).toISOString(),
});
