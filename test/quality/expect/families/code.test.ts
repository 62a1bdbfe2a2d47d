import { afterAll, describe, expect, test } from 'vitest';
import { openSandbox } from '../../../../src/ground/runtime/sandbox.ts';
import { gradeOne } from '../../../support/grade.ts';
import { calls, says, turn } from '../../../support/turn.ts';

const sandbox = openSandbox();
afterAll(() => sandbox.close());

describe('javascript', () => {
  test.each<[unknown, string, boolean | null, number | null]>([
    [{ javascript: "output.includes('30 days')" }, '30 days', true, 1],
    [{ javascript: "output === 'x';" }, 'y', false, 0],
    [{ javascript: "const s = output; s === 'a;b'" }, 'a;b', true, 1],
    [{ javascript: 'let n = JSON.parse(output).n; n > 0.5;' }, '{"n":0.7}', true, 1],
    [{ javascript: 'return output.length > 3' }, 'long', true, 1],
    [{ javascript: "output.includes('return policy')" }, 'our return policy', true, 1],
    [{ javascript: "if (output === 'a') return true; return false" }, 'b', false, 0],
    [{ javascript: "if (output === 'a') {\n  return true;\n}\nreturn { pass: false, score: 0.25, reason: 'not a' };\n" }, 'b', false, 0.25],
    [{ javascript: '{ pass: true, score: 0.5 }' }, 'b', true, 0.5],
    [{ javascript: '0.4' }, 'b', true, 0.4],
    [{ type: 'javascript', value: '0.4', threshold: 0.5 }, 'b', false, 0.4],
    [{ type: 'javascript', value: '({ pass: true, score: 0.4 })', threshold: 0.5 }, 'b', false, 0.4],
    [{ javascript: 'Math.log(output.length) * 10' }, 'abcdef', true, 1],
    [{ 'not-javascript': 'output.length > 3' }, 'long', false, 0],
    [{ javascript: 'output.nothing.here' }, 'b', null, null],
    [{ javascript: 'output' }, 'b', null, null],
    [{ javascript: 'undefined' }, 'b', null, null],
    [{ 'not-javascript': 'throw_me()' }, 'b', null, null],
  ])('%j of %j: %s', async (raw, text, pass, score) => {
    expect(await gradeOne(raw, says(text), { sandbox })).toMatchObject({ pass, score });
  });

  test('the variables of the case and the whole turn are there', async () => {
    const vars = { wanted: 'search' };
    const raw = { javascript: 'turn.toolCalls[0].name === context.vars.wanted && context.turns.length === 1' };
    expect((await gradeOne(raw, calls(['search']), { sandbox, vars })).pass).toBe(true);
  });

  test('structured output is the output where there is no text', async () => {
    expect((await gradeOne({ javascript: 'output.id === 7' }, turn({ text: '', structured: { id: 7 } }), { sandbox })).pass).toBe(true);
  });

  test('a reason is told as the message, an error as an error', async () => {
    const because = await gradeOne({ javascript: "({ pass: false, reason: 'too short' })" }, says('b'), { sandbox });
    expect(because.message).toBe('too short');
    const broken = await gradeOne({ javascript: 'nope()' }, says('b'), { sandbox });
    expect(broken).toMatchObject({ verdict: 'error', message: 'the code failed: ReferenceError: nope is not defined' });
  });

  test('without a sandbox it is not run and not failed', async () => {
    expect(await gradeOne({ javascript: 'true' }, says('b'))).toMatchObject({
      verdict: 'error',
      message: 'javascript needs a sandbox, and none is there',
    });
  });
});
