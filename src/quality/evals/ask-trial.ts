import type { AgentProtocol, TurnLimits } from '../../agents/protocols/port.ts';
import type { Fleet } from '../../fleet/agent.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { type GradedConversation, judgingOf, noJudging, totals } from '../expect/conversation.ts';
import { converseGraded } from '../expect/converse-graded.ts';
import type { Aids, Judging } from '../expect/port.ts';
import { recordedProtocol } from './recorded-protocol.ts';
import type { Case } from './suite.ts';
import type { Arm } from './trial.ts';

/** One trial about to be made. */
export interface PlannedTrial {
  readonly case: Case;
  readonly arm: Arm;
  /** From 0. */
  readonly index: number;
  /** Noted in the journal before anything is sent; null where nothing is: a recorded answer. */
  readonly traceId: string | null;
}

/** The agent behind an arm. Limits are those of a case that names none. */
export interface Target {
  readonly protocol: AgentProtocol;
  readonly limitsOf: (timeoutMs: number | null) => TurnLimits;
}

/** A conversation that has ended, and what an attempt before it has cost: nano-dollars of the agent, and what its judges took. */
export interface AskedTrial {
  readonly graded: GradedConversation;
  readonly earlierNanos: number;
  readonly earlierJudging: Judging;
}

const pauseMs = 250;

/**
 * Holds the conversation of a trial, once more where the agent could not be reached or broke down: such a thing is no answer. Null where
 * the run was given up meanwhile. Never throws.
 */
export const askTrial = async (
  ctx: Context,
  fleet: Fleet,
  { case: asked, traceId }: PlannedTrial,
  { protocol, limitsOf }: Target,
  aids: Aids,
  signal: AbortSignal,
): Promise<AskedTrial | null> => {
  const hold = () =>
    converseGraded(
      ctx,
      {
        protocol: asked.recorded === null ? protocol : recordedProtocol(asked.recorded),
        inputs: asked.turns.map(({ input }) => input),
        byTurn: asked.turns.map(({ expect }) => expect),
        overall: asked.expect,
        traceId: traceId ?? '',
        limits: limitsOf(asked.timeoutMs),
        prices: fleet.prices,
      },
      { ...aids, vars: asked.vars },
      signal,
    );
  const first = await hold();
  if (signal.aborted) return null;
  const last = first.turns.at(-1);
  if (last?.outcome !== 'unreachable' && last?.outcome !== 'agent_error') {
    return { graded: first, earlierNanos: 0, earlierJudging: noJudging };
  }
  await ctx.clock.sleep(pauseMs * (0.5 + ctx.random()), signal).catch(() => undefined);
  const graded = signal.aborted ? null : await hold();
  if (graded === null || signal.aborted) return null;
  return { graded, earlierNanos: totals(first.turns).costNanos ?? 0, earlierJudging: judgingOf(first) };
};
