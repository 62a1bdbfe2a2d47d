import type { AgentProtocol, Turn, TurnLimits } from '../../agents/protocols/port.ts';
import type { Agent, Check, Fleet } from '../../fleet/agent.ts';
import type { Slot } from '../../fleet/slots.ts';
import type { Context } from '../../ground/runtime/context.ts';
import type { Case } from '../evals/suite.ts';
import { decides, judgingOf, sumJudging, totals } from '../expect/conversation.ts';
import { converseGraded, type Examination } from '../expect/converse-graded.ts';
import type { GradedAssertion } from '../expect/grade-turns.ts';
import type { Aids, Expectation, Judging } from '../expect/port.ts';
import { fingerprintOf } from './fingerprint.ts';
import type { BudgetGate } from './open-budget.ts';
import { type AssertionResult, type CheckResult, resultId } from './result.ts';
import { retryDelay } from './retry.ts';
import { judge } from './verdict.ts';

/** One check about to be run. */
export interface PlannedCheck {
  readonly agent: Agent;
  readonly check: Check;
  readonly protocol: AgentProtocol;
  /** Null where it is a program of this machine. */
  readonly host: string | null;
  /** Null: no limit. */
  readonly budget: BudgetGate | null;
  readonly slotAt: number | null;
  readonly traceId: string;
  /** What a suite check asks; null: what the check says itself. */
  readonly cases: readonly PlannedCase[] | null;
  readonly limits: TurnLimits;
  readonly inMaintenance: boolean;
}

/** One case of a suite about to be asked by a check, under a trace of its own. */
export interface PlannedCase {
  readonly case: Case;
  readonly traceId: string;
}

/**
 * Asks, judges, and asks again where the policy says so. Null where the run was given up meanwhile: there is nothing to record.
 * @param aids what assertions need: a sandbox, judges
 */
export const runCheck = async (
  ctx: Context,
  fleet: Fleet,
  planned: PlannedCheck,
  aids: Aids,
): Promise<Omit<CheckResult, 'drift'> | null> => {
  const { agent, check, slotAt, traceId, inMaintenance } = planned;
  const startedAt = ctx.clock.now();
  const earlier: Turn[] = [];
  const earlierJudging: Judging[] = [];
  for (let attempt = 1; ; attempt++) {
    const graded = await converseGraded(ctx, examinationOf(fleet, planned), aids, ctx.signal);
    if (ctx.signal.aborted) return null;
    const last = graded.turns.at(-1);
    const delay = last === undefined ? null : retryDelay(check.retry, last, attempt, ctx.random());
    if (delay !== null) {
      earlier.push(...graded.turns);
      earlierJudging.push(judgingOf(graded));
      await ctx.clock.sleep(delay, ctx.signal).catch(() => undefined);
      if (ctx.signal.aborted) return null;
      continue;
    }
    const { status, reason } = judge(check, graded, attempt);
    const { latencyMs, ttftMs } = totals(graded.turns);
    const { costNanos, costSource } = totals([...earlier, ...graded.turns]);
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
      costNanos,
      costSource,
      judgeNanos: sumJudging([...earlierJudging, judgingOf(graded)]).costNanos,
      traceId,
      assertions: [...graded.byTurn.flat(), ...graded.overall].map((grade) => assertionResult(ctx, grade)),
      safety: check.safety,
      inMaintenance,
      fingerprint: last === undefined ? null : fingerprintOf(last),
    };
  }
};

const assertionResult = ({ secrets }: Context, grade: GradedAssertion): AssertionResult => ({
  assertion: grade.wording,
  pass: grade.pass,
  score: grade.score,
  saw: secrets.mask(grade.saw),
  message: secrets.mask(grade.message),
  ...(decides(grade) ? {} : { informative: true }),
});

const examinationOf = ({ prices }: Fleet, { check, protocol, traceId, limits }: PlannedCheck): Examination => ({
  protocol,
  inputs: check.turns.map(({ input }) => input),
  byTurn: check.turns.map(({ expect }) => expectationsIn(expect)),
  overall: expectationsIn(check.expect),
  traceId,
  limits,
  prices,
});

const expectationsIn = (slots: readonly Slot[]): readonly Expectation[] => slots.map(({ config }) => config as Expectation);
