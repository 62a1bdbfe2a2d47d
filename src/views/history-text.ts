import { inertLine } from '../ground/output/escape.ts';
import { renderLine, renderParagraph } from '../ground/output/line.ts';
import type { Cell, Look } from '../ground/output/look.ts';
import { ago, localTime, plural } from '../ground/output/phrases.ts';
import { type Column, renderTable } from '../ground/output/table.ts';
import { displayWidth } from '../ground/output/width.ts';
import type { HistoryReport } from '../oversight/status/health-report.ts';
import type { CheckResult, CheckStatus } from '../quality/health/result.ts';
import { failuresOf, uptimeFacts } from './history-facts.ts';
import { joined, type Sign, statusSigns, symbolOf, type ViewOptions } from './words.ts';

/** One column a result: good stands high and bad lies low, so that the strip reads without colour. */
const bars: Readonly<Record<CheckStatus, Sign>> = {
  pass: { symbol: '▇', ascii: '+', tone: 'good' },
  degraded: { symbol: '▄', ascii: '!', tone: 'warn' },
  fail: { symbol: '▁', ascii: 'x', tone: 'bad' },
  error: { symbol: '?', ascii: '?', tone: 'unknown' },
  skipped: { symbol: '·', ascii: '.', tone: 'dim' },
};

/** Results that a strip shows where there is no terminal to fill. */
const stripWithoutTerminal = 60;
/** Failures listed unless all are asked for. */
const listedFailures = 5;

/** Neighbours of one status become one piece. */
const stripOf = (look: Look, results: readonly CheckResult[]): readonly Cell[] => {
  const pieces: Cell[] = [];
  for (const { status } of results) {
    const bar = bars[status];
    const last = pieces.at(-1);
    if (last?.tone === bar.tone) pieces[pieces.length - 1] = { tone: bar.tone, text: `${last.text}${symbolOf(look, bar)}` };
    else pieces.push({ tone: bar.tone, text: symbolOf(look, bar) });
  }
  return pieces;
};

const checkLines = (look: Look, report: HistoryReport): readonly string[] => {
  const names = Math.max(0, ...report.checks.map(({ check }) => displayWidth(check)));
  const facts = report.checks.map(({ uptime }) => joined(look, uptimeFacts(uptime)));
  const room = look.width === null ? stripWithoutTerminal : Math.max(8, look.width - names - Math.max(0, ...facts.map(displayWidth)) - 4);
  const shown = report.checks.map(({ results }) => results.slice(-room));
  const longest = Math.max(0, ...shown.map((results) => results.length));
  return report.checks.map(({ check }, at) => {
    const results = shown[at] ?? [];
    return renderLine(look, 0, [
      { text: check, tone: 'strong' },
      { text: ' '.repeat(names - displayWidth(check) + 2 + longest - results.length) },
      ...stripOf(look, results),
      { text: '  ' },
      { text: facts[at] ?? '', tone: 'dim' },
    ]);
  });
};

const legendOf = (look: Look, report: HistoryReport): string => {
  const seen = new Set(report.checks.flatMap(({ results }) => results.map(({ status }) => status)));
  const entries = (Object.keys(bars) as CheckStatus[]).filter((status) => seen.has(status));
  return renderLine(look, 0, [
    ...entries.flatMap((status) => [
      { text: symbolOf(look, bars[status]), tone: bars[status].tone },
      { text: ` ${status}   `, tone: 'dim' as const },
    ]),
    { text: 'newest right', tone: 'dim' },
  ]);
};

const failureColumns: readonly Column[] = [
  { title: 'WHEN' },
  { title: 'AGO', align: 'right', optional: true },
  { title: 'CHECK' },
  { title: 'STATUS' },
  { title: 'WHY', flexible: true, minWidth: 30 },
];

type Reasoned = Pick<CheckResult, 'inMaintenance' | 'reason' | 'outcome'>;
const noReason: Reasoned = { inMaintenance: false, reason: '', outcome: null };

const reasonOf = ({ inMaintenance, reason, outcome }: Reasoned): string =>
  [inMaintenance ? 'in maintenance' : '', reason || (outcome ?? '')].filter((part) => part !== '').join(': ');

const failureLines = (report: HistoryReport, { look, verbose, zone }: ViewOptions): readonly string[] => {
  const failures = failuresOf(report);
  if (failures.length === 0) return [];
  const listed = verbose ? failures : failures.slice(0, listedFailures);
  const table = renderTable(
    look,
    failureColumns,
    listed.map((result) => [
      { text: localTime(result.endedAt, zone) },
      { text: ago(result.endedAt, report.generatedAt), tone: 'dim' },
      { text: result.check, tone: 'strong' },
      { text: `${symbolOf(look, statusSigns[result.status])} ${result.status}`, tone: statusSigns[result.status].tone },
      { text: reasonOf(result) },
    ]),
  );
  // A reason that its column cut stands whole below, once for failures that share it.
  const lines = listed.flatMap((result, at) => {
    const row = table.rows[at] ?? '';
    const why = reasonOf(result);
    const isWhole = look.width === null || row.includes(inertLine(why)) || reasonOf(listed[at + 1] ?? noReason) === why;
    return isWhole ? [row] : [row, ...renderParagraph(look, { indent: 4, hang: 0, maxLines: 3 }, [{ text: why }])];
  });
  const rest = failures.length - listed.length;
  const more = rest > 0 ? [renderLine(look, 0, [{ text: `and ${plural(rest, 'earlier failure')}`, tone: 'dim' }])] : [];
  return ['', table.head, ...lines, ...more];
};

/** The past of one agent for people: uptime, a strip of results per check, and the last failures with their reasons. */
export const renderHistoryText = (report: HistoryReport, options: ViewOptions): string => {
  const { look } = options;
  const title = renderLine(look, 0, [
    { text: `${report.fleet}/${report.agent}`, tone: 'strong' },
    { text: `  ${joined(look, uptimeFacts(report.uptime))}`, tone: 'dim' },
  ]);
  const results = report.checks.reduce((sum, check) => sum + check.results.length, 0);
  if (results === 0) return `${title}\n\nno results in this time\n`;
  return [title, '', ...checkLines(look, report), '', legendOf(look, report), ...failureLines(report, options), ''].join('\n');
};
