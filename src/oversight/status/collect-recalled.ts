import { activeFreezes, type Freeze } from '../../controls/actions/freezes.journal.ts';
import type { Agent, Fleet } from '../../fleet/agent.ts';
import { everything, selectAgents } from '../../fleet/select.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { whyOutOfReach } from '../../ground/store/out-of-reach.ts';
import type { Journal } from '../../ground/store/port.ts';
import { judgeAgent } from './agent-state.ts';
import type { AlertEvidence } from './alert-evidence.ts';
import { collectOpenAlerts, type OpenAlerts } from './collect-open-alerts.ts';
import { collectOverdue } from './collect-overdue.ts';
import type { Overdue } from './evidence.ts';
import type { AgentHealth } from './health-report.ts';
import type { CheckedState } from './trace-evidence.ts';

type CheckedHealth = CheckedState & Pick<AgentHealth, 'safetyEvent' | 'inMaintenance'>;

/** What the journal knows of a fleet: all that a state is judged by beside traces. */
export interface Recalled {
  /** Why it could not be read; null: it was. */
  readonly trouble: string | null;
  readonly alerts: OpenAlerts | null;
  readonly checked: ReadonlyMap<string, CheckedHealth>;
  readonly overdue: ReadonlyMap<string, readonly Overdue[]>;
  readonly freezes: readonly Freeze[];
}

/**
 * Asks the journal how every agent stands at an instant (UTC epoch ms). Where a team's is out of reach, every agent is unknown, and what its
 * traces tell can only make it worse. Throws where the journal is a file: without that, nothing on this machine works.
 */
export const collectRecalled = async (ctx: Context, fleet: Fleet, now: number): Promise<Recalled> => {
  try {
    const journal = await ctx.journal();
    const alerts = await collectOpenAlerts(journal, fleet, now);
    return {
      trouble: null,
      alerts,
      checked: await checkedStates(ctx, fleet, journal, alerts),
      overdue: await collectOverdue(journal, now),
      freezes: await activeFreezes(journal, now),
    };
  } catch (thrown) {
    const trouble = whyOutOfReach(thrown, fleet.database !== null);
    if (trouble === null) throw thrown;
    const unseen = {
      state: 'unknown',
      reasons: [trouble],
      since: null,
      isChecked: true,
      safetyEvent: false,
      inMaintenance: false,
    } as const;
    const checked = new Map(fleet.agents.map(({ name }) => [name, unseen]));
    return { trouble, alerts: null, checked, overdue: new Map(), freezes: [] };
  }
};

/** Neither checks nor maintenance: neither the journal nor the calendar has anything to say of it. */
const isLeftAlone = ({ checks, maintenance }: Agent): boolean => checks.length === 0 && maintenance.length === 0;
const unchecked = (alerts: readonly AlertEvidence[]): CheckedHealth => ({
  ...judgeAgent({ checks: [], now: 0, safetyWindowMs: 0, overdue: [], alerts }),
  isChecked: false,
  safetyEvent: false,
  inMaintenance: false,
});

/** By scheduled slots; an agent that has none yet is judged by the checks that somebody ran by hand. */
const checkedStates = async (
  ctx: Context,
  fleet: Fleet,
  journal: Journal,
  alerts: OpenAlerts | null,
): Promise<ReadonlyMap<string, CheckedHealth>> => {
  if (fleet.agents.every(isLeftAlone)) return new Map(fleet.agents.map(({ name }) => [name, unchecked(alerts?.of(name) ?? [])]));
  const { collectHealth } = await import('./collect-status.ts');
  const judge = (mode: 'slots' | 'run', agents: readonly string[]) => {
    const selected = selectAgents(fleet, { ...everything, agents });
    return collectHealth(ctx, fleet, { selected, results: [], journal, mode, tookMs: 0, alerts });
  };
  const { agents } = await judge('slots', []);
  const unscheduled = agents.filter(({ checks }) => checks.length === 0).map(({ agent }) => agent);
  const byHand = unscheduled.length === 0 ? [] : (await judge('run', unscheduled)).agents;
  return new Map([...agents, ...byHand].map((health) => [health.agent, { ...health, isChecked: health.checks.length > 0 }]));
};
