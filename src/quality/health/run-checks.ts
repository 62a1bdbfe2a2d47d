import type { Check, Fleet } from '../../fleet/agent.ts';
import type { Selected } from '../../fleet/select.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { runBounded } from '../../ground/runtime/pool.ts';
import { noteProbes } from '../../telemetry/traces/probes.journal.ts';
import type { Aids } from '../expect/port.ts';
import { drawPlan, type PlanOptions } from './draw-plan.ts';
import { driftBetween } from './fingerprint.ts';
import { blameOwnNetwork, type HostResult, networkSign } from './own-network.ts';
import { recordResults } from './record-results.ts';
import type { CheckResult } from './result.ts';
import { lastFingerprint } from './results.journal.ts';
import { type PlannedCheck, runCheck } from './run-check.ts';
import { runSuiteCheck } from './run-suite-check.ts';
import { unaskedResult } from './unasked.ts';

export interface RunOptions extends PlanOptions {
  readonly concurrency: { readonly total: number; readonly perHost: number };
  /** Who judges where words cannot: what `openJudges` opened; absent: nobody. */
  readonly judges?: Pick<Aids, 'judge' | 'embedder'>;
}

export type RunEvent =
  | { readonly kind: 'planned'; readonly checks: number }
  | { readonly kind: 'ended'; readonly result: CheckResult; readonly done: number; readonly checks: number };

/**
 * Runs the selected checks, bounded in number and per host, and stores each result soon after it ended. Answers them in the order
 * they ended. Rejects, after everything that was begun has ended, where results could not be stored.
 */
export const runChecks = async (
  ctx: Context,
  fleet: Fleet,
  selected: readonly Selected[],
  options: RunOptions,
  on: (event: RunEvent) => void,
): Promise<readonly CheckResult[]> => {
  const { journal, concurrency, judges: aids = {} } = options;
  const startedAt = ctx.clock.now();
  const { asked, settled } = await drawPlan(ctx, fleet, selected, options, startedAt);
  const checks = asked.length + settled.length;
  on({ kind: 'planned', checks });
  if (journal !== null && asked.length > 0) {
    await noteProbes(
      journal,
      asked.flatMap(({ agent, check, traceId, cases }) =>
        (cases ?? [{ traceId }]).map((each) => ({ traceId: each.traceId, agent: agent.name, check: check.id, at: startedAt })),
      ),
    );
  }
  const results: CheckResult[] = [];
  const recorder = recordResults(journal);
  const end = (result: CheckResult) => {
    results.push(result);
    recorder.add(result);
    on({ kind: 'ended', result, done: results.length, checks });
  };
  const suspects = holdSuspects(end);

  const runOne = async (planned: PlannedCheck) => {
    const { agent, check, budget, host, slotAt, traceId, inMaintenance } = planned;
    const entry = budget !== null && isPrompted(check) ? await budget.enter(check.id) : null;
    if (entry !== null && entry.refused !== null) {
      const told = { slotAt, at: ctx.clock.now(), status: 'skipped', reason: entry.refused, inMaintenance } as const;
      end(unaskedResult(traceId, agent, check, told));
      return;
    }
    const run = planned.cases === null ? runCheck : runSuiteCheck;
    let result: Awaited<ReturnType<typeof run>> = null;
    try {
      result = await run(ctx, fleet, planned, { sandbox: ctx.sandbox, ...aids });
    } finally {
      entry?.settle(result);
    }
    if (result === null) return;
    const before = journal === null ? null : await lastFingerprint(journal, agent.name, check.id, ctx.clock.now());
    suspects.add({ host, result: { ...result, drift: driftBetween(before, result.fingerprint) } });
  };
  try {
    for (const result of settled) end(result);
    const keyOf = ({ host, agent }: PlannedCheck) => host ?? agent.name;
    const mayStart = ({ budget, check }: PlannedCheck) => budget === null || !isPrompted(check) || !budget.mustWait(check.id);
    await runBounded(asked, { total: concurrency.total, perKey: concurrency.perHost, keyOf, mayStart, signal: ctx.signal }, runOne);
  } finally {
    suspects.close();
    await recorder.close();
  }
  return results;
};

/** Whether asking it costs the agent a prompt. */
const isPrompted = ({ kind }: Check): boolean => kind === 'prompt' || kind === 'suite';

/** Passes results on, but holds back what may be the fault of our own network until a host has been reached or the run is over. */
const holdSuspects = (end: (result: CheckResult) => void) => {
  let held: HostResult[] = [];
  let reached = false;
  return {
    add(each: HostResult) {
      const sign = networkSign(each);
      if (sign === 'down' && !reached) {
        held.push(each);
        return;
      }
      if (sign === 'up') reached = true;
      if (reached) for (const { result } of held.splice(0)) end(result);
      end(each.result);
    },
    close() {
      for (const result of blameOwnNetwork(held)) end(result);
      held = [];
    },
  };
};
