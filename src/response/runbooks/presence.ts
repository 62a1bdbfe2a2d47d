import type { Judgement, Scope } from './expression.ts';

const token = /\s*(?:has\(\s*(params|agent|figures|controls)\.([A-Za-z_]\w*)\s*\)|(&&|\|\||!|\(|\)))/y;
/** An expression of this many parts is within every limit of the language, however deep it goes. */
const mostTokens = 16;

type Facts = Pick<Scope, 'params' | 'agent' | 'figures' | 'controls'>;
type Token = boolean | '&&' | '||' | '!' | '(' | ')';

/**
 * Judges an expression that asks no more than what is there, as `has(controls.kill) && !has(controls.queue)`: what most steps of a runbook
 * begin with, decided without loading the language. Null: it asks more than that, or its names or its form are for the language to judge.
 */
export const judgePresence = (expression: string, scope: Facts): Judgement | null => {
  const tokens = tokensOf(expression, scope);
  if (tokens === null || tokens.length > mostTokens) return null;
  const read = readAny(tokens, 0);
  return read === null || read.next !== tokens.length ? null : { value: read.value, why: null };
};

const tokensOf = (expression: string, scope: Facts): readonly Token[] | null => {
  const tokens: Token[] = [];
  const end = expression.trimEnd().length;
  token.lastIndex = 0;
  while (token.lastIndex < end) {
    const match = token.exec(expression);
    if (match === null) return null;
    const [, root, name = '', sign] = match;
    if (sign !== undefined) tokens.push(sign as Token);
    else {
      const facts = scope[root as keyof Facts];
      if (facts === null || reserved.has(name)) return null;
      tokens.push(Object.hasOwn(facts, name) && facts[name] !== null && facts[name] !== undefined);
    }
  }
  return tokens;
};

/** Words that are no names in CEL (language definition, section Syntax). */
const reserved = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(' '),
);

interface Read {
  readonly value: boolean;
  /** The first token behind it. */
  readonly next: number;
}

const readAny = (tokens: readonly Token[], from: number): Read | null => readJoined(tokens, from, '||', readAll);
const readAll = (tokens: readonly Token[], from: number): Read | null => readJoined(tokens, from, '&&', readOne);

const readJoined = (tokens: readonly Token[], from: number, sign: '&&' | '||', part: typeof readAll): Read | null => {
  let read = part(tokens, from);
  while (read !== null && tokens[read.next] === sign) {
    const further: Read | null = part(tokens, read.next + 1);
    if (further === null) return null;
    read = { value: sign === '&&' ? read.value && further.value : read.value || further.value, next: further.next };
  }
  return read;
};

const readOne = (tokens: readonly Token[], from: number): Read | null => {
  const first = tokens[from];
  if (typeof first === 'boolean') return { value: first, next: from + 1 };
  if (first === '!') {
    const read = readOne(tokens, from + 1);
    return read === null ? null : { value: !read.value, next: read.next };
  }
  const inner = first === '(' ? readAny(tokens, from + 1) : null;
  return inner !== null && tokens[inner.next] === ')' ? { value: inner.value, next: inner.next + 1 } : null;
};
