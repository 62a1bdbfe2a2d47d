import { renderLine, renderParagraph } from '../ground/output/line.ts';
import type { Cell, Look } from '../ground/output/look.ts';
import { localTime, plural } from '../ground/output/phrases.ts';
import { sparkline } from '../ground/output/sparkline.ts';
import { type Column, renderTable } from '../ground/output/table.ts';
import { formatMoney, formatShare } from '../ground/units/amount.ts';
import type { BudgetUse } from '../telemetry/cost/budget.ts';
import type { CostReport, Spender } from '../telemetry/cost/cost-report.ts';
import { countOf } from './figures.ts';
import { basisFact, coverageFacts, windowWord } from './status-facts.ts';
import { joined, missing, moneyOrMissing, type ViewOptions } from './words.ts';

/** How much is shown. */
export interface CostLayout {
  /** Spenders that are listed; the others are one line. */
  readonly top: number;
  /** Show each bucket of time as a line. */
  readonly perBucket: boolean;
}

export const usualCostLayout: CostLayout = { top: 20, perBucket: false };

/** `+12%`, `-3.0%`, `14x`, `new` against the window before. */
export const changeOf = (nanos: number | null, beforeNanos: number | null): string => {
  if (nanos === null) return missing;
  if (beforeNanos === null || beforeNanos === 0) return nanos === 0 ? missing : 'new';
  const change = nanos / beforeNanos - 1;
  if (change >= 9) return `${Math.round(change + 1).toLocaleString('en-US')}x`;
  return `${change < 0 ? '-' : '+'}${formatShare(Math.abs(change))}`;
};

/** `+12% against the 7d before`. */
export const changeFact = ({ totalNanos, beforeNanos, windowMs }: CostReport): string => {
  const before = `the ${windowWord(windowMs)} before`;
  return beforeNanos === 0 ? `nothing known of ${before}` : `${changeOf(totalNanos, beforeNanos)} against ${before}`;
};

/** The whole of it; not `$0` where nothing but unknown costs came together. */
export const totalOf = ({ totalNanos, unpriced, spenders }: CostReport): string =>
  unpriced > 0 && spenders.every(({ costNanos }) => costNanos === null) ? 'cost unknown' : formatMoney(totalNanos);

/** `19%` of everything. */
export const shareOf = (nanos: number | null, totalNanos: number): string =>
  nanos === null || totalNanos === 0 ? missing : formatShare(nanos / totalNanos);

/** What one request cost, nano-dollars. */
export const eachOf = ({ costNanos, requests }: Pick<Spender, 'costNanos' | 'requests'>): number | null =>
  costNanos === null || requests === 0 ? null : costNanos / requests;

/** Nano-dollars each million tokens; null where there are no tokens, or no cost is known. */
const perMillion = ({ costNanos, inputTokens, outputTokens }: Spender): number | null =>
  costNanos === null || inputTokens + outputTokens === 0 ? null : (costNanos / (inputTokens + outputTokens)) * 1e6;

const rising = 0.2;
const changeTone = ({ costNanos, beforeNanos }: Spender): Cell['tone'] & string =>
  costNanos !== null && beforeNanos !== null && beforeNanos > 0 && costNanos / beforeNanos - 1 > rising ? 'warn' : 'plain';

const columnsOf = (report: CostReport): readonly Column[] => [
  { title: report.by.toUpperCase(), flexible: true, minWidth: 12 },
  { title: 'COST', align: 'right' },
  { title: 'SHARE', align: 'right' },
  { title: 'CHANGE', align: 'right' },
  { title: report.by === 'model' || report.by === 'provider' || report.by === 'tool' ? 'CALLS' : 'REQS', align: 'right' },
  { title: 'EACH', align: 'right' },
  { title: 'TREND', optional: true },
  { title: '$/1M TOK', align: 'right', optional: true },
  { title: 'CACHED', align: 'right', optional: true },
];

const rowOf = (look: Look, spender: Spender, totalNanos: number): readonly Cell[] => {
  const each = perMillion(spender);
  return [
    { text: spender.key },
    { text: moneyOrMissing(spender.costNanos) },
    { text: shareOf(spender.costNanos, totalNanos), tone: 'dim' },
    { text: changeOf(spender.costNanos, spender.beforeNanos), tone: changeTone(spender) },
    { text: countOf(spender.requests) },
    { text: moneyOrMissing(eachOf(spender)) },
    { text: sparkline(look, spender.trendNanos, look.width !== null && look.width < 110 ? 12 : 28) },
    { text: moneyOrMissing(each) },
    { text: spender.inputTokens === 0 ? missing : formatShare(spender.cachedTokens / spender.inputTokens) },
  ];
};

/** The spenders beyond the first ones as one. */
const othersOf = (rest: readonly Spender[]): readonly Spender[] => {
  if (rest.length === 0) return [];
  const sum = (of: (spender: Spender) => number) => rest.reduce((total, spender) => total + of(spender), 0);
  return [
    {
      key: plural(rest.length, 'other'),
      costNanos: rest.every(({ costNanos }) => costNanos === null) ? null : sum(({ costNanos }) => costNanos ?? 0),
      beforeNanos: sum(({ beforeNanos }) => beforeNanos ?? 0),
      trendNanos: (rest[0]?.trendNanos ?? []).map((_, at) => sum(({ trendNanos }) => trendNanos[at] ?? 0)),
      requests: sum(({ requests }) => requests),
      inputTokens: sum(({ inputTokens }) => inputTokens),
      cachedTokens: sum(({ cachedTokens }) => cachedTokens),
      outputTokens: sum(({ outputTokens }) => outputTokens),
    },
  ];
};

const budgetLine = (look: Look, { of, per, limitNanos, spentNanos, used }: BudgetUse): string => {
  const when = { hour: 'the last hour', day: 'today', month: 'this month' }[per];
  const width = 20;
  const filled = Math.min(width, Math.round(used * width));
  const [full, empty] = look.unicode ? ['█', '░'] : ['#', '.'];
  return renderLine(look, 0, [
    { text: 'budget  ', tone: 'dim' },
    { text: full.repeat(filled), tone: used > 1 ? 'bad' : used > 0.8 ? 'warn' : 'good' },
    { text: empty.repeat(width - filled), tone: 'dim' },
    {
      text: `  ${formatShare(used)} of ${formatMoney(limitNanos)} used ${when} by ${of === 'fleet' ? 'the fleet' : of}`,
      tone: used > 1 ? 'bad' : 'plain',
    },
    { text: ` (${formatMoney(spentNanos)})`, tone: 'dim' },
  ]);
};

const monthLine = (look: Look, { month, generatedAt }: CostReport): string => {
  const name = new Date(generatedAt).toLocaleString('en-US', { month: 'long', timeZone: 'UTC' });
  const { forecast } = month;
  return renderLine(look, 0, [
    { text: 'month   ', tone: 'dim' },
    { text: `${formatMoney(month.spentNanos)} so far in ${name}` },
    {
      text:
        forecast === null
          ? '; too few days are known for a forecast'
          : `, ${formatMoney(forecast.expected)} expected (95%: ${formatMoney(forecast.low)} to ${formatMoney(forecast.high)})`,
      tone: forecast === null ? 'dim' : 'plain',
    },
  ]);
};

const bucketLines = (look: Look, { rows, bucket }: CostReport, zone: string): readonly string[] => {
  const sums = new Map<number, { cost: number; requests: number }>();
  for (const { bucketUs, costNanos, requests } of rows) {
    const known = sums.get(bucketUs) ?? { cost: 0, requests: 0 };
    sums.set(bucketUs, { cost: known.cost + (costNanos ?? 0), requests: known.requests + requests });
  }
  const most = Math.max(1, ...[...sums.values()].map(({ cost }) => cost));
  const table = renderTable(
    look,
    [{ title: bucket.toUpperCase() }, { title: 'COST', align: 'right' }, { title: 'REQS', align: 'right' }, { title: '' }],
    [...sums].map(([bucketUs, { cost, requests }]) => [
      { text: bucket === 'hour' ? localTime(bucketUs / 1000, zone) : new Date(bucketUs / 1000).toISOString().slice(0, 10) },
      { text: formatMoney(cost) },
      { text: countOf(requests) },
      { text: (look.unicode ? '█' : '#').repeat(Math.round((cost / most) * 30)) },
    ]),
  );
  return ['', table.head, ...table.rows];
};

/** What was spent, for people: the total and its direction, the top spenders, the month and its budgets. */
export const renderCostText = (
  report: CostReport,
  { look, zone }: ViewOptions,
  { top, perBucket }: CostLayout = usualCostLayout,
): string => {
  const { totalNanos, spenders, unpriced } = report;
  const facts = [
    `last ${windowWord(report.windowMs)}`,
    ...report.filter,
    changeFact(report),
    ...coverageFacts(report.coverage, report.generatedAt),
    ...basisFact(report.basis),
  ];
  const head = renderParagraph(look, { indent: 0, hang: 2, maxLines: 3 }, [
    { text: `${report.fleet}: ${totalOf(report)}`, tone: 'strong' },
    { text: joined(look, ['', ...facts]), tone: 'dim' },
  ]);
  const shown = [...spenders.slice(0, top), ...othersOf(spenders.slice(top))];
  const table = renderTable(
    look,
    columnsOf(report),
    shown.map((spender) => rowOf(look, spender, totalNanos)),
  );
  const note =
    unpriced === 0
      ? []
      : renderParagraph(look, { indent: 0, hang: 2, maxLines: 2 }, [
          {
            text: `${plural(unpriced, 'call')} without a known cost ${unpriced === 1 ? 'is' : 'are'} in no sum: agentops cost --unpriced`,
            tone: 'warn',
          },
        ]);
  return [
    ...head,
    ...(spenders.length === 0 ? ['', 'nothing was spent'] : ['', table.head, ...table.rows]),
    ...(perBucket ? bucketLines(look, report, zone) : []),
    '',
    monthLine(look, report),
    ...report.budgets.map((use) => budgetLine(look, use)),
    ...note,
    '',
  ].join('\n');
};
