import { z } from 'zod';
import { canonicalJson, type Json } from '../../../ground/json.ts';
import { compileJsonPath } from '../../../ground/json-path.ts';
import { compilePattern } from '../../../ground/pattern.ts';
import { excerpt, excerptOf } from '../../../ground/redaction/redaction.ts';
import { answerJson, answerText } from '../answer.ts';
import { embeddedJson } from '../embedded-json.ts';
import { patternField } from '../fields.ts';
import { judged } from '../grading.ts';
import { compileShape, type Shape } from '../json-shape.ts';
import type { Assertion, Family } from '../port.ts';

const schemaField = () =>
  z.json().superRefine((schema, ctx) => {
    const compiled = compileShape(schema);
    if (!compiled.ok) ctx.addIssue({ code: 'custom', message: compiled.problem, input: schema });
  });

const shapeOf = (schema: Json): Shape => {
  const compiled = compileShape(schema);
  if (!compiled.ok) throw new Error(`the schema ${compiled.problem}`);
  return compiled.shape;
};

const gradeShape = (value: Json, schema: Json | undefined) => {
  const problem = schema === undefined ? null : shapeOf(schema).problemOf(value);
  const fits = schema === undefined ? 'the answer is JSON' : 'the answer fits the schema';
  return judged(problem === null, excerptOf(value), problem === null ? fits : `the answer does not fit the schema: ${excerpt(problem)}`);
};

/** The whole answer must be JSON; a code fence around it is not. Structured output counts as JSON. */
const isJson: Assertion<Json | undefined> = {
  type: 'is-json',
  summary: 'The whole answer is JSON; with a value, JSON that fits that JSON Schema.',
  args: schemaField().optional(),
  value: 'optional',
  needs: [],
  grade: (schema, seen) => {
    const value = answerJson(seen);
    return value === undefined ? judged(false, excerpt(answerText(seen)), 'the answer is not JSON') : gradeShape(value, schema);
  },
};

/** An object or a list anywhere in the answer; with a schema, one that fits is enough. Bare numbers and words do not count. */
const containsJson: Assertion<Json | undefined> = {
  type: 'contains-json',
  summary: 'The answer contains a JSON object or list; with a value, one that fits that JSON Schema.',
  args: schemaField().optional(),
  value: 'optional',
  needs: [],
  grade: (schema, seen) => {
    const grades = embeddedJson(answerText(seen)).map((value) => gradeShape(value, schema));
    return (
      grades.find(({ verdict }) => verdict === 'pass') ??
      grades[0] ??
      judged(false, excerpt(answerText(seen)), 'the answer contains no JSON')
    );
  },
};

const jsonSchema: Assertion<Json> = {
  type: 'json-schema',
  summary: 'The answer (structured output, else its text as JSON) fits this JSON Schema.',
  args: schemaField(),
  needs: [],
  grade: (schema, seen) => {
    const value = answerJson(seen);
    return value === undefined ? judged(false, excerpt(answerText(seen)), 'the answer is not JSON') : gradeShape(value, schema);
  },
};

const pathArgs = z
  .strictObject({
    path: z.string().superRefine((source, ctx) => {
      const compiled = compileJsonPath(source);
      if (!compiled.ok) ctx.addIssue({ code: 'custom', message: compiled.problem, input: source });
    }),
    exists: z.boolean().optional(),
    equals: z.json().optional(),
    contains: z.union([z.string(), z.number(), z.boolean()]).optional(),
    matches: patternField().optional(),
    lt: z.number().optional(),
    lte: z.number().optional(),
    gt: z.number().optional(),
    gte: z.number().optional(),
  })
  .meta({ examples: [{ path: '$.order.status', equals: 'shipped' }] });
type PathArgs = z.infer<typeof pathArgs>;

const comparisons = {
  lt: (value: number, limit: number) => value < limit,
  lte: (value: number, limit: number) => value <= limit,
  gt: (value: number, limit: number) => value > limit,
  gte: (value: number, limit: number) => value >= limit,
} as const;

/** In a list: is an item; in an object: is a key; else: is inside its text. */
const holds = (value: Json, wanted: string | number | boolean): boolean => {
  if (Array.isArray(value)) return value.includes(wanted);
  if (typeof value === 'object' && value !== null) return Object.hasOwn(value, String(wanted));
  return String(value).includes(String(wanted));
};

/** What is wrong with the value at the path, or null. */
const mismatch = (value: Json, args: PathArgs): string | null => {
  if (args.equals !== undefined && canonicalJson(value) !== canonicalJson(args.equals)) return `is not ${JSON.stringify(args.equals)}`;
  if (args.contains !== undefined && !holds(value, args.contains)) return `does not contain ${JSON.stringify(args.contains)}`;
  if (args.matches !== undefined) {
    const compiled = compilePattern(args.matches);
    if (!compiled.ok) throw new Error(`${args.matches} ${compiled.problem}`);
    if (!compiled.pattern.test(typeof value === 'string' ? value : JSON.stringify(value))) return `does not match ${args.matches}`;
  }
  for (const key of ['lt', 'lte', 'gt', 'gte'] as const) {
    const limit = args[key];
    if (limit === undefined) continue;
    if (typeof value !== 'number') return 'is not a number';
    if (!comparisons[key](value, limit)) return `is not ${key} ${limit}`;
  }
  return null;
};

/** All conditions must hold for the first value that the path finds. With `exists: false` the path must find none. */
const jsonPath: Assertion<PathArgs> = {
  type: 'json-path',
  summary:
    'The value at a JSONPath of the answer: { path, exists | equals | contains | matches | lt | lte | gt | gte }; the path alone: it exists.',
  args: z.union([pathArgs, pathArgs.shape.path.transform((path): PathArgs => ({ path }))]),
  needs: [],
  grade: (args, seen) => {
    const answer = answerJson(seen);
    if (answer === undefined) return judged(false, excerpt(answerText(seen)), 'the answer is not JSON');
    const compiled = compileJsonPath(args.path);
    if (!compiled.ok) throw new Error(`the path ${args.path} ${compiled.problem}`);
    const value = compiled.path.first(answer);
    if (value === undefined) return judged(args.exists === false, excerptOf(answer), `the answer has nothing at ${args.path}`);
    if (args.exists === false) return judged(false, excerptOf(value), `the answer has a value at ${args.path}`);
    const problem = mismatch(value, args);
    return judged(problem === null, excerptOf(value), `the value at ${args.path} ${problem ?? 'is as expected'}`);
  },
};

const json: Family = { 'is-json': isJson, 'contains-json': containsJson, 'json-schema': jsonSchema, 'json-path': jsonPath };

export default json;
