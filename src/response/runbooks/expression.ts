import { type ASTNode, Environment } from '@marcbachmann/cel-js';
import type { Json } from '../../ground/json.ts';
import { nearest } from '../../ground/output/phrases.ts';

/** What an expression may look at. What is null, also a root as a whole, is not known: whatever depends on it is inconclusive. */
export type Scope = Readonly<Record<Root, Readonly<Record<string, Json>> | null>>;

/** The names that an expression begins with. */
export const roots = ['params', 'agent', 'figures', 'controls', 'steps'] as const;
type Root = (typeof roots)[number];

/** The names that stand below a root; null: they are not known while linting. */
export type Names = Readonly<Record<Root, readonly string[] | null>>;

export type Judgement = { readonly value: true | false; readonly why: null } | { readonly value: 'inconclusive'; readonly why: string };

export interface ExpressionProblem {
  readonly message: string;
  readonly hint: string | null;
}

const mostListed = 100;
const mostNested = 2;

/** Only lists and maps that are at hand are walked: with these limits nothing takes longer than ten thousand steps. */
const limits = { maxAstNodes: 300, maxDepth: 30, maxListElements: mostListed, maxMapEntries: mostListed, maxCallArguments: 8 };

const language = new Environment({ unlistedVariablesAreDyn: false, homogeneousAggregateLiterals: false, limits });
for (const root of roots) language.registerVariable(root, 'map');
// A figure is a double, a number that an author writes without a point is an int: CEL would add neither to the other.
const mixed: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
};
for (const [sign, compute] of Object.entries(mixed)) {
  language.registerOperator(`double ${sign} int`, (a: number, b: bigint) => compute(a, Number(b)));
  language.registerOperator(`int ${sign} double`, (a: bigint, b: number) => compute(Number(a), b));
}

/** What is wrong with an expression, before it is ever used; null: nothing. */
export const expressionProblem = (text: string, names: Names): ExpressionProblem | null => {
  try {
    const parsed = language.parse(text);
    const wrong = nodeProblem(parsed.ast as unknown, 0) ?? nameProblem(parsed.ast as unknown, names);
    if (wrong !== null) return wrong;
    const { valid, error, type } = parsed.check();
    if (!valid) return { message: `is no expression: ${sentence(error)}`, hint: null };
    if (type === 'bool' || type === 'dyn') return null;
    return { message: `gives a value of type ${type}, not true or false`, hint: 'compare it with something' };
  } catch (thrown) {
    return { message: `is no expression: ${sentence(thrown)}`, hint: 'write it like figures.error_rate < 0.05 && params.minutes > 5' };
  }
};

/** The value of an expression. What it asks for and is not there, and whatever else goes wrong, is inconclusive: never false. */
export const judgeExpression = (text: string, scope: Scope): Judgement => {
  try {
    const value: unknown = language.evaluate(text, known(scope));
    if (value === true || value === false) return { value, why: null };
    return { value: 'inconclusive', why: `${text} gives neither true nor false` };
  } catch (thrown) {
    return { value: 'inconclusive', why: `${text}: ${sentence(thrown)}` };
  }
};

const words = { no_such_key: /^No such key: (.*)$/s } as const;

const sentence = (thrown: unknown): string => {
  const summary = (thrown as { readonly summary?: unknown }).summary;
  const text = typeof summary === 'string' ? summary : thrown instanceof Error ? thrown.message : String(thrown);
  const [, key] = words.no_such_key.exec(text) ?? [];
  return key === undefined ? text.replace(/\s+/g, ' ').slice(0, 200) : `${key} is not known`;
};

/** Without what is null, and without the ends of endless lists. */
const known = (value: unknown): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(value as Record<string, unknown>).flatMap(([key, each]) => {
      if (each === null || each === undefined) return [];
      if (Array.isArray(each)) return [[key, each.slice(0, mostListed)]];
      return [[key, typeof each === 'object' ? known(each) : each]];
    }),
  );

type Node = Pick<ASTNode, 'op'> & { readonly args: unknown };

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && 'op' in value && 'args' in value;

const childrenOf = (value: unknown): readonly unknown[] => (isNode(value) ? childrenOf(value.args) : Array.isArray(value) ? value : []);

const walks = ['exists', 'all', 'exists_one', 'map', 'filter'];

/** What is refused though it is good CEL: patterns that may take for ever, and walks inside walks. */
const nodeProblem = (value: unknown, nested: number): ExpressionProblem | null => {
  const called = isNode(value) && (value.op === 'call' || value.op === 'rcall') && Array.isArray(value.args) ? String(value.args[0]) : null;
  if (called === 'matches') return { message: 'uses matches, which is refused here', hint: 'use contains, startsWith, endsWith or in' };
  const depth = called !== null && walks.includes(called) ? nested + 1 : nested;
  if (depth > mostNested) return { message: `walks lists inside lists more than ${mostNested} deep`, hint: 'walk one list at a time' };
  for (const child of childrenOf(value)) {
    const found = nodeProblem(child, depth);
    if (found !== null) return found;
  }
  return null;
};

/** A name that nothing will ever stand for would be inconclusive for ever. */
const nameProblem = (value: unknown, names: Names): ExpressionProblem | null => {
  if (isNode(value) && value.op === '.' && Array.isArray(value.args)) {
    const [object, key] = value.args as readonly unknown[];
    const root = isNode(object) && object.op === 'id' ? String(object.args) : '';
    const valid = isRoot(root) ? names[root] : null;
    if (valid !== null && typeof key === 'string' && !valid.includes(key)) {
      const near = nearest(key, valid);
      return {
        message: `asks for ${root}.${key}, which does not exist`,
        hint: near !== null ? `did you mean ${root}.${near}?` : valid.length === 0 ? null : `there are ${valid.join(', ')}`,
      };
    }
  }
  for (const child of childrenOf(value)) {
    const found = nameProblem(child, names);
    if (found !== null) return found;
  }
  return null;
};

const isRoot = (name: string): name is Root => (roots as readonly string[]).includes(name);
