import { usageError } from '../ground/errors.ts';
import { parseMoney, parseShare } from '../ground/units/amount.ts';
import { longestWaitMs, parseDuration } from '../ground/units/duration.ts';
import { parseInstant } from '../ground/units/instant.ts';
import { groupings } from '../telemetry/stats/grouping.ts';
import { listFlag } from './global-flags.ts';

export { listFlag, repeatedFlag } from './global-flags.ts';
export { groupings as groupingWords };

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
  /** Text is read as if it had been given. */
  readonly fallback?: unknown;
}

/** The parts of a flag's spelling. */
export const spellingOf = (flags: string): { short: string | null; long: string; takesValue: boolean } => ({
  short: /^-\w/.exec(flags)?.[0] ?? null,
  long: /--[\w-]+/.exec(flags)?.[0] ?? flags,
  takesValue: /[<[]/.test(flags),
});

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

/** Milliseconds that something may wait: a day at most. */
export const waitFlag = flagOf((text) => {
  const ms = parseDuration(text) ?? 0;
  return ms > 0 && ms <= longestWaitMs ? ms : null;
}, '30s, 15m or 2h, a day at most');

/** Nano-dollars of `$0.40`. */
export const moneyFlag = flagOf((text) => parseMoney(text.startsWith('$') ? text : `$${text}`), '0.40 or $0.40');

/** Nano-dollars a day of `3/day`. */
export const dailyMoneyFlag = flagOf((text) => {
  const amount = text.replace(/\/day$/, '');
  return parseMoney(amount.startsWith('$') ? amount : `$${amount}`);
}, '3/day or $0.50/day');

/** A share above 0. */
export const shareFlag = flagOf((text) => parseShare(text) || null, '5%');

/** UTC epoch ms of an instant in ISO 8601, or of so long ago. */
export const instantFlag = flagOf((text) => {
  const ago = parseDuration(text);
  const us = parseInstant(text);
  return ago !== null ? Date.now() - ago : us === null ? null : Math.floor(us / 1000);
}, '2026-11-23T14:00:00Z, or 20m for twenty minutes ago');

/** A whole number of at least 1. */
export const countFlag = flagOf((text) => (/^[1-9]\d{0,6}$/.test(text) ? Number(text) : null), '8');

/** A number above 0. */
export const numberFlag = flagOf((text) => (/^\d{1,6}(?:\.\d{1,3})?$/.test(text) && Number(text) > 0 ? Number(text) : null), '5 or 0.5');

/** A TCP port; 0: any that is free. */
export const portFlag = flagOf((text) => (/^\d{1,5}$/.test(text) && Number(text) <= 65_535 ? Number(text) : null), '4318');

/** `i/n`, counted from 1. */
export const shardFlag = flagOf((text) => {
  const [, index = 0, of = 0] = (/^(\d{1,4})\/(\d{1,4})$/.exec(text) ?? []).map(Number);
  return index >= 1 && index <= of ? { index, of } : null;
}, '1/4');

/** One of a few words, spelled `<a|b|c>` in the flag, so that a shell can offer them. */
export const choiceFlag = (words: readonly string[]) => flagOf((text) => (words.includes(text) ? text : null), words.join(', '));

/** Windows of figures: from a minute to ten years of milliseconds. */
export const windowFlag = flagOf((text) => {
  const ms = parseDuration(text);
  return ms !== null && ms >= 60_000 && ms <= 3650 * 86_400_000 ? ms : null;
}, '15m, 24h or 30d');

const filterWords: readonly string[] = groupings.filter((word) => word !== 'score');

/** Collects `key=value` flags into one filter, in the spelling of `telemetry/stats`; all must hold. */
export const filterFlag = (given: string, before: unknown): Readonly<Record<string, string>> => {
  const at = given.indexOf('=');
  const [key, value] = [given.slice(0, at), given.slice(at + 1)];
  if (at <= 0 || value === '' || !filterWords.includes(key))
    throw usageError({
      code: 'flag_invalid',
      message: `${JSON.stringify(given)} is not a filter`,
      hint: `write it like model=gpt-4o; the keys are ${filterWords.join(', ')}`,
    });
  return { ...((before ?? {}) as Readonly<Record<string, string>>), [key === 'prompt-version' ? 'promptVersion' : key]: value };
};

/** `cost`, `cost:asc`: a column and its direction; figures have the greatest first. */
export const sortFlag = flagOf((text) => {
  const [, column = '', direction] = /^([\w-]+)(?::(asc|desc))?$/.exec(text) ?? [];
  return column === '' ? null : { column, descending: direction === undefined ? column !== 'key' : direction === 'desc' };
}, 'cost or p95:asc');

/** Collects words out of a few, given several times or once with commas. */
export const choicesFlag =
  (words: readonly string[]) =>
  (given: string, before: unknown, flag: string): readonly string[] => {
    const list = listFlag(given, before);
    const unknown = list.find((word) => !words.includes(word));
    if (unknown === undefined) return list;
    throw usageError({
      code: 'flag_invalid',
      message: `${flag} ${JSON.stringify(unknown)} is not known`,
      hint: `it takes ${words.join(', ')}`,
    });
  };

/** A sample: so many, or such a share. */
export const sampleFlag = flagOf((text) => {
  const share = parseShare(text);
  if (share !== null) return share > 0 ? { share } : null;
  return /^[1-9]\d{0,6}$/.test(text) ? { count: Number(text) } : null;
}, '50 or 10%');

/** A whole number from 0 to 2^32 − 1. */
export const seedFlag = flagOf((text) => (/^\d{1,10}$/.test(text) && Number(text) < 2 ** 32 ? Number(text) : null), '42');

/** Flags of every command that begins a run. */
export const confirmFlags: readonly Flag[] = [
  { flags: '-y, --yes', summary: 'do not ask; what stops an agent, or lasts, wants its name typed all the same' },
  { flags: '--confirm <hash>', summary: 'do just the plan of this hash, as it was shown before' },
  { flags: '--plan <file>', summary: 'do just the plan of this file, as runbook plan --out wrote it' },
  { flags: '--incident <id>', summary: 'the incident that it belongs to' },
  { flags: '--break-glass <reason>', summary: 'without the approvals it needs; the reason is recorded' },
  { flags: '--signers <file>', summary: 'who may sign approvals; default: allowed_signers beside the manifest' },
  { flags: '--no-tick-check', summary: 'even where nothing runs that would end it when its time is over' },
];

/** Exit codes of every command that carries out a run. */
export const runExits: readonly (readonly [string, string])[] = [
  ['1', 'a step failed, or was seen not to help, and what was done was taken back'],
  ['2', 'a parameter is wrong, or a step has no control'],
  ['4', 'not confirmed, not approved, locked or held back; nothing was done'],
  ['5', 'it stopped part-way and a person is needed; the command that goes on is printed'],
];

/** How many a minute, of `10/min`, and of `10`. */
export const rateFlag = flagOf((text) => {
  const [, count] = /^(\d{1,9})(?:\/min|\/m)?$/.exec(text) ?? [];
  return count === undefined ? null : Number(count);
}, '10/min');

/** Where a command writes the file it makes. */
export const outFlag: Flag = { flags: '--out <file>', summary: 'write it there; default: stdout' };
