import type { Fleet } from '../../fleet/agent.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { openRunAids, type Verifiers } from '../runbooks/open-run-aids.ts';
import { resumeRun } from '../runbooks/run-runbook.ts';
import { findRuns, type KnownRun } from '../runbooks/runs.journal.ts';
import { applyScale, scaleRunbook } from '../scale/apply-scale.ts';
import { collectScale } from '../scale/collect-scale.ts';
import type { ScaleView } from '../scale/scale-view.ts';
import type { CalledRun } from './called-run.ts';
import { heldRun, orHold } from './start-called.ts';

const mostRuns = 1000;

/**
 * Gives the agents that may have it by themselves as many workers as their queues need, and goes on with such runs that were killed. What
 * nobody can decide, and what is as it should be, begins nothing.
 */
export const startScaling = async (ctx: Context, fleet: Fleet, verifiers: Verifiers): Promise<readonly CalledRun[]> => {
  const open = await findRuns(await ctx.journal(), { since: 0, open: true }, mostRuns);
  const killed = open.filter(({ head, status }) => head.cause.kind === 'queue' && status === 'running');
  const agents = fleet.agents.filter(({ scale }) => scale?.auto === true);
  const { views } =
    agents.length === 0
      ? { views: [] }
      : await collectScale(ctx, fleet, { agents, looksTwice: false, controls: 'declared' }, () => undefined);
  const moving = views.filter(({ decision }) => decision.move !== 'hold');
  const runs = await Promise.all([
    ...killed.map((run) => goOn(ctx, fleet, run, verifiers)),
    ...moving.map((view) => begin(ctx, fleet, view, verifiers)),
  ]);
  return runs.filter((run) => run !== null);
};

const begin = async (ctx: Context, fleet: Fleet, view: ScaleView, verifiers: Verifiers): Promise<CalledRun | null> => {
  const told = { rule: '', agent: view.agent, runbook: scaleRunbook };
  const begun = await orHold(ctx, told, `agentops scale plan ${view.agent}`, () => applyScale(ctx, fleet, view, verifiers));
  if (begun === null || 'code' in begun) return begun === null ? null : heldRun(told, begun);
  return { ...begun, why: begun.why === '' ? view.decision.why : begun.why };
};

const goOn = async (ctx: Context, fleet: Fleet, { head }: KnownRun, verifiers: Verifiers): Promise<CalledRun | null> => {
  const told = { rule: '', agent: head.agents[0] ?? null, runbook: head.runbook };
  const aids = openRunAids(ctx, fleet, head.plan.params, verifiers);
  const gone = await orHold(ctx, told, `agentops runbook resume ${head.id}`, () => resumeRun(ctx, fleet, head.id, aids, () => undefined));
  return gone !== null && 'code' in gone ? heldRun(told, gone) : gone;
};
