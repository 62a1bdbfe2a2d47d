import { z } from 'zod';
import { type FieldMeta, fieldMeta } from './fields.ts';

/** One of the shapes a value may have: what is left of a schema when unions, defaults and wrappers are taken off. */
export interface Shape {
  readonly schema: z.ZodType;
  readonly meta: FieldMeta;
}

/** All shapes that may stand where `schema` stands. A schema with metadata of ours is a shape whole: its inside is nobody's business. */
export const shapesOf = (schema: z.ZodType): readonly Shape[] => {
  const known = shapes.get(schema);
  if (known !== undefined) return known;
  const found = findShapes(schema);
  shapes.set(schema, found);
  return found;
};

/** Schemas never change, and a manifest is walked by the same few a thousand times. */
const shapes = new WeakMap<z.ZodType, readonly Shape[]>();

const findShapes = (schema: z.ZodType): readonly Shape[] => {
  const meta = fieldMeta.get(schema);
  if (meta !== undefined) return [{ schema, meta }];
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((option) => shapesOf(option as z.ZodType));
  const inner = innerOf(schema);
  return inner === null ? [{ schema, meta: {} }] : shapesOf(inner);
};

/** The schema inside a wrapper that does not change what an author types; null where there is no wrapper. */
export const innerOf = (schema: z.ZodType): z.ZodType | null => {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodReadonly
  ) {
    return schema.def.innerType as z.ZodType;
  }
  if (schema instanceof z.ZodPipe) return schema.def.in as z.ZodType;
  if (schema instanceof z.ZodLazy) return schema.def.getter() as z.ZodType;
  return null;
};

/** What may stand under a key (or, in a list, at a position) of a shape; null where nothing may. */
export const childOf = ({ schema }: Shape, key: PropertyKey): z.ZodType | null => {
  if (schema instanceof z.ZodObject) {
    const shape = schema.def.shape as Record<string, z.ZodType>;
    if (Object.hasOwn(shape, key)) return shape[String(key)] ?? null;
    const rest = schema.def.catchall as z.ZodType | undefined;
    return rest === undefined || rest instanceof z.ZodNever ? null : rest;
  }
  if (schema instanceof z.ZodRecord) return schema.def.valueType as z.ZodType;
  if (schema instanceof z.ZodArray) return schema.def.element as z.ZodType;
  if (schema instanceof z.ZodTuple) return (schema.def.items[Number(key)] as z.ZodType | undefined) ?? null;
  return null;
};

/** All shapes that may stand under a key (or, in a list, at a position) of a placed tree. */
export const childShapes = (shape: Shape, key: PropertyKey): readonly Shape[] => {
  const isList = shape.schema instanceof z.ZodArray || shape.schema instanceof z.ZodTuple;
  if (isList !== (typeof key === 'number') && !(shape.schema instanceof z.ZodUnknown)) return [];
  if (shape.schema instanceof z.ZodUnknown) return [{ schema: shape.schema, meta: {} }];
  const child = childOf(shape, key);
  return child === null ? [] : shapesOf(child);
};

/** The named keys of a shape, in the order they are declared. */
export const keysOf = ({ schema }: Shape): readonly string[] =>
  schema instanceof z.ZodObject ? Object.keys(schema.def.shape as Record<string, unknown>) : [];

/** All shapes that may stand at a path below `schema`. */
export const shapesAt = (schema: z.ZodType, path: readonly PropertyKey[]): readonly Shape[] =>
  path.reduce<readonly Shape[]>(
    (shapes, key) =>
      shapes.flatMap((shape) => {
        const child = childOf(shape, key);
        return child === null ? [] : shapesOf(child);
      }),
    shapesOf(schema),
  );
