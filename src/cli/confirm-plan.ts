import { resolve } from 'node:path';
import { refusedError } from '../ground/errors.ts';
import { shortHash } from '../response/runbooks/next-command.ts';
import { needsOf, type Plan, staleness } from '../response/runbooks/plan.ts';
import { maxPlanBytes, parsePlanFile } from '../response/runbooks/plan-file.ts';
import { planFacts, planFormats } from '../views/plan.ts';
import type { AskedRunbook } from './asked-runbook.ts';
import type { Session } from './command.ts';
import { type BoundFlags, confirmCommandOf } from './confirm-command.ts';

/** So much of a hash says which plan is meant. */
const fewestHashLetters = 8;

/** How a plan is confirmed. */
export interface ConfirmFlags extends BoundFlags {
  readonly yes?: boolean;
  /** The plan that is meant, by its hash or the first characters of it. */
  readonly confirm?: string;
  /** A file that holds the plan that is meant, as `runbook plan --out` wrote it. */
  readonly plan?: string;
}

/** A plan that was drawn for whoever is to confirm it. */
export interface OfferedPlan extends AskedRunbook {
  readonly plan: Plan;
  /** The command that confirms just it. */
  readonly command: string;
  /** What a program that is refused is handed. */
  readonly details: Readonly<Record<string, unknown>>;
}

/** Shows a plan to whoever is to confirm it. Where it was named by its hash or its file it was seen before, and is not shown again. */
export const offerPlan = async (session: Session, asked: AskedRunbook, plan: Plan, flags: ConfirmFlags): Promise<OfferedPlan> => {
  const { ctx, terminal, format } = session;
  const command = confirmCommandOf(session, asked, plan, flags);
  const answer = { runbook: asked.runbook, plan, source: 'live', stale: null, confirmCommand: command } as const;
  const offered = { ...asked, plan, command, details: { plan: planFacts(answer), confirm_command: command } };
  if (flags.plan !== undefined || flags.confirm !== undefined) return offered;
  const formats = planFormats({ ...answer, fleet: asked.fleet.name, generatedAt: ctx.clock.now() });
  const isShown = format === 'text';
  if (isShown && terminal.prompts !== null) await session.show({ finding: 'none', formats: { text: formats.text } });
  // A program that reads the refusal as JSON finds the plan in it.
  else if (isShown || terminal.prompts !== null)
    terminal.say(ctx.secrets.mask((await formats.text({ look: terminal.err, verbose: false, zone: terminal.zone })).trimEnd()));
  return offered;
};

/** Has a plan confirmed; true where a person did so here and now. Throws a refused error that holds the confirming command where nobody can. */
export const confirmPlan = async (
  session: Session,
  { runbook, plan, command, details }: OfferedPlan,
  flags: ConfirmFlags,
): Promise<boolean> => {
  const { ctx, terminal } = session;
  const { typedName } = needsOf(plan);
  if (flags.plan !== undefined) {
    requireSame(readPlan(session, flags.plan), plan, command, details);
    return false;
  }
  if (flags.confirm !== undefined) {
    if (flags.confirm.length >= fewestHashLetters && plan.hash.startsWith(flags.confirm)) return false;
    throw refusedError({
      code: 'plan_stale',
      message: `the plan is ${shortHash(plan.hash)} now, and not ${flags.confirm}: something that it touches has moved since`,
      hint: command,
      details,
    });
  }
  if (flags.yes === true && typedName === null) return terminal.prompts !== null;
  if (terminal.prompts === null)
    throw refusedError({
      code: 'confirmation_needed',
      message: `${runbook.name} changes what ${plan.steps.length === 1 ? 'its step touches' : 'its steps touch'}, and nobody is here to confirm it`,
      hint: command,
      details,
    });
  const isMeant =
    typedName === null
      ? await terminal.prompts.confirm('Do this?', ctx.signal)
      : (await terminal.prompts.input(`Type ${typedName} to do this`, ctx.signal)).trim() === typedName;
  if (isMeant) return true;
  throw refusedError({ code: 'not_confirmed', message: 'it was not confirmed, and nothing was done', hint: command });
};

const readPlan = ({ ctx, cwd }: Session, file: string): Plan => parsePlanFile(ctx.files.readText(resolve(cwd, file), maxPlanBytes), file);

/** Throws a refused error that names what has moved since a plan was written down. */
const requireSame = (written: Plan, now: Plan, command: string, details: Readonly<Record<string, unknown>>): void => {
  const moved = staleness(written, now);
  if (moved.length === 0) return;
  throw refusedError({
    code: 'plan_stale',
    message: `the plan that was written down is out of date: ${moved.join('; ')}`,
    hint: command,
    details: { ...details, moved },
  });
};
