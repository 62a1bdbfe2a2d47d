import { actorOf } from '../../ground/audit/actor.ts';
import { recordAct } from '../../ground/audit/record-act.ts';
import { signText, verifySignature } from '../../ground/audit/sign-digest.ts';
import { refusedError, usageError } from '../../ground/errors.ts';
import type { Context } from '../../ground/runtime/context.ts';
import type { Write } from '../../ground/store/port.ts';
import { responseAct } from './acts.ts';
import { approversOf } from './ask-step.ts';
import { approvalNamespace, approvalStatement, collectApprovals, signedText } from './collect-approvals.ts';
import { actOfEvent } from './event-act.ts';
import { needsOf, stepsOf } from './plan.ts';
import { approvalSubject, approveCommand, expiresAt } from './proposal.ts';
import type { RunEvent, RunHead } from './run.ts';
import { approvalWrite, eventWrites, type KnownRun, readEvents } from './runs.journal.ts';
import { foldRun, stepState } from './step-state.ts';

/** How somebody vouches: with a key whose owner `signers` names, or with their name alone. */
export interface Vouching {
  /** A private SSH key, or a public one that ssh-agent holds; null: not signed. */
  readonly key: string | null;
  /** The path of a file of allowed signers. */
  readonly signers: string;
}

/** Who approved, and whether signed. */
export interface Recorded {
  readonly by: string;
  readonly isSigned: boolean;
  /** Everybody who has approved the same by now. */
  readonly approvers: readonly string[];
}

/** Approves a plan by its hash. Throws a usage error where the key is not one of an allowed signer. */
export const recordApproval = async (ctx: Context, planHash: string, vouching: Vouching): Promise<Recorded> => {
  const at = await (await ctx.journal()).now();
  const signed = await vouch(ctx, planHash, at, vouching);
  await recordAct(ctx, async () => ({
    writes: [approvalWrite({ planHash, signer: signed.by, at, signature: signed.signature })],
    act: responseAct('runbook.approve', planHash, { planHash, by: [signed.by], status: signed.signature === null ? null : 'signed' }),
    answer: undefined,
  }));
  const approvers = [...new Set((await collectApprovals(ctx, planHash, vouching.signers)).map(({ by }) => by))];
  return { by: signed.by, isSigned: signed.signature !== null, approvers };
};

/** Approves a run that an alert asked for, or the step that a run waits at. Throws a refused error where it waits for neither, or wants a signature and there is none. */
export const recordRunApproval = async (ctx: Context, known: KnownRun, vouching: Vouching): Promise<Recorded> =>
  known.isUnbegun === true ? recordBeginApproval(ctx, known, vouching) : recordStepApproval(ctx, known, vouching);

const recordBeginApproval = async (ctx: Context, { head: run, status, why }: KnownRun, vouching: Vouching): Promise<Recorded> => {
  const now = await (await ctx.journal()).now();
  if (status !== 'waiting' || now >= expiresAt(run))
    throw refusedError({
      code: 'nothing_to_approve',
      message: `run ${run.id} was given up: ${status === 'waiting' ? 'nobody approved it in time' : why}`,
      hint: 'agentops alerts list tells what to type where its alert still fires',
    });
  if (needsOf(run.plan).approvals === 2 && vouching.key === null)
    throw refusedError({ code: 'signature_missing', message: `two people have to sign run ${run.id}`, hint: approveCommand(run) });
  return recordApproval(ctx, approvalSubject(run), vouching);
};

const recordStepApproval = async (ctx: Context, { head: run }: KnownRun, vouching: Vouching): Promise<Recorded> => {
  const journal = await ctx.journal();
  const before = foldRun(await readEvents(journal, run.id, 0));
  const waiting = stepsOf(run.plan).find(({ id, step }) => {
    const { act } = stepState(before, id);
    return step.kind === 'approve' && act.begun > act.ended;
  });
  if (waiting === undefined)
    throw refusedError({ code: 'nothing_to_approve', message: `run ${run.id} waits for no approval`, hint: 'agentops runbook runs' });
  if (approversOf(waiting) === 2 && vouching.key === null)
    throw refusedError({
      code: 'signature_missing',
      message: `two people have to sign step ${waiting.id} of run ${run.id}`,
      hint: `agentops runbook approve ${run.id} --key ~/.ssh/id_ed25519`,
    });
  const [planHash, at] = [`${run.id}/${waiting.id}`, await journal.now()];
  const { by, signature } = await vouch(ctx, planHash, at, vouching);
  const approval = approvalWrite({ planHash, signer: by, at, signature });
  return { by, isSigned: signature !== null, approvers: await recordApprovers(ctx, run, waiting.id, [by], [approval]) };
};

/** Writes down who approved a step, once it is known that they did; answers everybody who has by now. @param beside what proves it */
export const recordApprovers = async (
  ctx: Context,
  run: RunHead,
  step: string,
  by: readonly string[],
  beside: readonly Write[] = [],
): Promise<readonly string[]> => {
  const event: RunEvent = { kind: 'approved', by, step, why: null };
  const recorded = await recordAct(ctx, async (journal) => {
    const events = await readEvents(journal, run.id, 0);
    const at = await journal.now();
    const own = { seq: events.length + 1, at, event };
    return {
      writes: [...eventWrites(run.id, own, null), ...beside],
      act: actOfEvent(run, event, foldRun(events), at, null),
      answer: [...events, own],
    };
  });
  return stepState(foldRun(recorded), step).approvedBy;
};

const vouch = async (
  ctx: Context,
  subject: string,
  at: number,
  { key, signers }: Vouching,
): Promise<{ readonly by: string; readonly signature: string | null }> => {
  if (key === null) return { by: actorOf(ctx.env, () => ctx.process.owner()), signature: null };
  const signature = await signText(ctx, approvalStatement(subject, at), key, approvalNamespace);
  if (!ctx.files.exists(signers))
    throw usageError({
      code: 'signers_missing',
      message: `${signers} is not there: nobody may sign`,
      hint: 'write a line into it for each who may: NAME ssh-ed25519 AAAA…, as ssh-keygen(1) has it under ALLOWED SIGNERS',
    });
  const seen = await verifySignature(ctx, signedText(subject, signature, at), signers);
  if (!seen.good)
    throw usageError({ code: 'signer_unknown', message: `this key approves nothing: ${seen.why}`, hint: `add it to ${signers}` });
  return { by: seen.signer, signature };
};
