import { dirname, join } from 'node:path';
import { openControl } from '../../controls/actions/open-control.ts';
import type { Fleet } from '../../fleet/agent.ts';
import type { Json } from '../../ground/json.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { signedBy } from './approval.ts';
import { collectApprovals } from './collect-approvals.ts';
import { evaluateCondition, evaluateTurn, readFiguresOf } from './evaluate-condition.ts';
import type { PlannedStep } from './plan.ts';
import { newTracesReader } from './read-new-traces.ts';
import { awaitQuiet } from './read-quiet.ts';
import type { Judgement, RunAids } from './run.ts';
import type { Verification } from './runbook.ts';

/** What only those above can do: ask an agent's checks, run a suite. */
export interface Verifiers {
  /** @param check `*`: all of them */
  check(agent: string, check: string): Promise<Judgement>;
  eval(agent: string, suite: string): Promise<Judgement>;
}

/** What runs act and look with in earnest. @param params those of the run, as conditions see them */
export const openRunAids = (ctx: Context, fleet: Fleet, params: Readonly<Record<string, Json>>, verifiers: Verifiers): RunAids => {
  const figures = readFiguresOf(ctx, fleet);
  const readNew = newTracesReader(ctx, fleet);
  const newFigures: typeof figures = async (agent, windowMs) => {
    await readNew(agent);
    return figures(agent, windowMs);
  };
  return {
    open: (agent, slot, access) => openControl(ctx, fleet, agent, slot, access),
    verify: (verification, agent, since) => judgementOf(fleet, newFigures, verifiers, verification, agent, ctx.clock.now() - since),
    decide: (planned: PlannedStep, earlier) =>
      evaluateTurn(fleet, planned, params, {
        figures,
        steps: Object.fromEntries(earlier.map(({ id, status, verdict }) => [id, { status, verdict }])),
      }),
    signersOf: async (subject) => signedBy(await collectApprovals(ctx, subject, join(dirname(fleet.path), 'allowed_signers'))),
    quietSince: (agent, tell, signal) => awaitQuiet({ ...ctx, signal }, fleet, agent, tell),
  };
};

const judgementOf = async (
  fleet: Fleet,
  figures: ReturnType<typeof readFiguresOf>,
  verifiers: Verifiers,
  { check, eval: suite, expression, windowMs }: Verification,
  agent: string | null,
  sinceMs: number,
): Promise<Judgement> => {
  const about = fleet.agents.find(({ name }) => name === agent) ?? null;
  if (expression !== null) {
    const over = windowMs > 0 ? windowMs : sinceMs > 0 ? sinceMs : fleet.defaults.windowMs;
    const { value, why } = await evaluateCondition(fleet, about, { expression, params: {}, prefix: '' }, { figures, steps: {} }, over);
    if (value === 'inconclusive') return { verdict: 'inconclusive', evidence: why };
    return { verdict: value ? 'pass' : 'fail', evidence: `${expression} is ${value ? 'so' : 'not so'}` };
  }
  if (about === null) return { verdict: 'inconclusive', evidence: 'there is no agent that could be asked' };
  if (suite !== null) return verifiers.eval(about.name, suite);
  return verifiers.check(about.name, check ?? '*');
};
