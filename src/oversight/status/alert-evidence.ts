import type { Agent } from '../../fleet/agent.ts';
import type { Alert } from '../alerts/alert.ts';
import { sinceOf } from '../alerts/alert-figures.ts';
import { isFiring } from '../alerts/alert-state.ts';
import type { Rule, RuleTest, RuleType } from '../alerts/rule.ts';
import { concerns } from '../alerts/rules.ts';

/** An alert that is pending or fires, as far as a state is judged from it. */
export interface AlertEvidence {
  /** What its rule looks at; null: the manifest has the rule no more. */
  readonly type: RuleType | null;
  /** A firing page makes an agent red; a page that is pending and whatever else fires make it yellow. */
  readonly weight: 'red' | 'yellow';
  /** One sentence that names the rule; untrusted. */
  readonly reason: string;
  /** UTC epoch ms. */
  readonly since: number;
}

/** What an open alert weighs; null: one that only notifies is not believed before it fires. */
export const alertEvidence = (alert: Alert, rule: Rule | null): AlertEvidence | null => {
  const { label, severity, instance, judgement } = alert;
  const fires = isFiring(instance);
  if (!fires && severity === 'notify') return null;
  const name = label === '' ? alert.rule : `${alert.rule}/${label}`;
  return {
    type: rule?.test.type ?? null,
    weight: fires && severity === 'page' ? 'red' : 'yellow',
    reason: `alert ${name}${fires ? '' : ' (pending)'}: ${judgement.reason}`,
    since: sinceOf(alert),
  };
};

/** Rules that look at nothing but checks and mitigations: where these speak for themselves, such an alert only says it again. */
const echoes: readonly (RuleType | null)[] = ['agent_red', 'heartbeat', 'drift', 'mitigation_overdue'];

/** Whether an alert may say only what checks have said. */
export const isEcho = ({ type }: Pick<AlertEvidence, 'type'>): boolean => echoes.includes(type);

/** What traces can speak of against an agent. */
export type TraceKind = 'errors' | 'latency' | 'quality' | 'hour' | 'day' | 'steps' | 'safety';

/**
 * What rules make of something that traces speak of. `open`: an alert of it is open and says so better; `calm`: rules watch it, and none of
 * them has raised an alert; `no`: no rule does.
 */
export type Watch = 'open' | 'calm' | 'no';

const looksAt: Readonly<Record<TraceKind, (test: RuleTest, agent: Pick<Agent, 'sla'>) => boolean>> = {
  errors: (test, { sla }) => test.type === 'error_rate' && test.errorType === null && (test.threshold !== 'own' || sla.errorRate !== null),
  latency: ({ type }) => type === 'latency',
  quality: (test) => test.type === 'quality' && test.score === null,
  hour: (test) => test.type === 'spend' && test.per === 'hour',
  day: (test) => test.type === 'spend' && test.per === 'day',
  steps: (test) => test.type === 'loop_depth' || (test.type === 'per_trace' && test.steps !== null),
  safety: ({ type }) => type === 'safety',
};

/** @param open names of the rules of which an alert is open on the agent */
export const watchedBy =
  (rules: readonly Rule[], agent: Agent, open: ReadonlySet<string>) =>
  (kind: TraceKind): Watch => {
    const watching = rules.filter((rule) => concerns(rule, agent) && looksAt[kind](rule.test, agent));
    if (watching.length === 0) return 'no';
    return watching.some(({ name }) => open.has(name)) ? 'open' : 'calm';
  };
