import { type Html, html, renderPage } from '../ground/output/html.ts';
import { localTime } from '../ground/output/phrases.ts';
import type { CaseDetail, EvalReport } from '../quality/evals/report.ts';
import {
  casesOf,
  errorTexts,
  exampleLines,
  factsOf,
  headlineOf,
  reasonOf,
  regressionText,
  subjectOf,
  tallyText,
  verdictSigns,
} from './eval-facts.ts';
import type { ViewOptions } from './words.ts';

const exampleList = (detail: CaseDetail | null): Html | null =>
  detail === null
    ? null
    : html`<dl class="seen">${exampleLines(detail).map(({ label, text }) => html`<dt>${label}</dt><dd>${text}</dd>`)}</dl>`;

const section = (title: string, parts: readonly Html[]): Html | null => (parts.length === 0 ? null : html`<h2>${title}</h2>${parts}`);

const statusTone = {
  pass: html`<span class="good">pass</span>`,
  fail: html`<span class="bad">fail</span>`,
  flaky: html`<span class="warn">flaky</span>`,
  error: html`<span class="unknown">error</span>`,
} as const;

/** Beyond that a page is no page any more; the JSON document has them all. */
const longestTable = 2000;

const caseTable = ({ gate }: EvalReport): Html => {
  const rows = gate.cases.slice(0, longestTable);
  const cut = gate.cases.length - rows.length;
  return html`<h2>Every case</h2><div class="scroll"><table><thead><tr><th>Case</th><th>Status</th><th class="n">Passed</th><th class="n">Trials</th><th class="n">Errors</th></tr></thead><tbody>
${rows.map(({ caseId, status, passes, trials, errors }) => html`<tr><td>${caseId}</td><td>${statusTone[status]}</td><td class="n">${passes}</td><td class="n">${trials}</td><td class="n">${errors}</td></tr>\n`)}</tbody></table></div>
${cut === 0 ? null : html`<p class="soft">and ${cut} more</p>`}`;
};

/** One page that needs no network, for a phone as for paper. */
export const renderEvalHtml = (report: EvalReport, { zone }: ViewOptions): string => {
  const sign = verdictSigns[report.gate.verdict];
  const { regressions, others } = casesOf(report);
  return renderPage(
    `${headlineOf(report)} · ${report.run.suite}`,
    html`<h1><span class="${sign.tone}">${sign.symbol} ${headlineOf(report)}</span></h1>
<p>${subjectOf(report)}</p>
<p class="soft">${report.fleet} · ${localTime(report.run.startedAt, zone)} · run ${report.run.id}</p>
<p>${reasonOf(report)}</p>
<dl class="facts">${factsOf(report).map(({ name, value, more }) => html`<div><dt>${name}</dt><dd>${value}</dd>${more === '' ? null : html`<dd class="soft">${more}</dd>`}</div>`)}</dl>
${section(
  'Got worse',
  regressions.map(
    ({ regression, detail }) =>
      html`<article><h3>${regression.caseId}</h3><p class="bad">${regressionText(regression)}</p>${exampleList(detail)}</article>`,
  ),
)}
${section(
  'Could not be judged',
  errorTexts(report).map((text) => html`<p>${text}</p>`),
)}
${section(
  regressions.length > 0 ? 'Others that did not always pass' : 'Did not always pass',
  others.map((detail) => html`<article><h3>${detail.caseId}</h3><p class="soft">${tallyText(detail)}</p>${exampleList(detail)}</article>`),
)}
${report.detailsCut === 0 ? null : html`<p class="soft">and ${report.detailsCut} more</p>`}
${caseTable(report)}
${report.notes.map((note) => html`<p class="soft">${note}</p>`)}`,
  );
};
