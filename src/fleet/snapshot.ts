import { createHash } from 'node:crypto';
import { dig, digArray, isObject, type Json, parseJson } from '../ground/json.ts';
import { isPostgresUrl } from '../ground/store/postgres-address.ts';
import type { Fleet } from './agent.ts';
import { joinParts, shareParts } from './shared-parts.ts';

/** Everything a loaded fleet depends on: while none of it changes, the snapshot is the fleet. */
export interface SnapshotInputs {
  /** Absolute path → hash of its text. */
  readonly files: Readonly<Record<string, string>>;
  /** Absolute folder and glob → the files it matched. */
  readonly globs: Readonly<Record<string, readonly string[]>>;
  /** Non-secret variables that were replaced → hash of their value; null where they were not set. */
  readonly variables: Readonly<Record<string, string | null>>;
  /** Variables, and `file:` with a path, that may be the URL of PostgreSQL → whether they were; null where there was nothing. */
  readonly peeked: Readonly<Record<string, boolean | null>>;
}

/** Whether a value is the URL of PostgreSQL; null: there is no value. */
export const isPostgresValue = (value: string | undefined | null): boolean | null =>
  value === undefined || value === null || value === '' ? null : isPostgresUrl(value);

export interface Snapshot {
  readonly inputs: SnapshotInputs;
  readonly fleet: Fleet;
}

const format = 7;

export const hashText = (text: string): string => createHash('sha256').update(text).digest('hex');

/** A fleet of many checks says most things many times over: each is written, and later held, once. */
export const encodeSnapshot = (version: string, inputs: SnapshotInputs, fleet: Fleet): string => {
  const { parts, value } = shareParts(fleet as unknown as Json);
  return JSON.stringify({ format, version, path: fleet.path, inputs, parts, fleet: value });
};

/** A snapshot of the manifest at that path, written by this very version; null for anything else. */
export const decodeSnapshot = (text: string, version: string, path: string): Snapshot | null => {
  const value = parseJson(text);
  if (dig(value, 'format') !== format || dig(value, 'version') !== version || dig(value, 'path') !== path) return null;
  const [inputs, fleet] = [dig(value, 'inputs'), dig(value, 'fleet')];
  const whole = ['files', 'globs', 'variables', 'peeked'].every((name) => isObject(dig(inputs, name))) && isObject(fleet);
  if (!whole) return null;
  return {
    inputs: inputs as unknown as SnapshotInputs,
    fleet: joinParts({ parts: digArray(value, 'parts'), value: fleet }) as unknown as Fleet,
  };
};

/** True while every input still reads as it did. */
export const isFresh = (
  { files, globs, variables, peeked }: SnapshotInputs,
  now: { file(path: string): string | null; glob(key: string): readonly string[]; variable(name: string): string | undefined },
): boolean =>
  Object.entries(files).every(([path, hash]) => {
    const text = now.file(path);
    return text !== null && hashText(text) === hash;
  }) &&
  Object.entries(globs).every(([key, matched]) => now.glob(key).join('\n') === matched.join('\n')) &&
  Object.entries(variables).every(([name, hash]) => {
    const value = now.variable(name);
    return (value === undefined ? null : hashText(value)) === hash;
  }) &&
  Object.entries(peeked).every(([name, was]) => {
    const value = name.startsWith('file:') ? now.file(name.slice('file:'.length)) : now.variable(name);
    return isPostgresValue(value) === was;
  });
