import { openEndpoint } from '../../agents/protocols/open-endpoint.ts';
import type { AgentProtocol } from '../../agents/protocols/port.ts';
import { newTraceId } from '../../agents/protocols/trace-context.ts';
import { probesSpentSince } from '../../agents/providers/provider-probes.journal.ts';
import type { Agent, Check, Fleet } from '../../fleet/agent.ts';
import type { Selected } from '../../fleet/select.ts';
import type { Registry } from '../../fleet/slots.ts';
import type { Allowance } from '../../fleet/trust.ts';
import { dig } from '../../ground/json.ts';
import type { Context, SecretRef } from '../../ground/runtime/context.ts';
import type { Journal } from '../../ground/store/port.ts';
import { inMaintenance, slotAt } from './due.ts';
import { judgeHeartbeat } from './heartbeat.ts';
import { type BudgetGate, openBudget } from './open-budget.ts';
import { probeBudget } from './probe-budget.ts';
import type { CheckResult } from './result.ts';
import { lastBeat, lastCost, lastSlotAt, spentSince } from './results.journal.ts';
import type { PlannedCase, PlannedCheck } from './run-check.ts';
import { turnLimits } from './turn-limits.ts';
import { unaskedResult } from './unasked.ts';

export interface PlanOptions {
  readonly protocols: Registry<AgentProtocol>;
  /** Null: nothing is kept, and nothing that needs history is known. */
  readonly journal: Journal | null;
  /** Only checks whose slot has not been filled yet; results then count as scheduled. */
  readonly due: boolean;
  /** Milliseconds for one turn; null: as the manifest says. */
  readonly timeoutMs: number | null;
  /** What suites may name under `--untrusted`; absent or null: everything. */
  readonly allowance?: Allowance | null;
}

/** What a run will do: the checks it asks, and the results of those that need no asking. */
export interface RunPlan {
  readonly asked: readonly PlannedCheck[];
  readonly settled: readonly CheckResult[];
}

const dayMs = 86_400_000;

/** Decides which of the selected checks are run at a moment. Sends nothing. */
export const drawPlan = async (
  ctx: Context,
  fleet: Fleet,
  selected: readonly Selected[],
  { journal, protocols, due, timeoutMs, allowance = null }: PlanOptions,
  now: number,
): Promise<RunPlan> => {
  const asked: PlannedCheck[] = [];
  const settled: CheckResult[] = [];
  for (const { agent, checks } of selected) {
    const pending = due ? await openSlots(journal, agent, checks, now) : checks.map((check) => ({ check, slot: null }));
    if (pending.length === 0) continue;
    const maintenance = inMaintenance(agent, now);
    const budget = await budgetOf(journal, agent, now);
    const protocol = agent.endpoint === null ? null : await openEndpoint(ctx, protocols, agent.endpoint);
    const host = hostOf(ctx, agent);
    for (const { check, slot } of pending) {
      const traceId = newTraceId(ctx.random);
      if (check.heartbeat !== null) {
        const { status, reason } =
          journal === null ? withoutStore : judgeHeartbeat(await lastBeat(journal, agent.name, check.id, now), check.heartbeat, now);
        const told = { slotAt: slot, at: now, status, reason: ctx.secrets.mask(reason), inMaintenance: maintenance };
        settled.push(unaskedResult(traceId, agent, check, told));
      } else if (protocol !== null) {
        const limits = turnLimits(fleet, agent, check, timeoutMs);
        const cases =
          check.suite === null
            ? null
            : await casesOf(ctx, fleet, agent, check.suite, check, { slot, now, allowance, hasTimeout: timeoutMs !== null });
        asked.push({ agent, check, protocol, host, budget, slotAt: slot, traceId, cases, limits, inMaintenance: maintenance });
      }
    }
  }
  return { asked, settled };
};

/** Other cases in every slot, and the same ones for everybody who asks in the same slot. Few fleets have suite checks: what reads them is loaded late. */
const casesOf = async (
  ctx: Context,
  fleet: Fleet,
  agent: Agent,
  suite: NonNullable<Check['suite']>,
  check: Check,
  { slot, ...draw }: { slot: number | null; now: number; allowance: Allowance | null; hasTimeout: boolean },
): Promise<readonly PlannedCase[]> => {
  const { drawSuiteCases } = await import('./draw-suite-cases.ts');
  const seed = `${agent.name}/${check.id}@${slot ?? slotAt(agent.name, check, draw.now) ?? draw.now}`;
  return drawSuiteCases(ctx, fleet, suite, { seed, ...draw });
};

const withoutStore = { status: 'skipped', reason: 'a heartbeat cannot be judged without the store' } as const;

/** The checks whose latest slot has not been filled yet. */
const openSlots = async (
  journal: Journal | null,
  agent: Agent,
  checks: readonly Check[],
  now: number,
): Promise<readonly { check: Check; slot: number }[]> => {
  const open: { check: Check; slot: number }[] = [];
  for (const check of checks) {
    const slot = slotAt(agent.name, check, now);
    if (slot === null) continue;
    const filled = journal === null ? null : await lastSlotAt(journal, agent.name, check.id, now);
    if (filled === null || filled < slot) open.push({ check, slot });
  }
  return open;
};

/** Without the store only what this run spends is known, and held to the budget. */
const budgetOf = async (journal: Journal | null, agent: Agent, now: number): Promise<BudgetGate | null> => {
  if (agent.probeBudgetNanos === null) return null;
  if (journal === null) return openBudget(probeBudget(agent.probeBudgetNanos, 0, new Map()));
  const costs = new Map<string, number>();
  for (const { id } of agent.checks) {
    const cost = await lastCost(journal, agent.name, id, now);
    if (cost !== null) costs.set(id, cost);
  }
  const today = now - (now % dayMs);
  const spent = (await spentSince(journal, agent.name, today)) + (await probesSpentSince(journal, { agent: agent.name }, today));
  return openBudget(probeBudget(agent.probeBudgetNanos, spent, costs));
};

/** The host behind an agent; null where it has none. A url that cannot be resolved stands for itself: the turn will say what is wrong. */
const hostOf = (ctx: Context, { endpoint }: Agent): string | null => {
  const url = dig(endpoint?.config, 'url') as SecretRef | undefined;
  if (url === undefined) return null;
  try {
    return new URL(ctx.secrets.reveal(url)).host;
  } catch {
    return url.secret;
  }
};
