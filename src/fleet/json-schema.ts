import { z } from 'zod';
import { isObject, type JsonObject } from '../ground/json.ts';
import { defaultOf } from './field-facts.ts';
import { fieldMeta } from './fields.ts';
import type { SlotVariant, Spelling } from './slots.ts';

/** What may fill one slot. */
export interface SlotKinds {
  readonly spelling: Spelling;
  readonly variants: readonly SlotVariant[];
}

type Schema = Record<string, unknown>;

const dialect = 'https://json-schema.org/draft/2020-12/schema';
/** Where the text of a field may be replaced by `${NAME}` before it is read. */
const reference = '\\$\\{[^}]+\\}';

/** JSON Schema (draft 2020-12) of what an author may write, with every slot spelled out: for editors, and for checks without this tool. */
export const jsonSchemaOf = (schema: z.ZodType, slots: Readonly<Record<string, SlotKinds>>, title: string): JsonObject => {
  const definitions = Object.entries(slots).flatMap(([slot, kinds]) =>
    kinds.spelling.by === 'key' ? keyedSlot(slot, kinds) : namedSlot(slot, kinds),
  );
  return { $schema: dialect, title, ...convert(schema), $defs: Object.fromEntries(definitions) } as JsonObject;
};

/** JSON Schema of a document that this tool prints; keys may be added to it, so further ones are no error. */
export const documentSchemaOf = (schema: z.ZodType, title: string): JsonObject => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input' });
  return { $schema: dialect, title, ...(rest as object) };
};

const convert = (schema: z.ZodType): Schema => {
  const { $schema: _, ...converted } = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => rewrite(zodSchema as unknown as z.ZodType, jsonSchema as Schema),
  });
  return withoutCircles(converted) as Schema;
};

/** Says what an author types, where zod knows only what becomes of it. */
const rewrite = (schema: z.ZodType, target: Schema): void => {
  const meta = fieldMeta.get(schema);
  if (meta?.slot !== undefined) target['$ref'] = `#/$defs/${meta.slot}`;
  if (meta?.input !== undefined) {
    const { description } = target;
    for (const key of Object.keys(target)) delete target[key];
    Object.assign(target, meta.input, description === undefined ? {} : { description });
  }
  if (schema instanceof z.ZodDefault) target['default'] = defaultOf(schema);
  if (schema instanceof z.ZodPrefault) delete target['default'];
  if (meta?.deferred === undefined) allowReference(target);
};

/** A field with a form of its own may also be written as a reference, which is replaced before the form is looked at. */
const allowReference = (target: Schema): void => {
  const { type, pattern, enum: values, description, default: fallback, ...rest } = target;
  const about = { ...(description === undefined ? {} : { description }), ...(fallback === undefined ? {} : { default: fallback }) };
  const replace = (parts: Schema) => {
    for (const key of Object.keys(target)) delete target[key];
    Object.assign(target, parts, about);
  };
  if (Array.isArray(values))
    replace({
      anyOf: [
        { type, enum: values, ...rest },
        { type: 'string', pattern: reference },
      ],
    });
  else if (typeof pattern === 'string' && !pattern.includes(reference)) target['pattern'] = `(?:${pattern})|${reference}`;
  else if ((type === 'number' || type === 'integer' || type === 'boolean') && !Object.hasOwn(target, 'const'))
    replace({ ...rest, type: [type, 'string'], pattern: reference });
};

/** The one schema that contains itself is `z.json()`, which is any value: its circle is cut, so that a piece can be moved into another document. */
const withoutCircles = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withoutCircles);
  if (!isObject(value)) return value;
  const target = value['$ref'];
  if (target === '#' || (typeof target === 'string' && target.startsWith('#/$defs/__'))) {
    const { $ref: _, ...rest } = value;
    return withoutCircles(rest);
  }
  return Object.fromEntries(Object.entries(value).flatMap(([key, child]) => (key === '$defs' ? [] : [[key, withoutCircles(child)]])));
};

/** A map whose kind is told by one of its keys. */
const keyedSlot = (slot: string, { spelling, variants }: SlotKinds): readonly (readonly [string, Schema])[] => {
  const key = spelling.by === 'key' ? spelling.key : '';
  const members = variants.map(({ kind, summary, schema }): readonly [string, Schema] => {
    const converted = convert(schema);
    const properties = { ...(converted['properties'] as Schema), [key]: { const: kind, description: summary } };
    return [`${slot}.${kind}`, { title: kind, description: summary, ...converted, properties }];
  });
  const names = variants.map(({ kind }) => kind);
  // The kind is asked first, so that an unknown one is one complaint and not one for each kind there is.
  const chosen = members.map(([name], at) => ({
    if: { properties: { [key]: { const: names[at] } } },
    // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema
    then: { $ref: `#/$defs/${name}` },
  }));
  return [
    [slot, { type: 'object', required: [key], properties: { [key]: { description: `Which ${slot} it is.`, enum: names } }, allOf: chosen }],
    ...members,
  ];
};

/** One expectation: `is-refusal`, `contains: x` or `{ type: contains, value: x }`, each also as `not-…`. */
const namedSlot = (slot: string, { spelling, variants }: SlotKinds): readonly (readonly [string, Schema])[] => {
  const settings = spelling.by === 'name' ? (convert(spelling.settings)['properties'] as Schema) : {};
  const both = ({ kind }: SlotVariant) => [kind, `not-${kind}`];
  const valueRef = ({ kind }: SlotVariant) => ({ $ref: `#/$defs/${slot}.${kind}` });
  const values = variants.map((variant): readonly [string, Schema] => [
    `${slot}.${variant.kind}`,
    { title: variant.kind, description: variant.summary, ...valueSchema(variant) },
  ]);
  const bare = {
    description: 'The name alone, where no value is needed.',
    enum: variants.filter(({ value }) => value === 'none' || value === 'optional').flatMap(both),
  };
  const short = {
    description: 'name: value',
    type: 'object',
    properties: Object.fromEntries(
      variants.flatMap((variant) => both(variant).map((name) => [name, { description: aboutName(variant, name), ...valueRef(variant) }])),
    ),
    minProperties: 1,
    maxProperties: 1,
    additionalProperties: false,
  };
  const long = {
    description: 'type, value, and settings beside them',
    type: 'object',
    required: ['type'],
    properties: {
      type: { description: 'The name of the assertion.', enum: variants.flatMap(both) },
      value: { description: 'What the assertion is given.' },
      ...settings,
    },
    additionalProperties: false,
    allOf: variants.map((variant) => ({
      if: { properties: { type: { enum: both(variant) } } },
      // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema
      then: { properties: { value: valueRef(variant) }, ...requiredIn(variant) },
    })),
  };
  return [[slot, { description: 'One assertion.', anyOf: [bare, short, long] }], ...values];
};

const aboutName = ({ kind, summary }: SlotVariant, name: string): string =>
  name === kind ? summary : `The opposite of ${kind}. ${summary}`;

const valueSchema = ({ schema, value }: SlotVariant): Schema => {
  if (value === 'none') return { enum: [null, true] };
  const converted = convert(schema);
  if (value === 'optional') return { anyOf: [converted, { type: 'null' }] };
  // A bare number belongs into `threshold`; as a value it would have no unit.
  return value === 'threshold' ? { ...converted, not: { type: 'number' } } : converted;
};

const requiredIn = ({ value }: SlotVariant): Schema => {
  if (value === 'none' || value === 'optional') return {};
  return value === 'threshold' ? { anyOf: [{ required: ['value'] }, { required: ['threshold'] }] } : { required: ['value'] };
};
