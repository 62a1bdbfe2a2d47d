import { type SignedText, verifySignature } from '../../ground/audit/sign-digest.ts';
import type { Context } from '../../ground/runtime/context.ts';
import type { Given } from './approval.ts';
import { type Approval, readApprovals } from './runs.journal.ts';

/** What a signature for another purpose is not good for, and the other way round (`ssh-keygen -n`). */
export const approvalNamespace = 'agentops-approval';

/**
 * The line that is signed to approve a plan, by its hash, or a step that waits, as `RUN/STEP`. It says when, so that an old signature cannot
 * be put under a later date.
 * @param at UTC epoch ms
 */
export const approvalStatement = (subject: string, at: number): string => `I approve ${subject} at ${new Date(at).toISOString()}\n`;

/**
 * Who has approved a plan. A signature is looked at anew, and counts for whom `signers` says that its key is: what stands in the journal
 * is no proof.
 * @param signers the path of a file of allowed signers (ssh-keygen(1)); one that is not there allows nobody
 */
export const collectApprovals = async (ctx: Context, subject: string, signers: string): Promise<readonly Given[]> => {
  const found = await readApprovals(await ctx.journal(), subject);
  const given = await Promise.all(found.map((approval) => givenBy(ctx, approval, signers)));
  return given.flatMap((each) => each ?? []);
};

const givenBy = async (ctx: Context, { planHash, signer, signature, at }: Approval, signers: string): Promise<Given | null> => {
  if (signature === null) return { by: signer, isSigned: false, breakGlass: null };
  if (!ctx.files.exists(signers)) return null;
  const seen = await verifySignature(ctx, signedText(planHash, signature, at), signers);
  return seen.good ? { by: seen.signer, isSigned: true, breakGlass: null } : null;
};

/** The approval of a subject with its signature, to be verified. */
export const signedText = (subject: string, signature: string, at: number): SignedText => ({
  text: approvalStatement(subject, at),
  signature,
  namespace: approvalNamespace,
  at,
});
