import { type Annotation, renderAnnotation } from '../ground/output/github.ts';
import { type JunitCase, type JunitResult, renderJunit } from '../ground/output/junit.ts';
import { renderLine } from '../ground/output/line.ts';
import { plainLook } from '../ground/output/look.ts';
import type { AgentHealth, CheckHealth, HealthReport } from '../oversight/status/health-report.ts';
import { counts } from '../oversight/status/suppression.ts';
import { checkName, circumstancesOf, excuseOf, findingsOf, isUnjudged, problemsOf, verdictOf, whyOf } from './health-facts.ts';

const linesOf = (check: CheckHealth): readonly string[] => [...findingsOf(check), ...circumstancesOf(check)];
const headlineOf = (check: CheckHealth): string => check.reason || findingsOf(check)[0] || check.status;

const junitResult = (agent: AgentHealth, check: CheckHealth): JunitResult => {
  if (check.status === 'skipped') return { kind: 'skipped', message: check.reason };
  if (check.status !== 'fail' && check.status !== 'error') return { kind: 'passed' };
  if (!counts(agent)) return { kind: 'skipped', message: `${whyOf(agent)} (${check.status}: ${headlineOf(check)})` };
  return {
    kind: check.status === 'fail' ? 'failure' : 'error',
    type: check.outcome === null || check.outcome === 'ok' ? check.status : check.outcome,
    message: headlineOf(check),
    lines: linesOf(check),
  };
};

const junitCase = (agent: AgentHealth, check: CheckHealth): JunitCase => ({
  name: check.check,
  className: agent.agent,
  seconds: check.latencyMs === null ? null : check.latencyMs / 1000,
  result: junitResult(agent, check),
  ...(check.status === 'degraded' ? { output: linesOf(check) } : {}),
});

/** An agent can be red by a missed heartbeat or an alert and unknown by its age: then no check of this run shows it, so the agent is a case itself. */
const unexplained = (agent: AgentHealth): readonly JunitCase[] => {
  const kind = agent.state === 'red' ? 'failure' : 'error';
  const explained = agent.checks.some(({ status }) => status === (agent.state === 'red' ? 'fail' : 'error'));
  if (!counts(agent) || explained || (agent.state !== 'red' && agent.state !== 'unknown')) return [];
  const result = { kind, type: agent.state, message: whyOf(agent), lines: agent.reasons } as const;
  return [{ name: 'state', className: agent.agent, seconds: null, result }];
};

const propertiesOf = (agent: AgentHealth): Readonly<Record<string, string>> => ({
  state: agent.state,
  tier: String(agent.tier),
  ...(agent.owner === null ? {} : { owner: agent.owner }),
  ...(counts(agent) ? {} : { excused: excuseOf(agent) }),
});

/** JUnit XML: a suite per agent, a case per check. Agents that do not count have no failures, only skipped cases. */
export const renderHealthJunit = (report: HealthReport): string =>
  renderJunit(
    `agentops health ${report.fleet}`,
    report.agents.map((agent) => ({
      name: agent.agent,
      at: report.generatedAt,
      properties: propertiesOf(agent),
      output: [...(isUnjudged(report) ? [verdictOf(report)] : []), ...agent.warnings],
      cases: [...agent.checks.map((check) => junitCase(agent, check)), ...unexplained(agent)],
    })),
  );

const levelOf = (agent: AgentHealth, check: CheckHealth | null): Annotation['level'] => {
  if (!counts(agent)) return 'notice';
  const bad = check === null ? agent.state === 'red' || agent.state === 'unknown' : check.status !== 'degraded';
  return bad && agent.state !== 'yellow' ? 'error' : 'warning';
};

const warningsOf = ({ agent, warnings }: AgentHealth): readonly Annotation[] =>
  warnings.map((message) => ({ level: 'warning', title: agent, message }));

/** A run without errors reads as a good one: where nobody counts, one line has to say that it is none. */
const unjudgedAnnotation = (report: HealthReport): readonly Annotation[] =>
  isUnjudged(report) ? [{ level: 'warning', title: 'nothing was judged', message: verdictOf(report) }] : [];

const annotationsOf = (agent: AgentHealth): readonly Annotation[] => {
  if (agent.state === 'green') return [];
  const problems = problemsOf(agent);
  if (problems.length === 0) return [{ level: levelOf(agent, null), title: `${agent.agent} is ${agent.state}`, message: whyOf(agent) }];
  return problems.map((check) => ({
    level: levelOf(agent, check),
    title: `${checkName(check)} ${check.status}`,
    message: linesOf(check).join('\n') || headlineOf(check),
  }));
};

/** Workflow annotations for GitHub Actions, then the verdict as the last line of the log. */
export const renderHealthGithub = (report: HealthReport): string =>
  [
    ...[...report.agents.flatMap((agent) => [...annotationsOf(agent), ...warningsOf(agent)]), ...unjudgedAnnotation(report)].map(
      renderAnnotation,
    ),
    renderLine(plainLook, 0, [{ text: verdictOf(report) }]),
    '',
  ].join('\n');
