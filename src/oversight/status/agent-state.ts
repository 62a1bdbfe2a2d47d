import { listOf } from '../../ground/output/phrases.ts';
import { humanDuration } from '../../ground/units/duration.ts';
import { type AlertEvidence, isEcho } from './alert-evidence.ts';
import type { CheckEvidence, Evidence } from './evidence.ts';
import type { StateName } from './health-report.ts';

export interface AgentState {
  readonly state: StateName;
  /** Most important first; empty only for green. */
  readonly reasons: readonly string[];
  readonly since: number | null;
}

interface Finding {
  readonly reason: string;
  readonly since: number | null;
}

/** One agent's state: the first of red, unknown, yellow that anything speaks for, else green. Never green by absence. */
export const judgeAgent = ({ checks, overdue, alerts, now, safetyWindowMs }: Evidence): AgentState => {
  const down = checks.flatMap((check) => [...downFinding(check), ...safetyFinding(check, now, safetyWindowMs)]);
  const red = [...down, ...weighing(alerts, 'red', down.length > 0)];
  if (red.length > 0) return judged('red', red);
  if (checks.length === 0) return { state: 'unknown', reasons: ['nothing checks it'], since: null };
  const unknown = checks.flatMap(unknownFinding);
  if (unknown.length > 0) return judged('unknown', unknown);
  const uneasy = [...checks.flatMap(yellowFindings), ...overdue];
  const yellow = [...uneasy, ...weighing(alerts, 'yellow', uneasy.length > 0)];
  if (yellow.length > 0) return judged('yellow', yellow);
  return { state: 'green', reasons: [], since: latest(checks.map((check) => check.since)) };
};

/** @param isSaid what checks and mitigations say stands already: an alert that only repeats it is left out */
const weighing = (alerts: readonly AlertEvidence[], weight: AlertEvidence['weight'], isSaid: boolean): readonly Finding[] =>
  alerts.filter((alert) => alert.weight === weight && !(isSaid && isEcho(alert)));

const judged = (state: StateName, findings: readonly Finding[]): AgentState => ({
  state,
  reasons: [...new Set(findings.map((finding) => finding.reason))],
  since: earliest(findings.map((finding) => finding.since)),
});

const downFinding = ({ check, standing, reason, since }: CheckEvidence): readonly Finding[] => {
  if (standing === 'down') return [{ reason: `${check}: ${reason}`, since }];
  if (standing === 'recovering') return [{ reason: `${check}: passes again, but not often enough since: ${reason}`, since }];
  return [];
};

const safetyFinding = ({ check, safety, standing, lastFailure }: CheckEvidence, now: number, windowMs: number): readonly Finding[] =>
  safety && standing !== 'down' && standing !== 'recovering' && lastFailure !== null && now - lastFailure.at <= windowMs
    ? [{ reason: `${check}: a safety event in the last ${humanDuration(windowMs)}: ${lastFailure.reason}`, since: lastFailure.at }]
    : [];

const unknownFinding = ({ check, standing, reason, since }: CheckEvidence): readonly Finding[] => {
  if (standing === 'never') return [{ reason: `${check}: has not run yet`, since }];
  if (standing === 'stale') return [{ reason: `${check}: its last result is too old`, since }];
  if (standing === 'error' || standing === 'skipped') return [{ reason: `${check}: ${reason}`, since }];
  return [];
};

const yellowFindings = ({ check, standing, reason, since, flapping, drift, driftAt }: CheckEvidence): readonly Finding[] => [
  ...(standing === 'failing' ? [{ reason: `${check}: ${reason} (not often enough to be red)`, since }] : []),
  ...(standing === 'degraded' ? [{ reason: `${check}: ${reason}`, since }] : []),
  ...(flapping ? [{ reason: `${check}: flapping between pass and fail`, since }] : []),
  ...(drift.length > 0 ? [{ reason: `${check}: changed since last time: ${listOf(drift)}`, since: driftAt }] : []),
];

/**
 * The fleet: red with a red tier-1 agent, yellow with any other trouble. Agents that do not count are not handed in; where none is left
 * there is nothing to say, which is not green.
 */
export const judgeFleet = (agents: readonly { readonly tier: number; readonly state: StateName }[]): StateName => {
  if (agents.length === 0) return 'unknown';
  if (agents.some(({ tier, state }) => tier === 1 && state === 'red')) return 'red';
  return agents.some(({ state }) => state !== 'green') ? 'yellow' : 'green';
};

const earliest = (times: readonly (number | null)[]): number | null => pick(times, Math.min);
const latest = (times: readonly (number | null)[]): number | null => pick(times, Math.max);

const pick = (times: readonly (number | null)[], choose: (...values: number[]) => number): number | null => {
  const known = times.filter((time) => time !== null);
  return known.length === 0 ? null : choose(...known);
};
