import type { JsonObject } from '../../ground/json.ts';
import { formatInstant } from '../../ground/units/instant.ts';
import type { TimeWindow } from './port.ts';

/** What one query is about. */
export interface RunsQuery {
  /** A UUID. */
  readonly project: string;
  readonly window: TimeWindow;
  /** With inputs and outputs. */
  readonly hasIo: boolean;
  /** Null for the first page. */
  readonly cursor: string | null;
  readonly limit: number;
}

const shared = [
  'id',
  'name',
  'run_type',
  'status',
  'start_time',
  'end_time',
  'first_token_time',
  'trace_id',
  'parent_run_ids',
  'thread_id',
  'tags',
  'total_tokens',
  'prompt_tokens',
  'completion_tokens',
  'prompt_token_details',
  'completion_token_details',
  'total_cost',
];

const io = ['inputs', 'outputs'];

/** Rows of one page at most; texts make them a hundred times larger. v1 refuses more than 100. */
export const pageSizeOf = (runs: 'v1' | 'v2', hasIo: boolean): number => (runs === 'v1' ? 100 : hasIo ? 200 : 1000);

/**
 * The body of `POST /api/v2/runs/query`. Without `min_start_time` the server answers the last day only, without `selects` only ids.
 * Source: LangSmith's OpenAPI, `query.QueryRunsRequestBody`.
 */
export const runsQuery = ({ project, window, hasIo, cursor, limit }: RunsQuery): JsonObject => ({
  project_ids: [project],
  min_start_time: formatInstant(window.fromUs),
  max_start_time: formatInstant(window.toUs),
  page_size: limit,
  sort_order: 'ASC',
  selects: [...shared, 'error_preview', 'metadata', ...(hasIo ? io : [])].map((field) => field.toUpperCase()),
  ...(cursor === null ? {} : { cursor }),
});

/**
 * The body of `POST /api/v1/runs/query`, for servers without v2. Its own `end_time` is not a bound on starts, so the filter language says it.
 * Source: LangSmith's OpenAPI, `BodyParamsForRunsQuerySchema`.
 */
export const oldRunsQuery = ({ project, window, hasIo, cursor, limit }: RunsQuery): JsonObject => ({
  session: [project],
  start_time: formatInstant(window.fromUs),
  filter: `lt(start_time, "${formatInstant(window.toUs)}")`,
  limit,
  order: 'asc',
  skip_prev_cursor: true,
  select: [...shared, 'error', 'extra', 'parent_run_id', 'last_queued_at', ...(hasIo ? io : [])],
  ...(cursor === null ? {} : { cursor }),
});
