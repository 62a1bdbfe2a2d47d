import { ageOf, plural } from '../ground/output/phrases.ts';
import { formatMoney, formatShare, grouped } from '../ground/units/amount.ts';
import { formatDuration } from '../ground/units/duration.ts';
import type { FleetStatus, StatusRow } from '../oversight/status/fleet-status.ts';
import type { Coverage } from '../telemetry/stats/figures.cache.ts';
import { type FigureColumn, figureColumns } from './figures.ts';

/** What `--sort` was given: a column's name, `-` before it for the greatest first. */
export interface Sorting {
  readonly column: string;
  readonly descending: boolean;
}

/** What a person asked of the table. */
export interface StatusLayout {
  /** Names of figures; null: what fits. */
  readonly columns: readonly string[] | null;
  readonly sorting: Sorting | null;
}

export const usualLayout: StatusLayout = { columns: null, sorting: null };

const stateRank = { red: 3, unknown: 2, yellow: 1, green: 0 } as const;

/** The rows in the order wanted; what has no value comes last. Rows that are equal keep their order. */
export const sortRows = (rows: readonly StatusRow[], sorting: Sorting | null): readonly StatusRow[] => {
  if (sorting === null) return rows;
  const { column, descending } = sorting;
  if (column === 'key') return [...rows].sort((a, b) => (a.key < b.key ? -1 : 1) * (descending ? -1 : 1));
  const figure = figureColumns.find(({ name }) => name === column);
  const shownValue = ({ figures, standing }: StatusRow): number | null =>
    column === 'state' ? (standing === null ? null : stateRank[standing.state]) : (figure?.value(figures) ?? null);
  return [...rows].sort((a, b) => {
    const [left, right] = [shownValue(a), shownValue(b)];
    if (left === null || right === null) return left === right ? 0 : left === null ? 1 : -1;
    return descending ? right - left : left - right;
  });
};

/** Names that `--sort` takes. */
export const sortNames: readonly string[] = ['state', 'key', ...figureColumns.map(({ name }) => name)];
/** Names that `--columns` takes. */
export const columnNames: readonly string[] = [...figureColumns.map(({ name }) => name), 'trend'];

/** The figures that are shown unless others are asked for: all of them fit into 80 columns, or into 120. */
export const columnsFor = (width: number | null, by: FleetStatus['by']): readonly string[] => {
  if (by === 'score') return ['requests', 'quality', 'pass'];
  if (width !== null && width < 110) return ['requests', 'error-rate', 'p95', 'cost', 'per-request', 'baseline', 'trend'];
  return ['requests', 'error-rate', 'p50', 'p95', 'p99', 'cost', 'per-request', 'baseline', 'quality', 'steps', 'steps-max', 'trend'];
};

export const figureNamed = (name: string): FigureColumn | null => figureColumns.find((column) => column.name === name) ?? null;

/** `synced 2 m ago`, `97% priced`: how fresh and how complete figures are. */
export const coverageFacts = ({ syncedUs, unread, pricedShare, pending }: Coverage, now: number): readonly string[] => [
  ...(unread.length > 0
    ? unread.map((source) => `${source}: never synced`)
    : [syncedUs === null ? 'never synced' : `synced ${ageOf(now - syncedUs / 1000)} ago`]),
  ...(pricedShare === null ? [] : [`${formatShare(pricedShare)} priced`]),
  ...(pending === 0 ? [] : [`${plural(pending, 'quarter-hour')} not counted yet`]),
];

/** How the figures came about, where that is not from rollups alone. */
export const basisFact = (basis: FleetStatus['basis']): readonly string[] =>
  basis === 'rollups' ? [] : [basis === 'scan' ? 'counted span by span' : 'partly counted span by span'];

/** `24h`, `7d`: hours up to two days, then days, as windows are asked for. */
export const windowWord = (ms: number): string => {
  const [size, unit] = ms <= 48 * 3_600_000 ? [3_600_000, 'h'] : [86_400_000, 'd'];
  return ms % size === 0 ? `${ms / size}${unit}` : formatDuration(ms);
};

/** `last 24h`, `12,340 requests`, `$184`, `synced 2 m ago`, `97% priced`. */
export const factsOf = (status: FleetStatus): readonly string[] => [
  `last ${windowWord(status.windowMs)}`,
  ...status.filter,
  plural(status.totals.requests, 'request'),
  ...(status.leftOut === 0 ? [] : [`first ${grouped(status.rows.length)} of ${grouped(status.rows.length + status.leftOut)}`]),
  ...(status.totals.costNanos === null ? [] : [formatMoney(status.totals.costNanos)]),
  ...coverageFacts(status.coverage, status.generatedAt),
  ...basisFact(status.basis),
];

/** Why an agent is as it is, opened by what keeps it from counting. */
export const whyOfRow = ({ standing }: StatusRow): string => {
  if (standing === null) return '';
  const { suppressedBy, inMaintenance, reasons } = standing;
  const excuse = suppressedBy !== null ? `suppressed by ${suppressedBy}` : inMaintenance ? 'in maintenance' : '';
  return [excuse, reasons.join('; ')].filter((part) => part !== '').join(': ');
};
