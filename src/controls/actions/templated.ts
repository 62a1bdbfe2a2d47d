import { usageError } from '../../ground/errors.ts';
import { canonicalJson, type Json } from '../../ground/json.ts';
import { compileJsonPath } from '../../ground/json-path.ts';
import { controlledActions } from './bound.ts';
import { standsAs } from './compare.ts';
import type { Action, Change, Desired, Observed, Touched } from './port.ts';
import { holesOf, type Values } from './template.ts';

/** What a control of the author's own making can be bound to. Its way back is its own undo, so that it enables nothing. */
export const templatedActions: readonly Action[] = [...controlledActions, 'call'];

/** How the author's own control is read, and what it is to come to. Names of `values` are those of the parameters, or of `wants`. */
export interface Reading {
  /** Name → JSONPath into what is read; null: it cannot be read. */
  readonly values: Readonly<Record<string, string>> | null;
  /** What shall be read afterwards, beside the parameters. */
  readonly wants: Values;
}

/** What a plan shows of a control that cannot be read: what will be done, in a line. */
export const doing = 'does';

/** What a rehearsal begins with: nothing is known of the plane but the names of its values. */
export const healthyValues = ({ values }: Reading): Touched =>
  values === null ? { [doing]: null } : Object.fromEntries(Object.keys(values).map((name) => [name, 'as usual']));

/** The values that were read; a path that leads nowhere is null. */
export const readValues = (values: Readonly<Record<string, string>>, answer: Json): Touched =>
  Object.fromEntries(
    Object.entries(values).map(([name, source]) => {
      const compiled = compileJsonPath(source);
      return [name, compiled.ok ? (compiled.path.first(answer) ?? null) : null];
    }),
  );

/**
 * The change that a wish comes to. All values are kept in it, those too that only fill templates; null where what can be read is so already.
 * @param does what will be done, in a line
 * @param lasting why it cannot be undone; null where it can
 */
export const plannedChange = (
  { action, params }: Desired,
  { target, touched }: Observed,
  { values, wants }: Reading,
  does: string,
  lasting: string | null,
): Change | null => {
  const to: Touched = values === null ? { [doing]: does, ...wants, ...params } : { ...wants, ...params };
  const from: Touched =
    values === null ? { [doing]: null } : Object.fromEntries(Object.keys(to).map((name) => [name, touched[name] ?? null]));
  const change: Change = { action, target, from, to, version: null, reversible: lasting === null, lasting };
  if (values === null) return change;
  const seen = onlyRead(change, values);
  return Object.keys(seen.to).length > 0 && standsAs(seen.to, seen.from) ? null : change;
};

/**
 * Throws a usage error for a parameter that no template takes: what is wanted would be passed over in silence.
 * @param template of everything that is sent or run
 */
export const requirePlaces = ({ action, params }: Desired, template: Json, { values }: Reading): void => {
  const places = new Set([...holesOf(template), ...Object.keys(values ?? {})]);
  const lost = Object.keys(params).find((name) => !places.has(name));
  if (lost === undefined) return;
  throw usageError({
    code: 'wish_not_understood',
    message: `this control for ${action.replace('_', ' ')} has no place for ${lost}`,
    hint: `write {{ ${lost} }} where it belongs, or leave ${lost} out`,
  });
};

/** A change as far as it can be read back. */
export const onlyRead = (change: Change, values: Readonly<Record<string, string>>): Change => {
  const pick = (touched: Touched): Touched => Object.fromEntries(Object.entries(touched).filter(([name]) => Object.hasOwn(values, name)));
  return { ...change, from: pick(change.from), to: pick(change.to) };
};

/** What fills the templates of a change: its values, and for its way back those that were there before. */
export const fillingOf = ({ from, to }: Change, direction: 'there' | 'back', values: Reading['values']): Values => {
  if (direction === 'there' || values === null) return to;
  return { ...to, ...Object.fromEntries(Object.entries(from).filter(([name]) => Object.hasOwn(values, name))) };
};

/** Whether all conditions on an answer hold: JSONPath → what the first match must be. */
export const holds = (where: Readonly<Record<string, Json>>, answer: Json): boolean =>
  Object.entries(where).every(([source, wanted]) => {
    const compiled = compileJsonPath(source);
    const found = compiled.ok ? compiled.path.first(answer) : undefined;
    return found !== undefined && canonicalJson(found) === canonicalJson(wanted);
  });
