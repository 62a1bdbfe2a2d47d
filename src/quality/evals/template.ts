import { type Problem, suggestion } from '../../fleet/problems.ts';
import type { Json } from '../../ground/json.ts';

export type Vars = Readonly<Record<string, Json>>;

type Report = (problem: Problem) => void;

/** `{{name}}`, `{{a.b}}`, `{{list.0}}`; `\{{` stands for a plain `{{`. */
const placeholder = /\\\{\{|\{\{([^{}]*)\}\}/g;
const variable = /^[\p{L}_][\p{L}\p{N}_-]*(?:\.[\p{L}\p{N}_-]+)*$/u;

/**
 * A text with its variables filled in, once: what a variable holds is never looked at again, and there is no code. Text and numbers
 * stand as they are, lists and maps as JSON. What cannot be filled is reported and stays as it was written.
 * @param path where the text stands
 */
export const fillText = (text: string, vars: Vars, path: Problem['path'], report: Report): string => {
  if (!text.includes('{{')) return text;
  return text.replace(placeholder, (whole, inside: string | undefined) => {
    if (inside === undefined) return '{{';
    const name = inside.trim();
    const complain = (message: string, hint: string | null) => {
      report({ path, about: 'value', message, hint });
      return whole;
    };
    if (!variable.test(name))
      return complain(`holds {{${name}}}, and that is no variable`, 'write {{name}} or {{a.b}}; \\{{ stands for a plain {{');
    const found = lookUp(name, vars);
    if (found === undefined) return complain(`names {{${name}}}, and the case has no such variable`, hintFor(name, vars));
    return typeof found === 'string' ? found : typeof found === 'object' && found !== null ? JSON.stringify(found) : String(found ?? '');
  });
};

/** A value with the variables of all its texts filled in; keys are left alone. */
export const fillValue = (value: Json, vars: Vars, path: Problem['path'], report: Report): Json => {
  if (typeof value === 'string') return fillText(value, vars, path, report);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item: Json, at) => fillValue(item, vars, [...path, at], report));
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, fillValue(child, vars, [...path, key], report)]));
};

/** Whether a text somewhere in a value names a variable. */
export const mentions = (value: Json, name: string): boolean => {
  if (typeof value === 'string') {
    if (!value.includes('{{')) return false;
    return [...value.matchAll(placeholder)].some(([, inside]) => inside !== undefined && inside.trim().split('.')[0] === name);
  }
  return typeof value === 'object' && value !== null && Object.values(value).some((child: Json) => mentions(child, name));
};

/** A name with dots is looked for whole first: the column of a table may be called so. */
const lookUp = (name: string, vars: Vars): Json | undefined => {
  if (Object.hasOwn(vars, name)) return vars[name];
  let at: Json | undefined = vars;
  for (const part of name.split('.')) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, part)) return undefined;
    at = (at as Readonly<Record<string, Json>>)[part];
  }
  return at;
};

/** Where a path breaks off, what there is instead. */
const hintFor = (name: string, vars: Vars): string => {
  let at: Json = vars;
  for (const part of name.split('.')) {
    if (typeof at !== 'object' || at === null) break;
    if (!Object.hasOwn(at, part)) return suggestion(part, Object.keys(at)) ?? `add vars: { ${part}: … }`;
    at = (at as Readonly<Record<string, Json>>)[part] ?? null;
  }
  return 'it is no map and no list';
};

/** Whether a text somewhere in a value may have to be filled in. */
export const holdsPlaceholder = (value: Json): boolean => {
  if (typeof value === 'string') return value.includes('{{');
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsPlaceholder);
};
