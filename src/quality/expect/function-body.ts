import { messageOf } from '../../ground/errors.ts';

export type CompiledBody = { readonly ok: true; readonly body: string } | { readonly ok: false; readonly problem: string };

/** Null where the text is the body of a function. It is parsed and not run. */
const syntaxProblem = (body: string): string | null => {
  try {
    new Function(body);
    return null;
  } catch (thrown) {
    return messageOf(thrown);
  }
};

/** `const a = 1; a > 0` with a return before its last expression. The right semicolon is the one that leaves a function behind: others stand inside a text. */
const withReturn = (line: string): readonly string[] => {
  const bare = line.replace(/[;\s]+$/, '');
  const cuts = [...bare.matchAll(/;/g)].map(({ index }) => index);
  return [`return (${bare}\n)`, ...cuts.map((cut) => `${bare.slice(0, cut + 1)} return (${bare.slice(cut + 1)}\n)`)];
};

/** promptfoo's rule: one line is an expression, or statements that end in one; several lines are a body with its own `return`. */
export const compileBody = (written: string): CompiledBody => {
  const code = written.trim();
  const candidates = code.includes('\n') ? [] : withReturn(code);
  const body = candidates.find((candidate) => syntaxProblem(candidate) === null);
  if (body !== undefined) return { ok: true, body };
  const problem = syntaxProblem(code);
  if (problem !== null) return { ok: false, problem };
  return /\breturn\b/.test(code)
    ? { ok: true, body: code }
    : { ok: false, problem: 'it has no value: end it with an expression, or write a return' };
};
