import { z } from 'zod';
import type { Outcome, ToolCall, Turn } from '../../../agents/protocols/port.ts';
import { canonicalJson } from '../../../ground/json.ts';
import { excerpt } from '../../../ground/redaction/redaction.ts';
import { judgedTurn } from '../answer.ts';
import { inRange, type Range, rangeProblem, rangeText, whole } from '../fields.ts';
import { normalFinishReason } from '../finish-reason.ts';
import { judged, unknown } from '../grading.ts';
import type { Assertion, Family } from '../port.ts';
import { callList, callsOf, toolList, toolNameField } from '../tool-match.ts';

type StepCount = Range & { readonly glob: string | null };

/**
 * All steps: as the protocol tells them, else one for each tool call; unknown where it tells neither. Only tool calls have a type and a name
 * here, so promptfoo's other step types are refused rather than counted as zero.
 */
const stepCountArgs = z
  .strictObject({
    type: z.literal('tool', { error: 'must be tool: an agent tells no other steps' }).optional(),
    name: toolNameField().optional(),
    pattern: toolNameField().optional(),
    min: whole().optional(),
    max: whole().optional(),
  })
  .superRefine((given, ctx) => {
    const problem = rangeProblem(given);
    if (problem !== null) ctx.addIssue({ code: 'custom', message: problem, input: given });
  })
  .transform(({ type, name, pattern, min, max }): StepCount => ({ glob: pattern ?? name ?? (type === 'tool' ? '*' : null), min, max }));

const countSteps = ({ steps, toolCalls }: Turn): number | null => steps ?? (toolCalls.length > 0 ? toolCalls.length : null);

const gradeSteps: Assertion<StepCount>['grade'] = ({ glob, ...range }, seen) => {
  const turn = judgedTurn(seen);
  const count = glob === null ? countSteps(turn) : callsOf(turn.toolCalls, glob).length;
  if (count === null) return unknown('the agent does not tell its steps');
  const what = glob === null ? `took ${count} steps` : `called ${glob} ${count} times`;
  return judged(inRange(count, range), toolList(turn.toolCalls), `the agent ${what}; the range is ${rangeText(range)}`);
};

const stepCount: Assertion<StepCount> = {
  type: 'trajectory:step-count',
  summary: 'The number of steps, or of tool calls by name, is in a range: { min, max, type: tool, name }.',
  args: stepCountArgs,
  needs: [],
  grade: gradeSteps,
};

const maxSteps: Assertion<StepCount> = {
  type: 'max-steps',
  summary: 'The agent took at most this many steps.',
  args: whole().transform((max): StepCount => ({ glob: null, max })),
  needs: [],
  grade: gradeSteps,
};

const repeatsOf = (
  calls: readonly ToolCall[],
  keyOf: (call: ToolCall) => string,
): { readonly count: number; readonly call: ToolCall } | null => {
  const counts = new Map<string, number>();
  let most: { count: number; call: ToolCall } | null = null;
  for (const call of calls) {
    const count = (counts.get(keyOf(call)) ?? 0) + 1;
    counts.set(keyOf(call), count);
    if (most === null || count > most.count) most = { count, call };
  }
  return most;
};

/** Counts equal calls anywhere in the turn, so that a loop over two tools is one too. Calls whose arguments are not told may differ. */
const noLoop: Assertion<number> = {
  type: 'no-loop',
  summary: 'No tool was called this many times (default 3) with the same arguments in one turn.',
  args: z.int({ error: 'must be a number of calls' }).min(2, 'must be at least 2').default(3),
  value: 'optional',
  needs: [],
  grade: (limit, seen) => {
    const { toolCalls } = judgedTurn(seen);
    const most = repeatsOf(
      toolCalls.filter(({ args }) => args !== null),
      ({ name, args }) => `${name} ${canonicalJson(args)}`,
    );
    if (most !== null && most.count >= limit) {
      return judged(
        false,
        callList([most.call]),
        `one tool was called ${most.count} times with the same arguments; the limit is below ${limit}`,
      );
    }
    const untold = repeatsOf(
      toolCalls.filter(({ args }) => args === null),
      ({ name }) => name,
    );
    if (untold !== null && untold.count >= limit) {
      return unknown(`one tool was called ${untold.count} times, but the agent does not tell the arguments`);
    }
    return judged(true, toolList(toolCalls), `no tool was called ${limit} times with the same arguments`);
  },
};

const outcomes = [
  'ok',
  'refused',
  'interrupted',
  'truncated',
  'agent_error',
  'rate_limited',
  'timeout',
  'unreachable',
  'unauthorized',
  'malformed',
  'checker_error',
] as const satisfies readonly Outcome[];

const outcomeField = z.enum(outcomes, { error: `must be one of ${outcomes.join(', ')}` });

/** Lets an author expect something else than an answer: an agent that must ask for approval ends `interrupted`. */
const outcome: Assertion<readonly Outcome[]> = {
  type: 'outcome',
  summary: 'The turn ended like this: an outcome, or a list of acceptable ones.',
  args: z
    .union([outcomeField, z.array(outcomeField).min(1)], { error: `must be one of ${outcomes.join(', ')}, or a list of them` })
    .transform((given): readonly Outcome[] => (typeof given === 'string' ? [given] : given)),
  needs: [],
  grade: (wanted, seen) => {
    const turn = judgedTurn(seen);
    const saw = turn.cause === null ? turn.outcome : excerpt(`${turn.outcome} (${turn.cause})`);
    return judged(wanted.includes(turn.outcome), saw, `the outcome is ${turn.outcome}; expected: ${wanted.join(', ')}`);
  },
};

const finishReason: Assertion<string> = {
  type: 'finish-reason',
  summary: 'The model stopped for this reason: stop, length, tool_calls or content_filter, whatever its vendor calls it.',
  args: z.string({ error: 'must be a finish reason' }).min(1, 'must not be empty'),
  needs: [],
  grade: (wanted, seen) => {
    const { stopReason } = judgedTurn(seen);
    if (stopReason === null) return unknown('the agent does not tell why it stopped');
    const passes = normalFinishReason(stopReason) === normalFinishReason(wanted);
    return judged(passes, excerpt(stopReason), `the finish reason is ${excerpt(normalFinishReason(stopReason))}; expected: ${wanted}`);
  },
};

const trajectory: Family = {
  'trajectory:step-count': stepCount,
  'max-steps': maxSteps,
  'no-loop': noLoop,
  outcome,
  'finish-reason': finishReason,
};

export default trajectory;
