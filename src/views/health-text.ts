import { renderParagraph } from '../ground/output/line.ts';
import type { Cell, Look } from '../ground/output/look.ts';
import { ageOf } from '../ground/output/phrases.ts';
import { type Column, renderTable } from '../ground/output/table.ts';
import { humanDuration } from '../ground/units/duration.ts';
import type { AgentHealth, CheckHealth, HealthReport } from '../oversight/status/health-report.ts';
import { counts } from '../oversight/status/suppression.ts';
import type { AssertionResult } from '../quality/health/result.ts';
import { checkName, circumstancesOf, costOf, failedOf, problemsOf, slowestOf, verdictOf, whyOf } from './health-facts.ts';
import {
  durationOrMissing,
  joined,
  missing,
  moneyOrMissing,
  shareOrMissing,
  stateSigns,
  statusSigns,
  symbolOf,
  type ViewOptions,
} from './words.ts';

const whyTitle = 'WHY';
const columns: readonly Column[] = [
  { title: 'STATE' },
  { title: 'AGENT' },
  { title: 'TIER', align: 'right', optional: true },
  { title: 'SINCE', align: 'right', optional: true },
  { title: 'LATENCY', align: 'right', optional: true },
  { title: 'COST', align: 'right', optional: true },
  { title: 'UP 24H', align: 'right', optional: true },
  { title: whyTitle, flexible: true, minWidth: 28, optional: true },
];

const rowOf = (look: Look, agent: AgentHealth, now: number): readonly Cell[] => {
  const sign = stateSigns[agent.state];
  const decides = counts(agent);
  return [
    { text: `${symbolOf(look, sign)} ${agent.state}`, tone: decides ? sign.tone : 'dim' },
    { text: agent.agent, tone: decides ? (agent.state === 'green' ? 'plain' : 'strong') : 'dim' },
    { text: String(agent.tier), tone: 'dim' },
    { text: agent.since === null ? missing : ageOf(now - agent.since) },
    { text: durationOrMissing(slowestOf(agent)) },
    { text: moneyOrMissing(costOf(agent)) },
    { text: shareOrMissing(agent.uptime24h) },
    { text: whyOf(agent), tone: decides ? 'plain' : 'dim' },
  ];
};

/** Lines that one remark may take in a terminal. */
const remarkLines = 3;

const remark = (look: Look, indent: number, text: string): readonly string[] =>
  renderParagraph(look, { indent, hang: 0, maxLines: remarkLines }, [{ text }]);

const labelled = (look: Look, label: string, text: string): readonly string[] =>
  renderParagraph(look, { indent: 8, hang: 10, maxLines: remarkLines }, [{ text: label.padEnd(10), tone: 'dim' }, { text }]);

const failedLines = (look: Look, { assertion, saw, message }: AssertionResult): readonly string[] => [
  ...labelled(look, 'expected', assertion),
  ...(saw === '' ? labelled(look, 'because', message) : labelled(look, 'saw', saw)),
];

/** Whether a message has what was seen among its words already: `the turn took 299 ms; the limit is 5 s`. */
const isTold = (message: string, saw: string): boolean => saw === '' || ` ${message.replace(/[.,;:]+(?= |$)/g, '')} `.includes(` ${saw} `);

const gradedLines = (look: Look, { assertion, pass, message, saw, informative }: AssertionResult): readonly string[] => {
  const sign = pass === null || (informative === true && !pass) ? statusSigns.skipped : pass ? statusSigns.pass : statusSigns.fail;
  return renderParagraph(look, { indent: 8, hang: 2, maxLines: remarkLines }, [
    { text: `${symbolOf(look, sign)} `, tone: sign.tone },
    { text: assertion },
    { text: informative === true ? ' (weight 0)' : '', tone: 'dim' },
    { text: `  ${message}`, tone: 'dim' },
    { text: isTold(message, saw) ? '' : joined(look, ['', `saw ${saw}`]), tone: 'dim' },
  ]);
};

const headline = (look: Look, check: CheckHealth, verbose: boolean): readonly string[] => {
  const sign = statusSigns[check.status];
  const facts = [...circumstancesOf(check), ...(check.latencyMs === null ? [] : [humanDuration(check.latencyMs)])];
  const more = [
    ...(check.costNanos === null ? [] : [moneyOrMissing(check.costNanos)]),
    ...(check.traceId === null ? [] : [`trace ${check.traceId}`]),
  ];
  const shown = verbose ? [...facts, ...more] : facts;
  return renderParagraph(look, { indent: 4, hang: 2, maxLines: remarkLines }, [
    { text: `${symbolOf(look, sign)} `, tone: sign.tone },
    { text: checkName(check), tone: 'strong' },
    { text: `  ${check.status}`, tone: sign.tone },
    { text: shown.length === 0 ? '' : `  ${joined(look, shown)}`, tone: 'dim' },
  ]);
};

/** `told`: sentences that stand in full above, so they are not said twice; nor is the reason that a failed assertion gives. */
const checkLines = (look: Look, check: CheckHealth, verbose: boolean, told: readonly string[]): readonly string[] => {
  const failed = failedOf(check);
  const known = told.some((sentence) => sentence.includes(check.reason)) || failed.some(({ message }) => check.reason.startsWith(message));
  const says = check.reason !== '' && !known;
  return [
    ...headline(look, check, verbose),
    ...(says ? remark(look, 8, check.reason) : []),
    ...(verbose ? check.assertions.flatMap((each) => gradedLines(look, each)) : failed.flatMap((each) => failedLines(look, each))),
  ];
};

const warningLines = (look: Look, { warnings }: AgentHealth): readonly string[] => {
  const { tone } = statusSigns.degraded;
  return warnings.flatMap((text) =>
    renderParagraph(look, { indent: 4, hang: 2, maxLines: remarkLines }, [
      { text: `${symbolOf(look, statusSigns.degraded)} `, tone },
      { text },
    ]),
  );
};

/** What stands under the line of an agent: also why, where its line has no room for all of that and no check says it. */
const linesUnder = (agent: AgentHealth, { look, verbose }: ViewOptions, row: string, whyInTable: boolean): readonly string[] => {
  const why = whyOf(agent);
  const isWhole = whyInTable && (look.width === null || row.includes(why));
  const checks = verbose ? agent.checks : agent.state === 'green' || !counts(agent) ? [] : problemsOf(agent);
  const isSaid = isWhole || (whyInTable && checks.length > 0);
  const below = verbose && agent.reasons.length > 1 ? agent.reasons : isSaid || why === '' ? [] : [why];
  const told = isWhole ? [why, ...below] : below;
  return [
    ...below.flatMap((text) => remark(look, 4, text)),
    ...warningLines(look, agent),
    ...checks.flatMap((check) => checkLines(look, check, verbose, told)),
  ];
};

/** The fleet for people: the verdict, a line per agent in manifest order, and under each that is not green what was expected and seen. */
export const renderHealthText = (report: HealthReport, options: ViewOptions): string => {
  const { look } = options;
  const sign = stateSigns[report.state];
  const verdict = renderParagraph(look, { indent: 0, hang: 2, maxLines: remarkLines }, [
    { text: `${symbolOf(look, sign)} `, tone: sign.tone },
    { text: verdictOf(report), tone: 'strong' },
    { text: joined(look, ['', humanDuration(report.tookMs)]), tone: 'dim' },
  ]);
  if (report.agents.length === 0) return `${verdict.join('\n')}\n`;
  const table = renderTable(
    look,
    columns,
    report.agents.map((agent) => rowOf(look, agent, report.generatedAt)),
  );
  const whyInTable = !table.dropped.includes(whyTitle);
  const body = report.agents.flatMap((agent, at) => {
    const row = table.rows[at] ?? '';
    return [row, ...linesUnder(agent, options, row, whyInTable)];
  });
  return [...verdict, '', table.head, ...body, ''].join('\n');
};
