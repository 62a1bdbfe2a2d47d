import type { LoadedFleet } from '../fleet/load-fleet.ts';
import type { Extensions } from '../fleet/slots.ts';
import type { Look } from '../ground/output/look.ts';
import type { Text } from '../ground/output/pieces.ts';
import type { Context } from '../ground/runtime/context.ts';
import type { Terminal } from '../ground/runtime/terminal.ts';
import type { Finding } from './exit-codes.ts';
import type { Argument, Flag } from './flags.ts';

export type Format = 'text' | 'json' | 'junit' | 'github' | 'markdown' | 'nagios' | 'prometheus' | 'csv' | 'html';

/** Flags that every command understands, before or after its name. */
export interface GlobalFlags {
  readonly manifest?: string;
  readonly output?: readonly string[];
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
  /** One that loads its look when it is wanted answers with a promise. */
  readonly formats: Partial<Record<Format, (view: ViewContext) => Text | Promise<Text>>>;
  /** Commands a person most likely wants now; shown on stderr, on a terminal only. */
  readonly next?: readonly string[];
  /** Formats whose world has exit codes of its own. */
  readonly exits?: Partial<Record<Format, number>>;
  /** True: a first signal was taken as a wish, and the answer says what came of it; its exit number is that of the answer. */
  readonly outlastsSignal?: boolean;
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
  /** What may stand in the manifest beyond its core. */
  extensions(): Promise<Extensions>;
  /** Prints an answer now, for commands that answer more than once. */
  show(outcome: Outcome): Promise<void>;
}

/** One command: its words as data, and what it does. Loaded only when it is called, completed or asked for help. */
export interface Leaf {
  readonly arguments?: readonly Argument[];
  readonly flags?: readonly Flag[];
  /** What to type, and what it is for. */
  readonly examples: readonly (readonly [string, string])[];
  /** Exit codes that mean something special here. */
  readonly exits?: readonly (readonly [string, string])[];
  /** What a shell may offer as its next argument, where that is known without looking anywhere. */
  words?(before: readonly string[]): readonly string[];
  /** The formats it can answer in; the first is the default. */
  readonly formats: readonly [Format, ...(readonly Format[])];
  run(session: Session, args: readonly unknown[], flags: Readonly<Record<string, unknown>>): Promise<Outcome>;
}
