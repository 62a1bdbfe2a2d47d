import { requireAgent } from '../fleet/select.ts';
import { usageError } from '../ground/errors.ts';
import { toUsd } from '../ground/units/amount.ts';
import { askedRunbook } from './asked-runbook.ts';
import { carryOut } from './carry-out.ts';
import type { Outcome, Session } from './command.ts';
import type { ConfirmFlags } from './confirm-plan.ts';
import { canBeLimited } from './policy-evidence.ts';

/** Limits that are pushed beside the budget of the manifest. */
export interface PushFlags {
  readonly per?: 'day' | 'month';
  readonly requestsPerMinute?: number;
  readonly tokensPerMinute?: number;
  readonly maxParallel?: number;
}

/** How the gateway writes the periods of the manifest's budgets. */
const periodOf = { day: '1d', month: '30d' } as const;

/** Writes the budget of an agent into its gateway, by a run of the runbook `budget-push`: planned, confirmed, audited, and undone as any other. */
export const pushBudget = async (session: Session, name: string, flags: PushFlags & ConfirmFlags): Promise<Outcome> => {
  const { fleet } = await session.fleet();
  const agent = requireAgent(fleet, name);
  if (!canBeLimited(agent))
    throw usageError({
      code: 'budget_not_held',
      message: `nothing in front of ${name} can hold its budget: its throttle is bound to ${agent.controls.throttle?.kind ?? 'nothing'}`,
      hint: `bind agents.${name}.controls.throttle to a key of LiteLLM: { via: litellm, connection, key_alias }`,
    });
  const { perDayNanos, perMonthNanos } = agent.budget;
  const limits = { day: perDayNanos, month: perMonthNanos };
  const per = flags.per ?? (perDayNanos !== null ? 'day' : perMonthNanos !== null ? 'month' : null);
  const nanos = per === null ? null : limits[per];
  const { requestsPerMinute, tokensPerMinute, maxParallel } = flags;
  const others = { requests_per_minute: requestsPerMinute, tokens_per_minute: tokensPerMinute, max_parallel: maxParallel };
  const param = [
    ...(per === null || nanos === null ? [] : [`dollars=${toUsd(nanos)}`, `period=${periodOf[per]}`]),
    ...Object.entries(others).flatMap(([word, value]) => (value === undefined ? [] : [`${word}=${value}`])),
  ];
  if (param.length === 0 || (flags.per !== undefined && nanos === null))
    throw usageError({
      code: 'budget_unset',
      message: `the manifest sets no budget.per_${per ?? 'day'} for ${name}`,
      hint: `set agents.${name}.budget.per_${per ?? 'day'}, or give --requests-per-minute, --tokens-per-minute or --max-parallel`,
    });
  return carryOut(session, await askedRunbook(session, 'budget-push', { agent: name, param }), flags);
};
