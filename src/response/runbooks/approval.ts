import { needsOf, type Plan } from './plan.ts';

/** A person's word for a plan. */
export interface Given {
  readonly by: string;
  /** It bears a signature that was verified. */
  readonly isSigned: boolean;
  /** Why one person alone may do what two should approve; null: they do not claim that. */
  readonly breakGlass: string | null;
}

/** What is still missing before a plan may be carried out, and what gets it; null: nothing. */
export const missingApproval = (plan: Plan, given: readonly Given[]): { readonly message: string; readonly hint: string } | null => {
  const { approvals } = needsOf(plan);
  if (approvals === 0 || given.some(({ breakGlass }) => breakGlass !== null)) return null;
  if (approvals === 1)
    return given.length > 0
      ? null
      : { message: 'one person has to approve this plan, and nobody has', hint: `agentops runbook approve ${plan.hash}` };
  const signers = signedBy(given);
  if (signers.length >= 2) return null;
  return {
    message: `two people have to sign this plan, and ${signers.length === 0 ? 'nobody has' : `only ${signers[0]} has`}`,
    hint: `agentops runbook approve ${plan.hash} --key ~/.ssh/id_ed25519, or --break-glass REASON where nobody can be reached`,
  };
};

/** Everybody whose signature was verified, each once. */
export const signedBy = (given: readonly Given[]): readonly string[] => [
  ...new Set(given.filter(({ isSigned }) => isSigned).map(({ by }) => by)),
];
