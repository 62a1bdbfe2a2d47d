import { isObject } from '../ground/json.ts';
import { shown } from './problem-words.ts';
import { type Problem, readWith, suggestion } from './problems.ts';
import type { Description, SlotReader } from './slots.ts';

/**
 * Reads a slot whose kind is named by one of its keys, loading the schema of that kind alone.
 * @param noun what the slot holds, for messages: `protocol`, `control`
 */
export const readByKind = (
  key: string,
  noun: string,
  registry: Readonly<Record<string, () => Promise<{ default: Description }>>>,
): SlotReader => {
  const kindOf = (raw: unknown): string | null => {
    const kind = isObject(raw) ? raw[key] : undefined;
    return typeof kind === 'string' && Object.hasOwn(registry, kind) ? kind : null;
  };
  const load = async (kind: string) => (await registry[kind]?.())?.default;
  return {
    spelling: { by: 'key', key },
    async schemaOf(raw) {
      const kind = kindOf(raw);
      return kind === null ? null : ((await load(kind))?.config ?? null);
    },
    async read(value) {
      const problem = (path: readonly PropertyKey[], message: string, hint: string | null): { problems: Problem[] } => ({
        problems: [{ path, about: 'value', message, hint }],
      });
      const names = Object.keys(registry);
      if (!isObject(value))
        return problem([], `must be a map with the key ${key}, not ${shown(value)}`, `begin it with ${key}: ${names.join(' | ')}`);
      const named = value[key];
      if (named === undefined) return problem([key], 'is missing', `add ${key}: ${names.join(' | ')}`);
      const kind = kindOf(value);
      if (kind === null)
        return problem([key], `names no ${noun} that this version knows (found ${shown(named)})`, suggestion(String(named), names));
      const schema = (await load(kind))?.config;
      if (schema === undefined) return problem([key], `names no ${noun}`, null);
      const config = readWith(schema, value);
      return 'problems' in config ? config : { kind, config: config.data };
    },
    async variants() {
      const loaded = await Promise.all(Object.keys(registry).map(load));
      return loaded.flatMap((each) => (each === undefined ? [] : [{ kind: each.kind, summary: each.summary, schema: each.config }]));
    },
  };
};
