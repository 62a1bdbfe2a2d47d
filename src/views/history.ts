import { renderCsv } from '../ground/output/csv.ts';
import { markdownText } from '../ground/output/escape.ts';
import { isoTime, jsonDocument } from '../ground/output/json.ts';
import { renderMarkdownTable } from '../ground/output/markdown.ts';
import { localTime } from '../ground/output/phrases.ts';
import { toUsd } from '../ground/units/amount.ts';
import type { HistoryReport } from '../oversight/status/health-report.ts';
import type { CheckStatus } from '../quality/health/result.ts';
import { resultJson } from './health-json.ts';
import { failuresOf, uptimeFacts } from './history-facts.ts';
import { renderHistoryText } from './history-text.ts';
import { shareOrMissing, type ViewOptions } from './words.ts';

const uptimeJson = ({ d1, d7, d30 }: HistoryReport['uptime']) => ({ uptime_24h: d1, uptime_7d: d7, uptime_30d: d30 });

/** The public document of `agentops history --json`; results oldest first. */
const renderHistoryJson = (report: HistoryReport): string =>
  jsonDocument(report.fleet, report.generatedAt, {
    agent: report.agent,
    ...uptimeJson(report.uptime),
    checks: report.checks.map(({ check, uptime, results }) => ({ check, ...uptimeJson(uptime), results: results.map(resultJson) })),
  });

const csvHead = [
  'fleet',
  'agent',
  'check',
  'at',
  'slot_at',
  'status',
  'outcome',
  'cause',
  'reason',
  'latency_ms',
  'ttft_ms',
  'cost_usd',
  'attempts',
  'trace_id',
  'in_maintenance',
] as const;

/** One record a result, oldest first within its check. */
const renderHistoryCsv = (report: HistoryReport): string =>
  renderCsv(
    csvHead,
    report.checks.flatMap(({ results }) =>
      results.map((result) => [
        report.fleet,
        result.agent,
        result.check,
        isoTime(result.endedAt),
        isoTime(result.slotAt),
        result.status,
        result.outcome,
        result.cause,
        result.reason,
        result.latencyMs,
        result.ttftMs,
        result.costNanos === null ? null : toUsd(result.costNanos),
        result.attempts,
        result.traceId,
        result.inMaintenance,
      ]),
    ),
  );

const squares: Readonly<Record<CheckStatus, string>> = { pass: '🟩', degraded: '🟨', fail: '🟥', error: '⬜', skipped: '⬛' };
/** Results of one strip, and failures in the list. */
const shown = 20;

/** For a pull request or a wiki page: a strip and the uptime of each check, then the last failures. */
const renderHistoryMarkdown = (report: HistoryReport, { zone }: ViewOptions): string => {
  const checks = report.checks.map(({ check, uptime, results }) => [
    check,
    results
      .slice(-shown)
      .map(({ status }) => squares[status])
      .join(''),
    ...[uptime.d1, uptime.d7, uptime.d30].map(shareOrMissing),
  ]);
  const failures = failuresOf(report).slice(0, shown);
  const right = { align: 'right' as const };
  return [
    `### ${markdownText(`${report.fleet}/${report.agent}`)}`,
    '',
    `Uptime: ${uptimeFacts(report.uptime).map(markdownText).join(', ')}`,
    '',
    renderMarkdownTable(
      [
        { title: 'Check' },
        { title: 'Results, newest right' },
        { title: '24 h', ...right },
        { title: '7 d', ...right },
        { title: '30 d', ...right },
      ],
      checks,
    ),
    ...(failures.length === 0
      ? []
      : [
          '',
          renderMarkdownTable(
            [{ title: 'When' }, { title: 'Check' }, { title: 'Status' }, { title: 'Why' }],
            failures.map((result) => [
              localTime(result.endedAt, zone),
              result.check,
              result.status,
              result.reason || (result.outcome ?? ''),
            ]),
          ),
        ]),
    '',
  ].join('\n');
};

/** Every format of `agentops history`, by the name `--output` takes. */
export const historyFormats = {
  text: renderHistoryText,
  json: renderHistoryJson,
  csv: renderHistoryCsv,
  markdown: renderHistoryMarkdown,
} satisfies Readonly<Record<string, (report: HistoryReport, options: ViewOptions) => string>>;
