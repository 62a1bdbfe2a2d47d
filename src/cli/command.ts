import { type Command, InvalidArgumentError } from 'commander';
import type { LoadedFleet } from '../fleet/load-fleet.ts';
import type { SlotReaders } from '../fleet/slots.ts';
import type { Look } from '../ground/output/look.ts';
import type { Context } from '../ground/runtime/context.ts';
import type { Terminal } from '../ground/runtime/terminal.ts';
import { parseDuration } from '../ground/units/duration.ts';
import type { Finding } from './exit-codes.ts';

export type Format = 'text' | 'json' | 'junit' | 'github' | 'markdown' | 'nagios' | 'prometheus' | 'csv';

/** Flags that every command understands, before or after its name. */
export interface GlobalFlags {
  readonly manifest?: string;
  readonly output?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly color?: boolean;
  readonly input?: boolean;
  readonly debug?: boolean;
  readonly untrusted?: boolean;
  readonly allowEnv?: readonly string[];
  readonly allowHost?: readonly string[];
}

export interface ViewContext {
  readonly look: Look;
  readonly verbose: boolean;
  /** IANA time zone of the reader. */
  readonly zone: string;
}

/** What a command answers: one result, and how it looks in each format. */
export interface Outcome {
  readonly finding: Finding;
  readonly formats: Partial<Record<Format, (view: ViewContext) => string>>;
  /** Commands a person most likely wants now; shown on stderr, on a terminal only. */
  readonly next?: readonly string[];
  /** Formats whose world has exit codes of its own. */
  readonly exits?: Partial<Record<Format, number>>;
}

/** What a running command is given. */
export interface Session {
  readonly ctx: Context;
  readonly terminal: Terminal;
  readonly version: string;
  readonly flags: GlobalFlags;
  readonly format: Format;
  readonly cwd: string;
  /** The fleet that is meant; loaded once. */
  fleet(): Promise<LoadedFleet>;
  /** What may stand in the manifest's slots. */
  readers(): Promise<SlotReaders>;
  /** Prints an answer now, for commands that answer more than once. */
  show(outcome: Outcome): Promise<void>;
}

/** One command: its words, and what it does. Loaded only when it is called or asked for help. */
export interface Leaf {
  /** Adds arguments, flags and examples. */
  configure(command: Command): void;
  /** What a shell may offer as its next argument, where that is known without looking anywhere. */
  words?(before: readonly string[]): readonly string[];
  /** The formats it can answer in; the first is the default. */
  readonly formats: readonly Format[];
  run(session: Session, args: readonly unknown[], flags: Readonly<Record<string, unknown>>): Promise<Outcome>;
}

/** Examples and exit codes at the end of a command's help. */
export const helpEnd = (examples: readonly (readonly [string, string])[], exits: readonly (readonly [string, string])[] = []): string => {
  const width = Math.max(...examples.map(([line]) => line.length));
  const lines = examples.map(([line, why]) => `  $ ${line.padEnd(width)}   ${why}`);
  const codes = exits.map(([code, meaning]) => `  ${code.padStart(3)}  ${meaning}`);
  return ['', 'Examples:', ...lines, ...(codes.length > 0 ? ['', 'Exit codes:', ...codes] : [])].join('\n');
};

/** Collects a flag that may be given several times, or once with commas. */
export const listFlag = (given: string, before: readonly string[] | undefined): readonly string[] => [
  ...(before ?? []),
  ...given
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
];

const flagOf =
  <Value>(parse: (text: string) => Value | null, example: string) =>
  (given: string): Value => {
    const value = parse(given);
    if (value === null) throw new InvalidArgumentError(`Write it like ${example}.`);
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
