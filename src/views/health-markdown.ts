import { markdownText } from '../ground/output/escape.ts';
import { type MarkdownColumn, renderMarkdownTable } from '../ground/output/markdown.ts';
import { ageOf } from '../ground/output/phrases.ts';
import type { AgentHealth, CheckHealth, HealthReport, StateName } from '../oversight/status/health-report.ts';
import { checkName, circumstancesOf, costOf, findingsOf, problemsOf, slowestOf, verdictOf, whyOf } from './health-facts.ts';
import { durationOrMissing, missing, moneyOrMissing, shareOrMissing } from './words.ts';

const symbols: Readonly<Record<StateName, string>> = { red: '🔴', unknown: '⚪', yellow: '🟡', green: '🟢' };

const columns: readonly MarkdownColumn[] = [
  { title: 'State' },
  { title: 'Agent' },
  { title: 'Tier', align: 'right' },
  { title: 'Since', align: 'right' },
  { title: 'Latency', align: 'right' },
  { title: 'Cost', align: 'right' },
  { title: '24 h', align: 'right' },
  { title: 'Why' },
];

const rowOf = (agent: AgentHealth, now: number): readonly string[] => [
  `${symbols[agent.state]} ${agent.state}`,
  agent.agent,
  String(agent.tier),
  agent.since === null ? missing : ageOf(now - agent.since),
  durationOrMissing(slowestOf(agent)),
  moneyOrMissing(costOf(agent)),
  shareOrMissing(agent.uptime24h),
  whyOf(agent),
];

const problemLines = (check: CheckHealth): readonly string[] => {
  const facts = [check.status, ...circumstancesOf(check)].map(markdownText).join(', ');
  return [`- **${markdownText(checkName(check))}** ${facts}`, ...findingsOf(check).map((finding) => `  - ${markdownText(finding)}`)];
};

/** For a pull request or a job summary: the verdict, the table, and the failed checks as a list. */
export const renderHealthMarkdown = (report: HealthReport): string => {
  const table = renderMarkdownTable(
    columns,
    report.agents.map((agent) => rowOf(agent, report.generatedAt)),
  );
  const problems = report.agents.filter(({ state }) => state !== 'green').flatMap(problemsOf);
  const list = problems.length === 0 ? [] : ['', '#### Checks', '', ...problems.flatMap(problemLines)];
  const warnings = report.agents.flatMap(({ agent, warnings }) =>
    warnings.map((warning) => `- **${markdownText(agent)}** ${markdownText(warning)}`),
  );
  const warned = warnings.length === 0 ? [] : ['', '#### Warnings', '', ...warnings];
  return [`### ${symbols[report.state]} ${markdownText(verdictOf(report))}`, '', table, ...list, ...warned, ''].join('\n');
};
