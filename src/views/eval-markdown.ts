import { markdownText } from '../ground/output/escape.ts';
import { renderMarkdownTable } from '../ground/output/markdown.ts';
import type { CaseDetail, EvalReport } from '../quality/evals/report.ts';
import type { Verdict } from '../quality/evals/run.ts';
import { casesOf, errorTexts, exampleLines, factsOf, headlineOf, reasonOf, regressionText, subjectOf, tallyText } from './eval-facts.ts';

const symbols: Readonly<Record<Verdict, string>> = { pass: '🟢', fail: '🔴', inconclusive: '🟡', 'no-verdict': '⚪' };

const shownOthers = 20;

const exampleItems = (detail: CaseDetail | null): readonly string[] =>
  detail === null ? [] : exampleLines(detail).map(({ label, text }) => `  - ${label}: ${markdownText(text)}`);

const section = (title: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : ['', `#### ${title}`, '', ...lines];

/** For a pull request or a job summary. */
export const renderEvalMarkdown = (report: EvalReport): string => {
  const { regressions, others } = casesOf(report);
  const shown = others.slice(0, shownOthers);
  const cut = others.length - shown.length + report.detailsCut;
  return [
    `### ${symbols[report.gate.verdict]} ${markdownText(headlineOf(report))}`,
    '',
    `${markdownText(subjectOf(report))}. ${markdownText(reasonOf(report))}`,
    '',
    renderMarkdownTable(
      [{ title: 'Figure' }, { title: 'Value' }, { title: '' }],
      factsOf(report).map(({ name, value, more }) => [name, value, more]),
    ),
    ...section(
      'Got worse',
      regressions.flatMap(({ regression, detail }) => [
        `- **${markdownText(regression.caseId)}** ${markdownText(regressionText(regression))}`,
        ...exampleItems(detail),
      ]),
    ),
    ...section(
      'Could not be judged',
      errorTexts(report).map((text) => `- ${markdownText(text)}`),
    ),
    ...section(regressions.length > 0 ? 'Others that did not always pass' : 'Did not always pass', [
      ...shown.map((detail) => `- ${markdownText(detail.caseId)}: ${markdownText(tallyText(detail))}`),
      ...(cut === 0 || shown.length === 0 ? [] : [`- and ${cut} more`]),
    ]),
    ...(report.notes.length === 0 ? [] : ['', ...report.notes.map((note) => `> ${markdownText(note)}`)]),
    '',
    `Run ${markdownText(report.run.id)}`,
    '',
  ].join('\n');
};
