import { converse } from '../../agents/protocols/converse.ts';
import type { AgentProtocol, Turn, TurnLimits } from '../../agents/protocols/port.ts';
import type { Agent, Check, Fleet } from '../../fleet/agent.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { type GradedAssertion, gradeTurns } from '../expect/grade-turns.ts';
import type { Expectation } from '../expect/port.ts';
import { fingerprintOf } from './fingerprint.ts';
import type { CheckResult } from './result.ts';
import { retryDelay } from './retry.ts';
import { isAccepted, isJudgeable, judge, totals } from './verdict.ts';

/** One check about to be run. */
export interface PlannedCheck {
  readonly agent: Agent;
  readonly check: Check;
  readonly protocol: AgentProtocol;
  readonly slotAt: number | null;
  readonly traceId: string;
  readonly limits: TurnLimits;
  readonly inMaintenance: boolean;
}

/** Asks, judges, and asks again where the policy says so. Null where the run was given up meanwhile: there is nothing to record. */
export const runCheck = async (ctx: Context, fleet: Fleet, planned: PlannedCheck): Promise<Omit<CheckResult, 'drift'> | null> => {
  const { agent, check, slotAt, traceId, inMaintenance } = planned;
  const startedAt = ctx.clock.now();
  for (let attempt = 1; ; attempt++) {
    const { turns, grades } = await ask(ctx, fleet, planned);
    if (ctx.signal.aborted) return null;
    const last = turns.at(-1);
    const delay = last === undefined ? null : retryDelay(check.retry, last, attempt, ctx.random());
    if (delay !== null) {
      await ctx.clock.sleep(delay, ctx.signal).catch(() => undefined);
      if (ctx.signal.aborted) return null;
      continue;
    }
    const { status, reason } = judge(check, turns, grades, attempt);
    return {
      id: `${traceId}:${agent.name}/${check.id}`,
      agent: agent.name,
      check: check.id,
      slotAt,
      startedAt,
      endedAt: ctx.clock.now(),
      status,
      outcome: last?.outcome ?? null,
      cause: last?.cause ?? null,
      reason: ctx.secrets.mask(reason),
      attempts: attempt,
      ...totals(turns),
      traceId,
      assertions: grades.map(({ assertion, pass, score, saw, message }) => ({
        assertion,
        pass,
        score,
        saw: ctx.secrets.mask(saw),
        message: ctx.secrets.mask(message),
      })),
      safety: check.safety,
      inMaintenance,
      fingerprint: last === undefined ? null : fingerprintOf(last),
    };
  }
};

/** One conversation with its grades: those of each turn first, then those of the conversation. */
const ask = async (
  ctx: Context,
  fleet: Fleet,
  { check, protocol, traceId, limits }: PlannedCheck,
): Promise<{ turns: readonly Turn[]; grades: readonly GradedAssertion[] }> => {
  const graded = new Map<number, readonly GradedAssertion[]>();
  const whole = check.expect.map((slot) => slot.config as Expectation);
  const aids = { sandbox: ctx.sandbox };
  const talk = { protocol, inputs: check.turns.map((turn) => turn.input), traceId, limits, prices: fleet.prices };
  const turns = await converse(ctx, talk, goOnWhileAnswered(check), ctx.signal);
  for (const index of turns.keys()) {
    const expected = (check.turns[index]?.expect ?? []).map((slot) => slot.config as Expectation);
    const turn = turns[index];
    if (expected.length === 0 || turn === undefined || !isJudgeable(turn, expected)) continue;
    graded.set(index, await gradeTurns(expected, turns.slice(0, index + 1), aids));
  }
  const last = turns.at(-1);
  const reachedEnd = turns.length >= Math.max(1, check.turns.length);
  const overall = last !== undefined && reachedEnd && isJudgeable(last, whole) ? await gradeTurns(whole, turns, aids) : [];
  return { turns, grades: [...[...graded.values()].flat(), ...overall] };
};

/** A turn that ended in an outcome nobody expected ends the conversation: what follows would judge something else. */
const goOnWhileAnswered =
  (check: Check) =>
  (turns: readonly Turn[]): boolean => {
    const last = turns.at(-1);
    if (last === undefined) return true;
    const expected = (check.turns[turns.length - 1]?.expect ?? []).map((slot) => slot.config as Expectation);
    return isAccepted(last, []) || expected.some(({ base }) => base === 'outcome' || base === 'is-refusal');
  };
