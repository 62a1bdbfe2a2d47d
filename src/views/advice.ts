import { markdownText } from '../ground/output/escape.ts';
import { isoTime, jsonDocument } from '../ground/output/json.ts';
import { renderMarkdownTable } from '../ground/output/markdown.ts';
import type { AdviceReport } from '../telemetry/advice/advice-report.ts';
import type { Finding, Saving } from '../telemetry/advice/saving.ts';
import { adviceFacts, dollarText, rangeText, taskText } from './advice-facts.ts';
import { type AdviceLayout, renderAdviceText, shownFindings, usualAdviceLayout } from './advice-text.ts';
import type { ViewOptions } from './words.ts';

const cents = (dollars: number): number => Math.round(dollars * 100) / 100;

export const savingJson = ({ low, mid, high }: Saving) => ({ low_usd: cents(low), mid_usd: cents(mid), high_usd: cents(high) });

const findingJson = ({ strategy, agent, task, saving, grade, coverage, assumptions, harm, exemplars, next }: Finding) => ({
  ...{ strategy, agent, task, saving: savingJson(saving), grade, coverage: Math.round(coverage * 1e4) / 1e4 },
  ...{ assumptions, harm, exemplars, next },
});

/** Advice as documents have it: every finding, whatever is shown to people. */
export const adviceJson = (report: AdviceReport) => ({
  window: { from: isoTime(report.window.fromUs / 1000), to: isoTime(report.window.toUs / 1000) },
  spent_usd: cents(report.spent),
  sampled_share: Math.round(report.sampled * 1e4) / 1e4,
  combined: savingJson(report.combined),
  findings: report.findings.map(findingJson),
  saved_already: report.saved.map(({ agent, strategy, dollars }) => ({ agent, strategy, usd: cents(dollars) })),
  missing: report.problems.map(({ agent, strategy, missing }) => ({ agent, strategy, missing })),
});

/** The public document of `agentops advise --json`. */
const renderAdviceJson = (report: AdviceReport): string => jsonDocument(report.fleet, report.generatedAt, adviceJson(report));

const renderAdviceMarkdown = (report: AdviceReport, _options: ViewOptions, layout: AdviceLayout = usualAdviceLayout): string => {
  const right = { align: 'right' as const };
  const shown = shownFindings(report, layout);
  const table = renderMarkdownTable(
    [
      { title: 'Agent' },
      { title: 'Task' },
      { title: 'Strategy' },
      { title: 'Saves', ...right },
      { title: 'Range', ...right },
      { title: 'Grade' },
    ],
    shown.map(({ agent, task, strategy, saving, grade }) => [
      agent,
      taskText(task),
      strategy,
      dollarText(saving.mid),
      rangeText(saving),
      grade,
    ]),
  );
  const details = shown.flatMap(({ agent, task, strategy, harm, next }) => [
    '',
    `**${markdownText([agent, ...(task === null ? [] : [task]), strategy].join(' · '))}**`,
    '',
    ...harm.map((sentence) => `- ${markdownText(sentence)}`),
    '',
    ...(next.manifest === null ? [] : ['```yaml', fenced(next.manifest), '```', '']),
    '```sh',
    ...next.commands.map(fenced),
    '```',
  ]);
  const lines = [
    `### ${markdownText(`${report.fleet}: ${adviceFacts(report).join(', ')}`)}`,
    '',
    ...(shown.length === 0 ? [] : [table]),
    ...details,
    '',
  ];
  return lines.join('\n');
};

/** Nothing in a block may end it. */
const fenced = (text: string): string => text.trimEnd().replaceAll('```', "'''");

/** Every format of `agentops advise`, by the name `--output` takes. */
export const adviceFormats = {
  text: renderAdviceText,
  json: renderAdviceJson,
  markdown: renderAdviceMarkdown,
} satisfies Readonly<Record<string, (report: AdviceReport, options: ViewOptions, layout?: AdviceLayout) => string>>;
