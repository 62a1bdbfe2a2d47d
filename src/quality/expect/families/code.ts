import { z } from 'zod';
import { isObject } from '../../../ground/json.ts';
import { excerpt, excerptOf } from '../../../ground/redaction/redaction.ts';
import { judgedTurn, outputOf } from '../answer.ts';
import { compileBody } from '../function-body.ts';
import { judged, unjudged } from '../grading.ts';
import type { Assertion, Family, Grade } from '../port.ts';

/** Milliseconds one run may take. */
const deadlineMs = 5000;

const codeField = () =>
  z.string({ error: 'must be JavaScript' }).superRefine((code, ctx) => {
    const compiled = compileBody(code);
    if (!compiled.ok) ctx.addIssue({ code: 'custom', message: `is not JavaScript: ${compiled.problem}`, input: code });
  });

const clamp = (score: number): number => Math.min(1, Math.max(0, score));

/** A number passes at the threshold, without one above 0; `pass` and `score` must both agree where both are given. */
const verdictOf = (value: unknown, threshold: number | null): Grade => {
  const saw = excerptOf(value);
  if (typeof value === 'boolean') return judged(value, saw, `the code answered ${value}`);
  if (typeof value === 'number' && Number.isFinite(value)) {
    const passes = threshold === null ? value > 0 : value >= threshold;
    return {
      ...judged(passes, saw, `the code scored ${value}${threshold === null ? '' : `; the threshold is ${threshold}`}`),
      score: clamp(value),
    };
  }
  if (isObject(value) && typeof value['pass'] === 'boolean') {
    const score = typeof value['score'] === 'number' ? value['score'] : value['pass'] ? 1 : 0;
    const passes = value['pass'] && (threshold === null || score >= threshold);
    const reason =
      typeof value['reason'] === 'string' && value['reason'] !== '' ? excerpt(value['reason']) : `the code answered pass ${value['pass']}`;
    return { ...judged(passes, saw, reason), score: clamp(score) };
  }
  return unjudged(`the code must return true or false, a number, or { pass, score, reason }; it returned ${saw}`);
};

/**
 * Variables: `output` (the text, or the structured output), `context.vars`, and ours: `turn` (the judged turn) and `context.turns`. Only
 * JavaScript's own built-ins are there. Code that throws is an error, not a fail as it is for promptfoo: it says nothing about the agent.
 */
const javascript: Assertion<string> = {
  type: 'javascript',
  summary: 'This JavaScript, run in a worker, returns true, a number (with threshold), or { pass, score, reason }.',
  args: codeField(),
  needs: ['sandbox'],
  grade: async (code, seen, { sandbox, vars = {} }, settings) => {
    const compiled = compileBody(code);
    if (sandbox === undefined || !compiled.ok) return unjudged('the code cannot be run here');
    const turn = judgedTurn(seen);
    const given = { output: outputOf(turn), context: { vars, turns: seen }, turn };
    const { value, error } = await sandbox.run(compiled.body, given, deadlineMs);
    return error === null ? verdictOf(value, settings.threshold) : unjudged(`the code failed: ${excerpt(error)}`);
  },
};

const code: Family = { javascript };

export default code;
