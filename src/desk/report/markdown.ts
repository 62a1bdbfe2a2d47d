import { inertLine, markdownText } from '../../ground/output/escape.ts';
import { plainLook } from '../../ground/output/look.ts';
import { type MarkdownColumn, renderMarkdownTable } from '../../ground/output/markdown.ts';
import { sparkline } from '../../ground/output/sparkline.ts';
import { formatMoney, formatShare, grouped } from '../../ground/units/amount.ts';
import { humanDuration } from '../../ground/units/duration.ts';
import { agentNamed } from '../../oversight/alerts/subject.ts';
import { dollarText, rangeText, taskText } from '../../views/advice-facts.ts';
import { countOf, figureColumns, latencyOf } from '../../views/figures.ts';
import { missing, moneyOrMissing, shareOrMissing, stateSigns } from '../../views/words.ts';
import type { FleetReport } from './report.ts';
import {
  blindWords,
  bucketWord,
  dateWord,
  excuseAndReasons,
  leadSentences,
  momentWord,
  quietWords,
  scoreWord,
  windowLength,
} from './report-words.ts';
import { modelShares } from './spend-shares.ts';

/** So many lines of a table are listed; the JSON document has them all. */
const mostListed = 25;

/** A table whose columns are written `title` or `title:` for figures, with a line that tells what it leaves out. */
const table = (titles: readonly string[], rows: readonly (readonly string[])[]): string => {
  const columns = titles.map((title): MarkdownColumn => (title.endsWith(':') ? { title: title.slice(0, -1), align: 'right' } : { title }));
  const cut = rows.length - mostListed;
  return [renderMarkdownTable(columns, rows.slice(0, mostListed)), ...(cut > 0 ? ['', `and ${grouped(cut)} more`] : [])].join('\n');
};

const section = (title: string, body: string | null): readonly string[] => (body === null ? [] : ['', `## ${title}`, '', body]);

/** The report for a wiki, a chat or a pull request: what the page says, without its drawings. */
export const renderReportMarkdown = (report: FleetReport): string => {
  const { fleet, agent, window, steps } = report;
  return [
    `# ${markdownText(agent === null ? fleet : `${agent} of ${fleet}`)}`,
    '',
    `${windowLength(report)} to ${dateWord(window.to)}`,
    '',
    leadSentences(report).map(markdownText).join(' '),
    ...section('Do first', steps.length === 0 ? 'Nothing asks to be done.' : steps.slice(0, 3).map(stepLine).join('\n')),
    ...section('Agents', agentTable(report)),
    ...section('Alerts and incidents', troubleTables(report)),
    ...section('Trends', trendTable(report)),
    ...section('Cost', table(['Model', 'Provider', 'Calls:', 'Cost:'], modelRows(report))),
    ...section('Budgets and forecast', budgetTable(report)),
    ...section('Spend less', adviceTable(report)),
    ...section('Quality', scoreTable(report)),
    ...section('Failures', failureTable(report)),
    ...section('Who calls whom', callTable(report)),
    '',
  ].join('\n');
};

/** Text between back quotes ends at the first of them, or with its line. */
const code = (text: string): string => `\`${inertLine(text).replaceAll('`', "'")}\``;

const stepLine = ({ what, why, command }: FleetReport['steps'][number], at: number): string =>
  `${at + 1}. **${markdownText(what)}** ${markdownText(why)} ${code(command)}`;

const agentTable = ({ agents }: FleetReport): string =>
  table(
    ['State', 'Agent', 'Requests:', 'Failed:', 'p95:', 'Quality:', 'Cost:', 'Over time', 'Why'],
    agents.map(({ name, standing, figures, trendNanos }) => [
      standing === null ? '' : `${stateSigns[standing.state].symbol} ${standing.state}`,
      name,
      countOf(figures.requests),
      shareOrMissing(figures.errorRate),
      latencyOf(figures.latencyP95Us),
      scoreWord(figures.quality),
      moneyOrMissing(figures.costNanos),
      sparkline(plainLook, trendNanos, 16),
      standing === null ? '' : excuseAndReasons(standing),
    ]),
  );

const capitalized = (sentence: string): string => `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}`;

const troubleTables = (report: FleetReport): string => {
  const { incidents, alerts, journalTrouble, window } = report;
  if (journalTrouble !== null) return markdownText(blindWords(journalTrouble));
  const incidentRows = incidents.map(({ id, status, title, agent, startedAt, resolvedAt }) => [
    ...[id, status, title, agent ?? 'the fleet', momentWord(startedAt)],
    humanDuration((resolvedAt ?? window.to) - startedAt),
  ]);
  const alertRows = alerts.map(({ rule, agent, firedAt, resolvedAt, reason }) => [
    ...[rule, agentNamed(agent) ?? 'the fleet', firedAt === null ? missing : momentWord(firedAt)],
    ...[resolvedAt === null ? 'fires now' : humanDuration(resolvedAt - (firedAt ?? window.from)), reason],
  ]);
  return [
    incidents.length === 0 ? 'No incident.' : table(['Incident', 'Status', 'What', 'Agent', 'Began, UTC', 'Lasted:'], incidentRows),
    alerts.length === 0 ? `${capitalized(quietWords(report))}.` : table(['Alert', 'Agent', 'Fired, UTC', 'For:', 'Because'], alertRows),
  ].join('\n\n');
};

const trended = ['requests', 'error-rate', 'p50', 'p95', 'p99', 'cost', 'quality', 'steps', 'steps-max'];

const trendTable = (report: FleetReport): string => {
  const columns = trended.flatMap((name) => figureColumns.find((column) => column.name === name) ?? []);
  const nameOf = bucketWord(report);
  // The newest say most where not all are listed.
  const points = report.trend.points.slice(-mostListed);
  return table(
    [report.trend.split, ...columns.map(({ title }) => `${title.toLowerCase()}:`)],
    points.map(({ bucketUs, figures }) => [nameOf(bucketUs / 1000), ...columns.map((column) => column.write(column.value(figures)))]),
  );
};

const modelRows = (report: FleetReport): readonly (readonly string[])[] =>
  modelShares(report).map(({ model, provider, calls, costNanos }) => [model, provider, countOf(calls), moneyOrMissing(costNanos)]);

const budgetTable = ({ budgets }: FleetReport): string | null =>
  budgets.length === 0
    ? null
    : table(
        ['Of', 'This', 'Spent:', 'Budget:', 'Used:'],
        budgets
          .toSorted((a, b) => b.used - a.used)
          .map(({ of, per, spentNanos, limitNanos, used }) => [
            of,
            per,
            formatMoney(spentNanos),
            formatMoney(limitNanos),
            formatShare(used),
          ]),
      );

const adviceTable = ({ advice }: FleetReport): string | null => {
  const found = (advice?.findings ?? []).filter(({ saving }) => saving.mid > 0);
  if (found.length === 0) return null;
  return table(
    ['What', 'Agent', 'Task', 'Saves a month:', 'Range:', 'How sure', 'Next'],
    found.map(({ strategy, agent, task, saving, grade, next }) => [
      ...[strategy, agent, taskText(task), dollarText(saving.mid), rangeText(saving), grade, next.commands[0] ?? ''],
    ]),
  );
};

const scoreTable = ({ scores }: FleetReport): string | null =>
  scores.length === 0
    ? null
    : table(
        ['Score', 'Agent', 'Grades:', 'Mean:', 'Spread, low to high'],
        scores.map(({ score, agent, n, mean, counts }) => [
          score,
          agent ?? 'all',
          grouped(n),
          mean.toFixed(2),
          sparkline(plainLook, counts, 10),
        ]),
      );

const failureTable = ({ failures }: FleetReport): string | null =>
  failures.length === 0
    ? null
    : table(
        ['Agent', 'Type', 'Requests:'],
        failures.map(({ agent, type, requests }) => [agent, type, grouped(requests)]),
      );

const callTable = ({ edges }: FleetReport): string | null => {
  const calls = edges.filter(({ caller }) => caller !== null).sort((a, b) => b.requests - a.requests);
  if (calls.length === 0) return null;
  return table(
    ['Caller', 'Agent', 'Requests:', 'Failed:', 'Cost:'],
    calls.map(({ caller, agent, requests, errors, costNanos }) => [
      ...[caller ?? '', agent, countOf(requests), requests === 0 ? missing : formatShare(errors / requests), moneyOrMissing(costNanos)],
    ]),
  );
};
