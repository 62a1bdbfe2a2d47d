import type { Agent, Fleet } from '../../fleet/agent.ts';
import type { Journal } from '../../ground/store/port.ts';
import { readOpenAlerts } from '../alerts/alerts.journal.ts';
import { readLastInput } from '../alerts/inputs.journal.ts';
import { rulesOf } from '../alerts/rules.ts';
import { type AlertEvidence, alertEvidence, type TraceKind, type Watch, watchedBy } from './alert-evidence.ts';

/** What the last evaluation of alerts says of each agent. */
export interface OpenAlerts {
  of(agent: string): readonly AlertEvidence[];
  watch(agent: Agent): (kind: TraceKind) => Watch;
}

/** Older evaluations say nothing of now: nobody has ticked since, and whatever fired may be over. */
const freshMs = 15 * 60_000;

/** The alerts that are open, by agent; null where rules were not evaluated of late. */
export const collectOpenAlerts = async (journal: Journal, fleet: Fleet, now: number): Promise<OpenAlerts | null> => {
  const last = (await readLastInput(journal))?.judged[''];
  if (last === undefined || now - last > freshMs) return null;
  const rules = rulesOf(fleet);
  const evidence = new Map<string, AlertEvidence[]>();
  const open = new Map<string, Set<string>>();
  for (const alert of await readOpenAlerts(journal)) {
    open.set(alert.agent, (open.get(alert.agent) ?? new Set()).add(alert.rule));
    const weighed = alertEvidence(alert, rules.find(({ name }) => name === alert.rule) ?? null);
    if (weighed !== null) evidence.set(alert.agent, [...(evidence.get(alert.agent) ?? []), weighed]);
  }
  return {
    of: (agent) => evidence.get(agent) ?? [],
    watch: (agent) => watchedBy(rules, agent, open.get(agent.name) ?? new Set()),
  };
};
