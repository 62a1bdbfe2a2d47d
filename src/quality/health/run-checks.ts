import type { AgentProtocol, TurnLimits } from '../../agents/protocols/port.ts';
import type { Agent, Check, Fleet } from '../../fleet/agent.ts';
import type { Selected } from '../../fleet/select.ts';
import type { Registry } from '../../fleet/slots.ts';
import { dig } from '../../ground/json.ts';
import type { Context, SecretRef } from '../../ground/runtime/context.ts';
import { runBounded } from '../../ground/runtime/pool.ts';
import type { Journal } from '../../ground/store/port.ts';
import { formatMoney } from '../../ground/units/amount.ts';
import { noteProbes } from '../../telemetry/traces/probes.journal.ts';
import { inMaintenance, slotAt } from './due.ts';
import { driftBetween } from './fingerprint.ts';
import { judgeHeartbeat } from './heartbeat.ts';
import type { CheckResult } from './result.ts';
import { lastBeat, lastFingerprint, lastSlotAt, saveResults, spentSince } from './results.journal.ts';
import { type PlannedCheck, runCheck } from './run-check.ts';

export interface RunOptions {
  readonly protocols: Registry<AgentProtocol>;
  /** Null: nothing is kept, and nothing that needs history is known. */
  readonly journal: Journal | null;
  /** Only checks whose slot has not been filled yet; results then count as scheduled. */
  readonly due: boolean;
  /** Milliseconds for one turn; null: as the manifest says. */
  readonly timeoutMs: number | null;
  readonly concurrency: { readonly total: number; readonly perHost: number };
}

export type RunEvent =
  | { readonly kind: 'planned'; readonly checks: number }
  | { readonly kind: 'ended'; readonly result: CheckResult; readonly done: number; readonly checks: number };

const saveEveryMs = 25;
const longestConnectMs = 10_000;
const dayMs = 86_400_000;

/** Runs the selected checks, bounded in number and per host, and stores each result soon after it ended. In the order they ended. */
export const runChecks = async (
  ctx: Context,
  fleet: Fleet,
  selected: readonly Selected[],
  options: RunOptions,
  on: (event: RunEvent) => void,
): Promise<readonly CheckResult[]> => {
  const { journal } = options;
  const startedAt = ctx.clock.now();
  const { asked, settled } = await planChecks(ctx, fleet, selected, options, startedAt);
  const checks = asked.length + settled.length;
  const results: CheckResult[] = [];
  const store = openWriter(journal);
  const end = (result: CheckResult) => {
    results.push(result);
    store.add(result);
    on({ kind: 'ended', result, done: results.length, checks });
  };
  on({ kind: 'planned', checks });
  if (journal !== null && asked.length > 0) {
    await noteProbes(
      journal,
      asked.map(({ agent, check, traceId }) => ({ traceId, agent: agent.name, check: check.id, at: startedAt })),
    );
  }
  try {
    for (const result of settled) end(result);
    const { total, perHost } = options.concurrency;
    await runBounded(
      asked,
      { total, perKey: perHost, keyOf: (planned) => hostOf(ctx, planned.agent), signal: ctx.signal },
      async (planned) => {
        const result = await runCheck(ctx, fleet, planned);
        if (result === null) return;
        const before = journal === null ? null : await lastFingerprint(journal, planned.agent.name, planned.check.id);
        end({ ...result, drift: driftBetween(before, result.fingerprint) });
      },
    );
  } finally {
    await store.close();
  }
  return results;
};

/** Which checks are asked, and the results of those that need no asking: heartbeats, and checks whose budget is used up. */
const planChecks = async (
  ctx: Context,
  fleet: Fleet,
  selected: readonly Selected[],
  { journal, protocols, due, timeoutMs }: RunOptions,
  now: number,
): Promise<{ asked: readonly PlannedCheck[]; settled: readonly CheckResult[] }> => {
  const asked: PlannedCheck[] = [];
  const settled: CheckResult[] = [];
  for (const { agent, checks } of selected) {
    const maintenance = inMaintenance(agent, now);
    const overBudget = await budgetUsedUp(agent, journal, now);
    const protocol = agent.endpoint === null ? null : await openProtocol(ctx, protocols, agent.endpoint);
    for (const check of checks) {
      const slot = due ? slotAt(agent.name, check, now) : null;
      if (due && !(await isOpen(journal, agent, check, slot))) continue;
      const settle = (status: CheckResult['status'], reason: string) =>
        settled.push(unasked(ctx, agent, check, { slotAt: slot, now, status, reason, inMaintenance: maintenance }));
      if (check.heartbeat !== null) {
        if (journal === null) settle('skipped', 'a heartbeat cannot be judged without the store');
        else {
          const { status, reason } = judgeHeartbeat(await lastBeat(journal, agent.name, check.id), check.heartbeat, now);
          settle(status, reason);
        }
      } else if (check.kind === 'prompt' && overBudget !== null) settle('skipped', overBudget);
      else if (protocol !== null) {
        const limits = limitsOf(fleet, agent, check, timeoutMs);
        asked.push({ agent, check, protocol, slotAt: slot, traceId: hexId(ctx, 32), limits, inMaintenance: maintenance });
      }
    }
  }
  return { asked, settled };
};

const isOpen = async (journal: Journal | null, agent: Agent, check: Check, slot: number | null): Promise<boolean> => {
  if (slot === null) return false;
  const filled = journal === null ? null : await lastSlotAt(journal, agent.name, check.id);
  return filled === null || filled < slot;
};

/** Why no more prompts may be sent today (UTC); null while they may. */
const budgetUsedUp = async (agent: Agent, journal: Journal | null, now: number): Promise<string | null> => {
  if (agent.probeBudgetNanos === null || journal === null) return null;
  const spent = await spentSince(journal, agent.name, now - (now % dayMs));
  if (spent < agent.probeBudgetNanos) return null;
  return `the probe budget of ${formatMoney(agent.probeBudgetNanos)} a day is used up (${formatMoney(spent)} spent today)`;
};

const openProtocol = async (
  ctx: Context,
  protocols: Registry<AgentProtocol>,
  { kind, config }: { kind: string; config: unknown },
): Promise<AgentProtocol> => {
  const load = protocols[kind];
  if (load === undefined) throw new Error(`the manifest was accepted with protocol ${kind}, which is not registered`);
  return (await load()).default.open(config, ctx);
};

/** The narrowest that was said: the command, the check, the endpoint, the defaults. */
const limitsOf = (fleet: Fleet, agent: Agent, check: Check, timeoutMs: number | null): TurnLimits => {
  const said = dig(agent.endpoint?.config, 'timeout');
  const phase = (name: string) => {
    const value = dig(said, name);
    return typeof value === 'number' ? value : null;
  };
  const totalMs = timeoutMs ?? check.timeoutMs ?? (typeof said === 'number' ? said : phase('total')) ?? fleet.defaults.timeoutMs;
  return {
    totalMs,
    connectMs: Math.min(phase('connect') ?? longestConnectMs, totalMs),
    firstByteMs: Math.min(phase('first_byte') ?? totalMs, totalMs),
    stallMs: Math.min(phase('stall') ?? totalMs, totalMs),
  };
};

/** What shares a per-host limit. A url that cannot be resolved is its own host: the turn will say what is wrong with it. */
const hostOf = (ctx: Context, agent: Agent): string => {
  const url = dig(agent.endpoint?.config, 'url') as SecretRef | undefined;
  if (url === undefined) return `${agent.endpoint?.kind} ${agent.name}`;
  if (!url.secret.includes('${') && URL.canParse(url.secret)) return new URL(url.secret).host;
  try {
    return new URL(ctx.secrets.reveal(url)).host;
  } catch {
    return url.secret;
  }
};

const unasked = (
  ctx: Context,
  agent: Agent,
  check: Check,
  {
    slotAt: slot,
    now,
    status,
    reason,
    inMaintenance: maintenance,
  }: Pick<CheckResult, 'slotAt' | 'status' | 'reason' | 'inMaintenance'> & { now: number },
): CheckResult => ({
  id: `${hexId(ctx, 32)}:${agent.name}/${check.id}`,
  agent: agent.name,
  check: check.id,
  slotAt: slot,
  startedAt: now,
  endedAt: now,
  status,
  outcome: null,
  cause: null,
  reason,
  attempts: 0,
  latencyMs: null,
  ttftMs: null,
  costNanos: null,
  traceId: null,
  assertions: [],
  safety: check.safety,
  inMaintenance: maintenance,
  fingerprint: null,
  drift: [],
});

const hexId = ({ random }: Context, digits: number): string =>
  Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join('');

/** Gathers what ended within a few milliseconds into one durable commit; a thousand checks are not a thousand fsyncs. */
const openWriter = (journal: Journal | null) => {
  let held: CheckResult[] = [];
  let timer: NodeJS.Timeout | null = null;
  let last: Promise<void> = Promise.resolve();
  const flush = () => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    const batch = held;
    held = [];
    if (journal !== null && batch.length > 0) last = last.then(() => saveResults(journal, batch));
    return last;
  };
  return {
    add(result: CheckResult) {
      if (journal === null) return;
      held.push(result);
      timer ??= setTimeout(() => void flush().catch(() => undefined), saveEveryMs);
    },
    /** Everything is stored; throws what storing failed with. */
    close: () => flush(),
  };
};
