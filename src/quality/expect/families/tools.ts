import { z } from 'zod';
import type { JsonObject } from '../../../ground/json.ts';
import { judgedTurn } from '../answer.ts';
import { inRange, type Range, rangeText, whole } from '../fields.ts';
import { judged, unknown } from '../grading.ts';
import type { Assertion, Family } from '../port.ts';
import { type ArgsRule, argsMatch, callList, callsOf, globOf, toolList, toolMatcher, toolNameField } from '../tool-match.ts';

type ToolsUsed = { readonly tools: readonly string[] } | { readonly glob: string; readonly range: Range };

const toolsUsedArgs = z
  .union(
    [
      toolNameField(),
      z.array(toolNameField()).min(1, 'must name at least one tool'),
      toolMatcher({ min: whole().optional(), max: whole().optional() }),
    ],
    { error: 'must be a tool, a list of tools, or { name, min, max }' },
  )
  .transform((given): ToolsUsed => {
    if (typeof given === 'string') return { tools: [given] };
    if (Array.isArray(given)) return { tools: given };
    const { min = 1, max } = given as Range;
    return { glob: globOf(given), range: { min, max } };
  });

/** A list asks for every tool in it; `not-` with a list forbids every tool in it, which is more than the opposite. */
const toolUsed = (type: string): Assertion<ToolsUsed> => ({
  type,
  summary: 'The agent called this tool (* and ? allowed), each of these tools, or { name, min, max } times; not- with a list forbids each.',
  args: toolsUsedArgs,
  needs: [],
  grade: (args, seen) => {
    const { toolCalls } = judgedTurn(seen);
    if ('glob' in args) {
      const count = callsOf(toolCalls, args.glob).length;
      return judged(
        inRange(count, args.range),
        toolList(toolCalls),
        `${args.glob} was called ${count} times; the range is ${rangeText(args.range)}`,
      );
    }
    const missing = args.tools.filter((tool) => callsOf(toolCalls, tool).length === 0);
    const message = missing.length === 0 ? `called: ${args.tools.join(', ')}` : `not called: ${missing.join(', ')}`;
    return judged(missing.length === 0, toolList(toolCalls), message);
  },
  refute: (args, seen) => {
    if ('glob' in args) return null;
    const { toolCalls } = judgedTurn(seen);
    const used = args.tools.filter((tool) => callsOf(toolCalls, tool).length > 0);
    const message = used.length === 0 ? `not called: ${args.tools.join(', ')}` : `called: ${used.join(', ')}`;
    return judged(used.length === 0, toolList(toolCalls), message);
  },
});

interface Sequence {
  readonly steps: readonly string[];
  readonly mode: 'in_order' | 'exact';
}

const stepsField = () =>
  z.array(z.union([toolNameField(), toolMatcher({}).transform(globOf)], { error: 'must be a tool' })).min(1, 'must name at least one tool');

const toolSequence: Assertion<Sequence> = {
  type: 'trajectory:tool-sequence',
  summary: 'The agent called these tools in this order, others in between allowed: a list, or { steps, mode: in_order | exact }.',
  args: z.union(
    [
      stepsField().transform((steps): Sequence => ({ steps, mode: 'in_order' })),
      z.strictObject({ steps: stepsField(), mode: z.enum(['in_order', 'exact']).default('in_order') }),
    ],
    { error: 'must be a list of tools, or { steps, mode }' },
  ),
  needs: [],
  grade: ({ steps, mode }, seen) => {
    const { toolCalls } = judgedTurn(seen);
    let met = 0;
    for (const call of toolCalls) {
      const wanted = steps[met];
      if (wanted !== undefined && callsOf([call], wanted).length > 0) met += 1;
      else if (mode === 'exact') break;
    }
    const next = steps[met];
    const saw = toolList(toolCalls);
    if (next !== undefined) return judged(false, saw, `${next} was not called ${met === 0 ? 'first' : `after ${steps[met - 1]}`}`);
    const extra = mode === 'exact' && toolCalls.length > steps.length;
    return judged(
      !extra,
      saw,
      extra ? `called ${toolCalls.length} tools instead of ${steps.length}` : `called in order: ${steps.join(', ')}`,
    );
  },
};

type ToolArgs = ArgsRule & { readonly glob: string };

const namesField = z.union([z.string().min(1), z.array(z.string().min(1))], { error: 'must be names of arguments' });

const toolArgsArgs = toolMatcher({
  args: z.json().optional(),
  arguments: z.json().optional(),
  mode: z.enum(['partial', 'exact']).default('partial'),
  defaults: z.record(z.string(), z.json()).default({}),
  ignore: namesField.default([]),
}).transform((given, ctx): ToolArgs => {
  const args = given.args ?? given.arguments;
  if (args === undefined) {
    ctx.addIssue({ code: 'custom', message: 'needs args (the expected arguments)', input: given });
    return z.NEVER;
  }
  const ignore = typeof given.ignore === 'string' ? [given.ignore] : given.ignore;
  return { glob: globOf(given), args, mode: given.mode, defaults: given.defaults as JsonObject, ignore };
});

/** One call that matches is enough. */
const toolArgs = (type: string): Assertion<ToolArgs> => ({
  type,
  summary: 'A call of this tool had these arguments: { name, args, mode: partial | exact, defaults, ignore }.',
  args: toolArgsArgs,
  needs: [],
  grade: (args, seen) => {
    const { toolCalls } = judgedTurn(seen);
    const calls = callsOf(toolCalls, args.glob);
    if (calls.length === 0) return judged(false, toolList(toolCalls), `${args.glob} was not called`);
    const told = calls.filter((call) => call.args !== null);
    if (told.length === 0) return unknown(`the agent does not tell the arguments of ${args.glob}`);
    const match = told.find((call) => argsMatch(call.args, args));
    if (match === undefined) return judged(false, callList(told), `no call of ${args.glob} had the expected arguments`);
    return judged(true, callList([match]), `${args.glob} was called with the expected arguments`);
  },
});

const tools: Family = {
  'trajectory:tool-used': toolUsed('trajectory:tool-used'),
  'tool-called': toolUsed('tool-called'),
  'trajectory:tool-sequence': toolSequence,
  'trajectory:tool-args-match': toolArgs('trajectory:tool-args-match'),
  'tool-args': toolArgs('tool-args'),
};

export default tools;
