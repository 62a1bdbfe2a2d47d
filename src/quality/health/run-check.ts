import { converse } from '../../agents/protocols/converse.ts';
import type { AgentProtocol, Turn, TurnLimits } from '../../agents/protocols/port.ts';
import type { Agent, Check, Fleet } from '../../fleet/agent.ts';
import type { Slot } from '../../fleet/slots.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { type GradedAssertion, gradeTurns } from '../expect/grade-turns.ts';
import type { Expectation } from '../expect/port.ts';
import { fingerprintOf } from './fingerprint.ts';
import type { ProbeBudget } from './probe-budget.ts';
import { type CheckResult, resultId } from './result.ts';
import { retryDelay } from './retry.ts';
import { type GradedConversation, isAccepted, isJudgeable, judge, totals } from './verdict.ts';

/** One check about to be run. */
export interface PlannedCheck {
  readonly agent: Agent;
  readonly check: Check;
  readonly protocol: AgentProtocol;
  /** Null where it is a program of this machine. */
  readonly host: string | null;
  /** Null: no limit, or what was spent is not known. */
  readonly budget: ProbeBudget | null;
  readonly slotAt: number | null;
  readonly traceId: string;
  readonly limits: TurnLimits;
  readonly inMaintenance: boolean;
}

/** Asks, judges, and asks again where the policy says so. Null where the run was given up meanwhile: there is nothing to record. */
export const runCheck = async (ctx: Context, fleet: Fleet, planned: PlannedCheck): Promise<Omit<CheckResult, 'drift'> | null> => {
  const { agent, check, slotAt, traceId, inMaintenance } = planned;
  const startedAt = ctx.clock.now();
  const earlier: Turn[] = [];
  for (let attempt = 1; ; attempt++) {
    const graded = await ask(ctx, fleet, planned);
    if (ctx.signal.aborted) return null;
    const last = graded.turns.at(-1);
    const delay = last === undefined ? null : retryDelay(check.retry, last, attempt, ctx.random());
    if (delay !== null) {
      earlier.push(...graded.turns);
      await ctx.clock.sleep(delay, ctx.signal).catch(() => undefined);
      if (ctx.signal.aborted) return null;
      continue;
    }
    const { status, reason } = judge(check, graded, attempt);
    const { latencyMs, ttftMs } = totals(graded.turns);
    return {
      id: resultId(traceId, agent.name, check.id),
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
      latencyMs,
      ttftMs,
      costNanos: totals([...earlier, ...graded.turns]).costNanos,
      traceId,
      assertions: [...graded.byTurn.flat(), ...graded.overall].map(({ wording, pass, score, saw, message }) => ({
        assertion: wording,
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

/** One conversation, graded turn by turn: an outcome that nobody expected ends it, for what follows would judge something else. */
const ask = async (ctx: Context, fleet: Fleet, { check, protocol, traceId, limits }: PlannedCheck): Promise<GradedConversation> => {
  const aids = { sandbox: ctx.sandbox };
  const grade = async (expect: readonly Slot[], turns: readonly Turn[]): Promise<readonly GradedAssertion[]> => {
    const expected = expect.map((slot) => slot.config as Expectation);
    const last = turns.at(-1);
    return last !== undefined && isJudgeable(last, expected) ? gradeTurns(expected, turns, aids) : [];
  };
  const byTurn: (readonly GradedAssertion[])[] = [];
  const turns = await converse(
    ctx,
    { protocol, inputs: check.turns.map((turn) => turn.input), traceId, limits, prices: fleet.prices },
    async (soFar) => {
      const last = soFar.at(-1);
      const grades = await grade(check.turns[soFar.length - 1]?.expect ?? [], soFar);
      byTurn.push(grades);
      return last !== undefined && isAccepted(last, grades);
    },
    ctx.signal,
  );
  const reachedEnd = turns.length >= check.turns.length;
  return { turns, byTurn, overall: reachedEnd ? await grade(check.expect, turns) : [] };
};
