import { formatInstant } from '../../ground/units/instant.ts';
import { firstTransaction } from './braintrust-transaction.ts';
import type { TimeWindow } from './port.ts';

export interface LogsQuery {
  /** The id of a project. */
  readonly project: string;
  readonly window: TimeWindow;
  /** With inputs and outputs. */
  readonly hasIo: boolean;
  readonly limit: number;
  /** Null for the first page. */
  readonly cursor: string | null;
}

const fields = [
  'id',
  'span_id',
  'root_span_id',
  'span_parents',
  'is_root',
  'created',
  '_xact_id',
  'error',
  'scores',
  'metrics',
  'metadata',
  'tags',
  'span_attributes',
];

/** What may stand in a query: the language has no parameters. */
export const isBraintrustId = (id: string): boolean => /^[A-Za-z0-9_-]+$/.test(id);
export const isBraintrustCursor = (cursor: string): boolean => /^[A-Za-z0-9_\-+/=]+$/.test(cursor);

/**
 * BTQL in its SQL form for the rows that changed in a window, oldest change first; a bound on `_xact_id` also keeps the server from
 * scanning everything. A row changes when it ends and when it is scored, so a late score comes with a later window.
 */
export const logsQuery = ({ project, window, hasIo, limit, cursor }: LogsQuery): string =>
  [
    'SELECT',
    [...fields, ...(hasIo ? ['input', 'output'] : [])].join(', '),
    `FROM project_logs('${project}', shape => 'spans')`,
    `WHERE _xact_id >= '${firstTransaction(window.fromUs)}' AND _xact_id < '${firstTransaction(window.toUs)}'`,
    `ORDER BY _xact_id ASC LIMIT ${limit}`,
    ...(cursor === null ? [] : [`OFFSET '${cursor}'`]),
  ].join(' ');

/** The row of one span, or of the root of its trace; ids are checked by the caller. A bound on `created` keeps the server from scanning everything. */
export const rowQuery = (wanted: {
  readonly project: string;
  readonly traceId: string;
  /** Null: the root. */
  readonly spanId: string | null;
  readonly fromUs: number;
  readonly toUs: number;
}): string =>
  [
    'SELECT',
    `id FROM project_logs('${wanted.project}', shape => 'spans')`,
    `WHERE created >= '${formatInstant(wanted.fromUs)}' AND created < '${formatInstant(wanted.toUs)}'`,
    `AND root_span_id = '${wanted.traceId}' AND ${wanted.spanId === null ? 'is_root = true' : `span_id = '${wanted.spanId}'`} LIMIT 1`,
  ].join(' ');
