import { html, renderPage } from '../../ground/output/html.ts';
import { pageStyle } from './page-style.ts';
import type { FleetReport } from './report.ts';
import { dateWord } from './report-words.ts';
import { renderAdvice } from './sections/advice.ts';
import { renderAgents } from './sections/agents.ts';
import { renderBudgets } from './sections/budgets.ts';
import { renderFailures } from './sections/failures.ts';
import { renderQuality } from './sections/quality.ts';
import { renderSpend } from './sections/spend.ts';
import { renderFoot, renderHead, renderSummary } from './sections/summary.ts';
import { renderTopology } from './sections/topology.ts';
import { renderTrends } from './sections/trends.ts';
import { renderTroubles } from './sections/troubles.ts';

/** The parts of a report behind its summary, in order. */
const parts = [
  { id: 'agents', title: 'Agents', render: renderAgents },
  { id: 'alerts', title: 'Alerts and incidents', render: renderTroubles },
  { id: 'trends', title: 'Trends', render: renderTrends },
  { id: 'cost', title: 'Cost', render: renderSpend },
  { id: 'budgets', title: 'Budgets', render: renderBudgets },
  { id: 'advice', title: 'Spend less', render: renderAdvice },
  { id: 'quality', title: 'Quality', render: renderQuality },
  { id: 'failures', title: 'Failures', render: renderFailures },
  { id: 'topology', title: 'Who calls whom', render: renderTopology },
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
${parts.map(({ render }) => render(report))}
${renderFoot(report)}`,
    pageStyle,
  );
