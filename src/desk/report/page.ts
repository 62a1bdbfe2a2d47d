import { html, renderPage } from '../../ground/output/html.ts';
import { pageStyle } from './page-style.ts';
import type { FleetReport } from './report.ts';
import { dateWord } from './report-words.ts';
import { renderAgents } from './sections/agents.ts';
import { renderHead, renderSummary } from './sections/summary.ts';
import { renderTrends } from './sections/trends.ts';

/** The parts of a report behind its summary, in order. */
const parts = [
  { id: 'agents', title: 'Agents', render: renderAgents },
  { id: 'trends', title: 'Trends', render: renderTrends },
];

/** A report as one file of HTML that fetches nothing and runs nothing. The same report is the same file. */
export const renderReportPage = (report: FleetReport): string =>
  renderPage(
    `${report.agent ?? report.fleet} · ${dateWord(report.window.to)}`,
    html`${renderHead(
      report,
      parts.map(({ id, title }) => [id, title]),
    )}
${renderSummary(report)}
${parts.map(({ render }) => render(report))}`,
    pageStyle,
  );
