import { dig, digString, isObject } from '../ground/json.ts';
import type { Contradiction } from './consistency.ts';
import { quoted } from './problem-words.ts';
import { suggestion } from './problems.ts';

/** What a control may name elsewhere in the manifest: the key it stands under → the section. */
const named = { connection: 'connections', backend: 'backends' } as const;

/**
 * Connections and backends that the controls of an agent name, and that are not there.
 * @param manifest as it was written
 */
export const controlContradictions = (manifest: unknown, agent: string): readonly Contradiction[] =>
  controlsIn(dig(manifest, 'agents', agent, 'controls'), ['agents', agent, 'controls']).flatMap(({ control, path }) =>
    Object.entries(named).flatMap(([key, section]) => {
      const name = digString(control, key);
      const there = dig(manifest, section);
      if (name === null || (isObject(there) && Object.hasOwn(there, name))) return [];
      const hint = suggestion(name, isObject(there) ? Object.keys(there) : []) ?? `add it under ${section}:`;
      return [{ path: [...path, key], message: `names no ${key} of this fleet (found ${quoted(name)})`, hint }];
    }),
  );

/**
 * What an agent says of its workers, and cannot be.
 * @param manifest as it was written
 */
export const scaleContradictions = (manifest: unknown, agent: string): readonly Contradiction[] => {
  const [scale, queue, control] = [['scale'], ['queue'], ['controls', 'scale']].map((path) => dig(manifest, 'agents', agent, ...path));
  const path = ['agents', agent, 'scale'];
  if (!isObject(scale)) return [];
  if (queue === undefined) return [{ path, message: 'follows no queue', hint: `add queue: to agents.${agent}` }];
  if (scale['auto'] !== true || control !== undefined) return [];
  return [{ path: [...path, 'auto'], message: 'has nothing that it could be done by', hint: `add controls.scale to agents.${agent}` }];
};

interface Found {
  readonly control: unknown;
  readonly path: readonly PropertyKey[];
}

/** Every control under a value, however its section groups them. */
const controlsIn = (value: unknown, path: readonly PropertyKey[]): readonly Found[] => {
  if (isObject(value) && Object.hasOwn(value, 'via')) return [{ control: value, path }];
  const inside: readonly (readonly [PropertyKey, unknown])[] = Array.isArray(value)
    ? [...value.entries()]
    : isObject(value)
      ? Object.entries(value)
      : [];
  return inside.flatMap(([key, child]) => controlsIn(child, [...path, key]));
};
