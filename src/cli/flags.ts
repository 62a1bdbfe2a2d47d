import { usageError } from '../ground/errors.ts';
import { parseDuration } from '../ground/units/duration.ts';

/** An argument of a command: `<agent>` required, `[agent]` optional, `[agents...]` any number. */
export interface Argument {
  readonly name: string;
  readonly summary: string;
  readonly fallback?: string;
}

/** A flag: its spelling (`-m, --manifest <file>`), what it means in a few words, and how its value is read. */
export interface Flag {
  readonly flags: string;
  readonly summary: string;
  /** Text by default. `before`: what the same flag said earlier on the line; `flag`: its name, for an error. */
  readonly parse?: (given: string, before: unknown, flag: string) => unknown;
  readonly fallback?: unknown;
}

/** The parts of a flag's spelling. */
export const spellingOf = (flags: string): { short: string | null; long: string; takesValue: boolean } => ({
  short: /^-\w/.exec(flags)?.[0] ?? null,
  long: /--[\w-]+/.exec(flags)?.[0] ?? flags,
  takesValue: /[<[]/.test(flags),
});

/** Collects a flag that may be given several times, or once with commas. */
export const listFlag = (given: string, before: unknown): readonly string[] => [
  ...(Array.isArray(before) ? (before as readonly string[]) : []),
  ...given
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
];

const flagOf =
  <Value>(parse: (text: string) => Value | null, example: string) =>
  (given: string, _before: unknown, flag: string): Value => {
    const value = parse(given);
    if (value === null)
      throw usageError({
        code: 'flag_invalid',
        message: `${flag} cannot be ${JSON.stringify(given)}`,
        hint: `write it like ${example}`,
      });
    return value;
  };

/** Milliseconds of `90s`. */
export const durationFlag = flagOf((text) => (text === '0' ? null : parseDuration(text) || null), '30s, 15m or 2h');

/** A whole number of at least 1. */
export const countFlag = flagOf((text) => (/^[1-9]\d{0,6}$/.test(text) ? Number(text) : null), '8');

/** `i/n`, counted from 1. */
export const shardFlag = flagOf((text) => {
  const [, index = 0, of = 0] = (/^(\d{1,4})\/(\d{1,4})$/.exec(text) ?? []).map(Number);
  return index >= 1 && index <= of ? { index, of } : null;
}, '1/4');
