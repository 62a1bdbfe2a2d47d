import { z } from 'zod';
import { formatMoney, formatShare } from '../ground/units/amount.ts';
import { formatDuration } from '../ground/units/duration.ts';
import { fieldMeta } from './fields.ts';
import { innerOf, type Shape, shapesOf } from './schema-walk.ts';

/** The sentence that an author reads about a field: the outermost one, because it was written for this place. */
export const meaningOf = (schema: z.ZodType): string | null => {
  const said = schema.description;
  if (said !== undefined) return said;
  const inner = fieldMeta.get(schema) === undefined ? innerOf(schema) : null;
  return inner === null ? null : meaningOf(inner);
};

/** Whether a map without this field is refused. */
export const isRequired = (schema: z.ZodType): boolean => !schema.safeParse(undefined).success;

/** What stands for a field that is left out, as an author would write it; undefined where nothing does. */
export const defaultOf = (schema: z.ZodType): unknown => {
  if (schema instanceof z.ZodDefault) return written(schema.def.defaultValue, schema.def.innerType as z.ZodType);
  const inner = fieldMeta.get(schema) === undefined && !(schema instanceof z.ZodPrefault) ? innerOf(schema) : null;
  return inner === null ? undefined : defaultOf(inner);
};

const written = (value: unknown, schema: z.ZodType): unknown => {
  const unit = shapesOf(schema).find(({ meta }) => meta.unit !== undefined)?.meta.unit;
  if (typeof value !== 'number' || unit === undefined) return value;
  if (unit === 'duration') return formatDuration(value);
  if (unit === 'amount of money') return formatMoney(value);
  return unit === 'share' ? formatShare(value) : value;
};

/** What may be written in the place of a schema, in the words of an author: `duration, like 90s, 15m, 2h or 7d`. */
export const typeOf = (schema: z.ZodType): string => {
  if (isAnyJson(schema)) return 'any value';
  return [...new Set(shapesOf(schema).map(typeOfShape))].join('; or ');
};

/** The same in a word or two: `duration`. */
export const briefTypeOf = (schema: z.ZodType): string => typeOf(schema).replace(/, (?:like|with) [^;]*/g, '');

const typeOfShape = ({ schema, meta }: Shape): string => {
  if (meta.slot !== undefined) return meta.slot === 'expect' ? 'assertion' : meta.slot;
  if (meta.unit !== undefined) return likeExamples(meta.unit, meta.input?.['examples']);
  if (meta.deferred === 'secret') return 'reference to a secret, like ${NAME} or ${file:path}';
  if (meta.deferred === 'url') return 'URL, with references like ${NAME} if need be';
  if (meta.deferred === 'text') return 'text, with references like ${NAME} if need be';
  if (schema instanceof z.ZodLiteral) return listed([...schema.values].map(String));
  if (schema instanceof z.ZodEnum) return listed(schema.options.map(String));
  if (schema instanceof z.ZodString) return 'text';
  if (schema instanceof z.ZodNumber) return numberType(schema);
  if (schema instanceof z.ZodBoolean) return 'true or false';
  if (schema instanceof z.ZodNull) return 'null';
  if (schema instanceof z.ZodArray) return `list of ${many(schema.element as z.ZodType)}`;
  if (schema instanceof z.ZodTuple) return `list of ${schema.def.items.length}`;
  if (schema instanceof z.ZodRecord) return `map of names to ${many(schema.valueType as z.ZodType)}`;
  return schema instanceof z.ZodObject ? 'map' : 'any value';
};

const many = (schema: z.ZodType): string => {
  const type = typeOf(schema);
  return /^(map|assertion|endpoint|backend|control|queue|number)$/.test(type) ? `${type}s` : type;
};

const numberType = (schema: z.ZodNumber): string => {
  const noun = schema.format === 'safeint' ? 'whole number' : 'number';
  const { minValue: min, maxValue: max } = schema;
  const from = Number.isSafeInteger(min) && min !== Number.MIN_SAFE_INTEGER ? min : null;
  const to = Number.isFinite(max) && max !== Number.MAX_SAFE_INTEGER ? max : null;
  if (from !== null && to !== null) return `${noun} from ${from} to ${to}`;
  if (from !== null) return `${noun}, at least ${from}`;
  return to === null ? noun : `${noun}, at most ${to}`;
};

const likeExamples = (unit: string, examples: unknown): string =>
  Array.isArray(examples) && examples.length > 0 ? `${unit}, like ${listed(examples.map(String))}` : unit;

const listed = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;

/** `z.json()`: the one schema that contains itself. */
const isAnyJson = (schema: z.ZodType): boolean => schema instanceof z.ZodLazy;
