import { endingTooSoon, type Mitigation, prolongedFor } from '../../controls/actions/mitigation.ts';
import { prolongWrite, standingMitigations } from '../../controls/actions/mitigations.journal.ts';
import { messageOf, OpsError } from '../../ground/errors.ts';
import { responseAct } from './acts.ts';
import { hasOtherFooting } from './footing.ts';
import type { PlannedStep } from './plan.ts';
import type { Beside } from './record-run.ts';
import { driverOf, type Running, recordResult, runStep, tellStep } from './run-step.ts';
import { wishOf } from './wish.ts';

/** Passes over a step, and says why. */
export const recordSkip = async (running: Running, planned: PlannedStep, why: string, beside?: (at: number) => Beside): Promise<void> => {
  await running.recorder.record({ kind: 'skipped', step: planned.id, why: running.ctx.secrets.mask(why) }, beside);
  tellStep(running, planned, '');
};

/**
 * Passes over a step whose target was as wanted when the plan was drawn, if it still is; else the step has failed. What made it so lasts
 * from now on as long as the step wants it: an agent that was closed for two hours stays closed where a runbook counts on that.
 */
export const recordSettled = async (running: Running, planned: PlannedStep): Promise<void> => {
  // Read before the look: what ends meanwhile makes the commit fail.
  const standing = await standingMitigations(await running.ctx.journal());
  const moved = await movedSince(running, planned);
  if (moved !== null && hasOtherFooting(running.run.plan, running.recorder.state(), planned)) return runStep(running, planned);
  if (moved !== null) return recordResult(running, planned, { result: 'rejected', retry: false, retryAfterMs: null, evidence: moved });
  const fleeting = endsTooSoon(planned, standing, await (await running.ctx.journal()).now());
  if (fleeting !== null)
    return recordResult(running, planned, { result: 'rejected', retry: false, retryAfterMs: null, evidence: fleeting });
  return recordSkip(running, planned, 'it is so already', (at) => prolonged(running, planned, standing, at));
};

/** Why a target is no longer known to be as wanted; null: it is. */
const movedSince = async (running: Running, planned: PlannedStep): Promise<string | null> => {
  const wish = wishOf(planned.step, planned.args, planned.params);
  if (wish === null || planned.control === null) return null;
  const signal = AbortSignal.timeout(planned.step.timeoutMs);
  try {
    const driver = await driverOf(running, planned, 'read');
    const seen = await driver.read(wish.action, signal);
    return driver.plan(wish, seen) === null ? null : `${seen.target} was as wanted when the plan was drawn, and is no longer`;
  } catch (thrown) {
    if (!(thrown instanceof OpsError) && !signal.aborted) throw thrown;
    return running.ctx.secrets.mask(`it cannot be seen whether it is still so: ${messageOf(thrown)}`);
  }
};

/** Why what is so already is not to be counted on: its target ends it by itself, and sooner than the step wants. Null: it lasts. */
const endsTooSoon = ({ step, agent, control, args, params }: PlannedStep, standing: readonly Mitigation[], now: number): string | null => {
  const wish = wishOf(step, args, params);
  if (wish === null || control === null) return null;
  const until = step.ttlMs === null ? null : now + step.ttlMs;
  const found = endingTooSoon(until, wish.action, { agent: agent ?? '', control }, standing);
  return found === null
    ? null
    : `${found.change.target} is so already, and ends that by itself too soon: agentops mitigations revert ${found.id}, then run this again`;
};

const prolonged = (
  { run }: Running,
  { step, agent, control, args, params }: PlannedStep,
  standing: readonly Mitigation[],
  at: number,
): Beside => {
  const wish = wishOf(step, args, params);
  if (wish === null || control === null) return { writes: [], acts: [] };
  const wanted = { expiresAt: step.ttlMs === null ? null : at + step.ttlMs, onExpiry: step.onExpiry };
  const longer = prolongedFor(wanted, wish.action, { agent: agent ?? '', control }, standing);
  return {
    writes: longer.map(([{ id }, lasting]) => prolongWrite(id, lasting)),
    acts: longer.map(([each, { expiresAt }]) =>
      responseAct('mitigation.extend', each.agent === '' ? each.run : each.agent, {
        run: each.run,
        mitigation: each.id,
        step: each.step,
        action: each.action,
        target: each.change.target,
        evidence: `run ${run.id} counts on it`,
        expiresAt,
      }),
    ),
  };
};
