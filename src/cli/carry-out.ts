import { dirname, join, resolve } from 'node:path';
import type { Fleet } from '../fleet/agent.ts';
import { actorOf } from '../ground/audit/actor.ts';
import { refusedError, usageError } from '../ground/errors.ts';
import type { Given } from '../response/runbooks/approval.ts';
import { collectApprovals } from '../response/runbooks/collect-approvals.ts';
import { drawPlan } from '../response/runbooks/draw-plan.ts';
import { confirmCommand, shortHash } from '../response/runbooks/next-command.ts';
import { openRunAids } from '../response/runbooks/open-run-aids.ts';
import { needsOf, obstaclesOf, type Plan } from '../response/runbooks/plan.ts';
import { requireGuards } from '../response/runbooks/require-guards.ts';
import { runRunbook } from '../response/runbooks/run-runbook.ts';
import { planFacts, planFormats } from '../views/plan.ts';
import type { AskedRunbook } from './asked-runbook.ts';
import type { Outcome, Session } from './command.ts';
import { openAids } from './plan-aids.ts';
import { answeredRun } from './run-outcome.ts';
import { verifiersOf } from './verify-agents.ts';

/** How a run is confirmed and bounded. */
export interface CarryOutFlags {
  readonly yes?: boolean;
  /** The plan that is meant, by its hash or the first characters of it. */
  readonly confirm?: string;
  readonly incident?: string;
  readonly breakGlass?: string;
  /** False: nothing may be left to end what is to end by itself. */
  readonly tickCheck?: boolean;
  /** Where the file of allowed signers is; default: beside the manifest. */
  readonly signers?: string;
}

/** The file of allowed signers that is meant. */
export const signersOf = (fleet: Pick<Fleet, 'path'>, cwd: string, given: string | undefined): string =>
  given === undefined ? join(dirname(fleet.path), 'allowed_signers') : resolve(cwd, given);

/** Plans, shows the plan, has it confirmed and carries it out: the one way into a run. */
export const carryOut = async (session: Session, asked: AskedRunbook, flags: CarryOutFlags): Promise<Outcome> => {
  const { ctx, cwd } = session;
  const { fleet, runbook, params } = asked;
  const plan = await drawPlan(ctx, fleet, { runbook, params, aids: await openAids(ctx, fleet, false) });
  requireRunnable(plan);
  const guard = () => requireGuards(ctx, fleet, runbook, plan, { isAutomatic: false, ignoresTick: flags.tickCheck === false });
  await guard();
  const isPresent = await confirmed(session, asked, plan, flags);
  const actor = actorOf(ctx.env, () => ctx.process.owner());
  const own: readonly Given[] =
    flags.breakGlass !== undefined || isPresent ? [{ by: actor, isSigned: false, breakGlass: flags.breakGlass ?? null }] : [];
  const given = await collectApprovals(ctx, plan.hash, signersOf(fleet, cwd, flags.signers));
  const approvals = [...given, ...own.filter(({ by, breakGlass }) => breakGlass !== null || given.every((each) => each.by !== by))];
  const aids = openRunAids(ctx, fleet, params, verifiersOf(session));
  const order = { plan, runbook, cause: { kind: 'person' }, actor, approvals, incident: flags.incident ?? null, guard } as const;
  return answeredRun(session, (on) => runRunbook(ctx, fleet, order, aids, on));
};

const requireRunnable = (plan: Plan): void => {
  const [first] = obstaclesOf(plan);
  if (first === undefined) return;
  const { why, hint } = first.obstacle;
  throw usageError({
    code: 'plan_blocked',
    message: `step ${first.step} cannot be done: ${why}`,
    hint: hint ?? 'agentops runbook plan shows it',
  });
};

/** So much of a hash says which plan is meant. */
const fewestHashLetters = 8;

/** Has a plan confirmed; true where a person did so here and now. Throws a refused error that holds the confirming command where nobody can. */
const confirmed = async (
  session: Session,
  { fleet, runbook, params }: AskedRunbook,
  plan: Plan,
  flags: CarryOutFlags,
): Promise<boolean> => {
  const { ctx, terminal, format } = session;
  const { typedName } = needsOf(plan);
  const answer = { runbook, plan, source: 'live', stale: null } as const;
  const command = confirmCommand(runbook, params, plan.hash);
  if (flags.confirm !== undefined) {
    if (flags.confirm.length >= fewestHashLetters && plan.hash.startsWith(flags.confirm)) return false;
    throw refusedError({
      code: 'plan_stale',
      message: `the plan is ${shortHash(plan.hash)} now, and not ${flags.confirm}: something that it touches has moved since`,
      hint: command,
      details: { plan: planFacts(answer), confirm_command: command },
    });
  }
  const formats = planFormats({ ...answer, fleet: fleet.name, generatedAt: ctx.clock.now() });
  const isShown = format === 'text';
  if (isShown && terminal.prompts !== null) await session.show({ finding: 'none', formats: { text: formats.text } });
  // A program that reads the refusal as JSON finds the plan in it.
  else if (isShown || terminal.prompts !== null)
    terminal.say(ctx.secrets.mask(formats.text({ look: terminal.err, verbose: false, zone: terminal.zone }).trimEnd()));
  if (flags.yes === true && typedName === null) return terminal.prompts !== null;
  if (terminal.prompts === null)
    throw refusedError({
      code: 'confirmation_needed',
      message: `${runbook.name} changes what ${plan.steps.length === 1 ? 'its step touches' : 'its steps touch'}, and nobody is here to confirm it`,
      hint: command,
      details: { plan: planFacts(answer), confirm_command: command },
    });
  const isMeant =
    typedName === null
      ? await terminal.prompts.confirm('Do this?', ctx.signal)
      : (await terminal.prompts.input(`Type ${typedName} to do this`, ctx.signal)).trim() === typedName;
  if (isMeant) return true;
  throw refusedError({ code: 'not_confirmed', message: 'it was not confirmed, and nothing was done', hint: command });
};
