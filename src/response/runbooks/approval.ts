import type { Plan } from './plan.ts';
import { plannedSteps } from './run-result.ts';

/** A person's word for a plan. */
export interface Given {
  readonly by: string;
  /** It bears a signature that was verified. */
  readonly isSigned: boolean;
  /** Why one person alone may do what two should approve; null: they do not claim that. */
  readonly breakGlass: string | null;
}

export type Required = Plan['steps'][number]['approval'];

/** The most that any step of a plan asks for. */
export const requiredApproval = (plan: Pick<Plan, 'steps' | 'finally'>): Required => {
  const asked = plannedSteps(plan).map(({ approval }) => approval);
  return asked.includes('two') ? 'two' : asked.includes('one') ? 'one' : 'none';
};

/** What is still missing before a plan may be carried out, and what gets it; null: nothing. */
export const missingApproval = (plan: Plan, given: readonly Given[]): { readonly message: string; readonly hint: string } | null => {
  const required = requiredApproval(plan);
  if (required === 'none' || given.some(({ breakGlass }) => breakGlass !== null)) return null;
  if (required === 'one')
    return given.length > 0
      ? null
      : { message: 'one person has to approve this plan, and nobody has', hint: `agentops runbook approve ${plan.hash}` };
  const signers = [...new Set(given.filter(({ isSigned }) => isSigned).map(({ by }) => by))];
  if (signers.length >= 2) return null;
  return {
    message: `two people have to sign this plan, and ${signers.length === 0 ? 'nobody has' : `only ${signers[0]} has`}`,
    hint: `agentops runbook approve ${plan.hash} --key ~/.ssh/id_ed25519, or --break-glass REASON where nobody can be reached`,
  };
};
