import { isObject, type Json, type JsonObject } from '../../ground/json.ts';
import type { Attributes } from './raw-span.ts';

/** Values that are read as a whole: their keys are not parts of a name. */
const whole: ReadonlySet<string> = new Set(['metadata', 'input.value', 'output.value']);

/** Attributes by name, `{llm: {model_name: x}}` and `{"llm.model_name": x}` alike as `llm.model_name`. Of several objects the later one wins. */
export const flatAttributes = (...objects: readonly unknown[]): Attributes => {
  const flat = new Map<string, Json>();
  const walk = (object: JsonObject, prefix: string) => {
    for (const [key, value] of Object.entries(object)) {
      const name = prefix + key;
      if (isObject(value) && !whole.has(name)) walk(value, `${name}.`);
      else flat.set(name, value);
    }
  };
  for (const object of objects) if (isObject(object)) walk(object, '');
  return flat;
};
