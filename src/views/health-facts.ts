import { plural } from '../ground/output/phrases.ts';
import type { AgentHealth, CheckHealth, HealthReport, StateName } from '../oversight/status/health-report.ts';
import { counts } from '../oversight/status/suppression.ts';
import type { AssertionResult } from '../quality/health/result.ts';

/** Worst first. */
const states: readonly StateName[] = ['red', 'unknown', 'yellow', 'green'];

/** The worst state of the agents that count; unknown where none does. */
export const worstState = (report: HealthReport): StateName =>
  states.find((state) => report.agents.some((agent) => counts(agent) && agent.state === state)) ?? 'unknown';

/** True where every agent is exempt: green or red, none of them says anything of the fleet. */
export const isUnjudged = ({ agents }: HealthReport): boolean => agents.length > 0 && !agents.some(counts);

/** What keeps an agent from counting; empty where it counts. */
export const excuseOf = ({ suppressedBy, inMaintenance }: AgentHealth): string =>
  suppressedBy === null ? (inMaintenance ? 'in maintenance' : '') : `suppressed by ${suppressedBy}`;

/** `acme: 2 red, 1 yellow, 4 green, 1 suppressed of 8 agents`. */
export const verdictOf = (report: HealthReport): string => {
  const counting = report.agents.filter(counts);
  const all = plural(report.agents.length, 'agent');
  const only = states.find((state) => report.agents.length > 0 && counting.every((agent) => agent.state === state));
  const early = report.complete ? '' : ', stopped before every check was run';
  if (only !== undefined && counting.length === report.agents.length) {
    return `${report.fleet}: ${counting.length === 1 ? all : `all ${all}`} ${only}${early}`;
  }
  const groups = [
    ...states.map((state) => ({ name: state as string, count: counting.filter((agent) => agent.state === state).length })),
    { name: 'suppressed', count: report.agents.filter((agent) => agent.suppressedBy !== null).length },
    { name: 'in maintenance', count: report.agents.filter((agent) => agent.suppressedBy === null && agent.inMaintenance).length },
  ];
  const said = groups.filter(({ count }) => count > 0).map(({ name, count }) => `${count} ${name}`);
  const nothing = isUnjudged(report) ? 'nothing was judged, ' : '';
  return `${report.fleet}: ${nothing}${said.length === 0 ? all : `${said.join(', ')} of ${all}`}${early}`;
};

/** Why an agent is as it is, the strongest reason first, opened by what keeps it from counting. */
export const whyOf = (agent: AgentHealth): string => {
  const more = agent.reasons.length > 1 ? ` (and ${agent.reasons.length - 1} more)` : '';
  const reason = agent.reasons[0] === undefined ? '' : `${agent.reasons[0]}${more}`;
  return [excuseOf(agent), reason].filter((part) => part !== '').join(': ');
};

/** The check of an agent as commands name it. */
export const checkName = (check: CheckHealth): string => `${check.agent}/${check.check}`;

/** Checks that are not plainly good. */
export const problemsOf = (agent: AgentHealth): readonly CheckHealth[] =>
  agent.checks.filter(({ status }) => status === 'fail' || status === 'error' || status === 'degraded');

/** A cause that is the outcome in other letters, as `interrupt` of `interrupted`, is not said again. */
const outcomeWords = (outcome: string, cause: string | null): string =>
  cause === null || outcome.startsWith(cause) ? outcome : `${outcome}, ${cause}`;

/** What is known of one result beside its status: `timeout, first byte`, `3 in a row`, `2 attempts`. */
export const circumstancesOf = (check: CheckHealth): readonly string[] => [
  ...(check.outcome === null || check.outcome === 'ok' ? [] : [outcomeWords(check.outcome, check.cause)]),
  ...(check.streak > 1 ? [`${check.streak} in a row`] : []),
  ...(check.attempts > 1 ? [plural(check.attempts, 'attempt')] : []),
  ...(check.safety && check.status === 'fail' ? ['safety event'] : []),
  ...(check.drift.length > 0 ? [`changed: ${check.drift.join(', ')}`] : []),
];

/** The assertions that a check failed by. */
export const failedOf = (check: CheckHealth): readonly AssertionResult[] =>
  check.assertions.filter(({ pass, informative }) => pass === false && informative !== true);

/** One line per thing that is wrong with a check: why it failed where no assertion says it, then what was expected and what was seen. */
export const findingsOf = (check: CheckHealth): readonly string[] => {
  const failed = failedOf(check);
  // An outcome that failed the check by itself is said before what its answer lacked.
  const isSaid = check.reason === '' || failed.some(({ message }) => check.reason.startsWith(message));
  const lines = failed.map(({ assertion, saw, message }) => `expected ${assertion}, ${saw === '' ? message : `saw ${saw}`}`);
  return isSaid ? lines : [check.reason, ...lines];
};

/** Milliseconds of the slowest check; null where none was timed. */
export const slowestOf = (agent: AgentHealth): number | null => {
  const timed = agent.checks.flatMap(({ latencyMs }) => (latencyMs === null ? [] : [latencyMs]));
  return timed.length === 0 ? null : Math.max(...timed);
};

/** Nano-dollars of the checks whose cost is known; null where none is. */
export const costOf = (agent: AgentHealth): number | null => {
  const priced = agent.checks.flatMap(({ costNanos }) => (costNanos === null ? [] : [costNanos]));
  return priced.length === 0 ? null : priced.reduce((sum, cost) => sum + cost, 0);
};
