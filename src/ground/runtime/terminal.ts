import { messageOf, type OpsError, unableError } from '../errors.ts';
import { inertLine } from '../output/escape.ts';
import type { Look, Tone } from '../output/look.ts';
import type { Env } from './context.ts';
import type { Progress, Spinner } from './terminal-progress.ts';
import type { Screen, ScreenHandlers } from './terminal-screen.ts';

type InputStream = NodeJS.ReadableStream & { readonly isTTY?: boolean; readonly setRawMode?: unknown };
type OutputStream = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };

/** What the global flags say; undefined: not given. */
export interface TerminalFlags {
  readonly color?: boolean;
  readonly input?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

export interface TerminalParts {
  readonly env: Env;
  readonly stdin: InputStream;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly flags: TerminalFlags;
  /** Milliseconds of a monotonic clock. */
  readonly monotonic: () => number;
}

interface Choice<Value> {
  readonly name: string;
  readonly value: Value;
}

/** Questions to a person; they are written to stderr. A Ctrl-C inside one throws what `isPromptExit` knows. */
export interface Prompts {
  /** The default answer is no. */
  confirm(question: string, signal?: AbortSignal): Promise<boolean>;
  input(question: string, signal?: AbortSignal): Promise<string>;
  select<Value>(question: string, choices: readonly Choice<Value>[], signal?: AbortSignal): Promise<Value>;
}

export interface Terminal {
  /** How stdout and stderr can show text. */
  readonly out: Look;
  readonly err: Look;
  /** IANA time zone of the reader. */
  readonly zone: string;
  /** Writes the answer; settles when it left this process. Without effect once the reader is gone. */
  print(text: string): Promise<void>;
  /** Empties the screen of a terminal, for an answer that takes the place of the last; what had scrolled away stays. Else without effect. */
  clear(): void;
  /** A line on stderr, unless quiet. */
  say(line: string): void;
  /** A line on stderr, only when verbose. */
  detail(line: string): void;
  /** Fires when nobody reads stdout any more (`| head`): no error, but nothing more needs to be shown. */
  readonly readerGone: AbortSignal;
  startProgress(): Promise<Progress>;
  /** Null where nobody could answer: no terminal, CI, or `--no-input`. */
  readonly prompts: Prompts | null;
  /** Takes the whole terminal until it is closed; null where there is none to take. */
  readonly openScreen: ((handlers: ScreenHandlers) => Promise<Screen>) | null;
}

const isSet = (value: string | undefined): value is string => value !== undefined && value !== '';
const isOn = (value: string | undefined): boolean => isSet(value) && value !== '0' && value.toLowerCase() !== 'false';

/** no-color.org, and FORCE_COLOR above it as Node and chalk have it; a flag is above both. */
const hasColour = (stream: OutputStream, env: Env, flag: boolean | undefined): boolean => {
  if (flag !== undefined) return flag;
  if (isSet(env['FORCE_COLOR'])) return isOn(env['FORCE_COLOR']);
  return stream.isTTY === true && !isSet(env['NO_COLOR']) && env['TERM'] !== 'dumb';
};

/** POSIX: LC_ALL outranks LC_CTYPE, which outranks LANG. The Linux console has too few glyphs; Windows Terminal sets no locale. */
const hasUnicode = (env: Env): boolean => {
  if (env['TERM'] === 'dumb' || env['TERM'] === 'linux') return false;
  const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find(isSet) ?? '';
  return /utf-?8/i.test(locale) || isSet(env['WT_SESSION']);
};

type Paint = (tone: Tone, text: string) => string;
const unpainted: Paint = (_tone, text) => text;

const loadPaint = async (): Promise<Paint> => {
  const { Chalk } = await import('chalk');
  // Sixteen colours: those the reader has chosen to be legible.
  const chalk = new Chalk({ level: 1 });
  const tones: Readonly<Record<Tone, (text: string) => string>> = {
    good: chalk.green,
    warn: chalk.yellow,
    bad: chalk.red,
    unknown: chalk.magenta,
    dim: chalk.dim,
    strong: chalk.bold,
    plain: (text) => text,
  };
  return (tone, text) => tones[tone](text);
};

const loadSpinner = async (stream: OutputStream, unicode: boolean): Promise<Spinner> => {
  const { default: ora } = await import('ora');
  const spinner = ora({ stream, isEnabled: true, discardStdin: false, color: false, spinner: unicode ? 'dots' : 'line' });
  return {
    show: (line) => {
      spinner.text = line;
      if (!spinner.isSpinning) spinner.start();
    },
    stop: () => void spinner.stop(),
  };
};

/** Both ends are the same kind of terminal, one that can read single keys. */
export const isScreen = (stdin: Pick<InputStream, 'isTTY' | 'setRawMode'>, stdout: Pick<OutputStream, 'isTTY'>): boolean =>
  stdin.isTTY === true && stdout.isTTY === true && typeof stdin.setRawMode === 'function';

/** ECMA-48: cursor to the first cell, then erase the whole page. */
const clearScreen = '\u001b[H\u001b[2J';

/** Columns of a terminal that does not tell them. */
const usualColumns = 80;

const lookOf = (stream: OutputStream, unicode: boolean, paint: Paint): Look => ({
  // Asked each time: a window can be resized.
  get width() {
    return stream.isTTY ? stream.columns || usualColumns : null;
  },
  unicode,
  paint,
});

const promptsOf = (stdin: InputStream, stderr: OutputStream): Prompts => {
  const streams = (signal: AbortSignal | undefined) => ({ input: stdin, output: stderr, ...(signal ? { signal } : {}) });
  return {
    confirm: async (question, signal) => {
      const { confirm } = await import('@inquirer/prompts');
      return confirm({ message: inertLine(question), default: false }, streams(signal));
    },
    input: async (question, signal) => {
      const { input } = await import('@inquirer/prompts');
      return input({ message: inertLine(question) }, streams(signal));
    },
    select: async (question, choices, signal) => {
      const { select } = await import('@inquirer/prompts');
      const named = choices.map(({ name, value }) => ({ name: inertLine(name), value }));
      return select({ message: inertLine(question), choices: named }, streams(signal));
    },
  };
};

/** Whether a question was left with Ctrl-C or by its signal, and not answered. */
export const isPromptExit = (thrown: unknown): boolean =>
  thrown instanceof Error && (thrown.name === 'ExitPromptError' || thrown.name === 'AbortPromptError');

const isBrokenPipe = (thrown: unknown): boolean => (thrown as NodeJS.ErrnoException | null)?.code === 'EPIPE';

const unwritten = (thrown: unknown): OpsError =>
  unableError({
    code: 'write_failed',
    message: `the answer could not be written to standard output: ${messageOf(thrown)}`,
    hint: 'check the free space, and what reads the output',
  });

/** Decides once what the streams of this process can show. Loads chalk, spinner and prompts only where they are used. */
export const openTerminal = async ({ env, stdin, stdout, stderr, flags, monotonic }: TerminalParts): Promise<Terminal> => {
  const unicode = hasUnicode(env);
  const colours = { out: hasColour(stdout, env, flags.color), err: hasColour(stderr, env, flags.color) };
  const paint = colours.out || colours.err ? await loadPaint() : unpainted;
  const err = lookOf(stderr, unicode, colours.err ? paint : unpainted);
  const gone = new AbortController();
  const inCi = isOn(env['CI']);
  // A failed write is told to its own callback; without a listener the event alone would end the process.
  stdout.on('error', (thrown) => isBrokenPipe(thrown) && gone.abort());
  stderr.on('error', () => undefined);
  const canAsk = flags.input !== false && !inCi && stdin.isTTY === true && stdout.isTTY === true && stderr.isTTY === true;
  return {
    out: lookOf(stdout, unicode, colours.out ? paint : unpainted),
    err,
    // Asked for only where a time is shown: it loads the tables of all locales, ten milliseconds.
    get zone() {
      return new Intl.DateTimeFormat().resolvedOptions().timeZone;
    },
    readerGone: gone.signal,
    print: (text) =>
      new Promise((resolve, reject) => {
        if (gone.signal.aborted) return resolve();
        stdout.write(text, (failed) => {
          if (!failed) return resolve();
          if (!isBrokenPipe(failed)) return reject(unwritten(failed));
          gone.abort();
          resolve();
        });
      }),
    clear: () => void (stdout.isTTY === true && env['TERM'] !== 'dumb' && stdout.write(clearScreen)),
    say: (line) => void (flags.quiet || stderr.write(`${line}\n`)),
    detail: (line) => void (flags.verbose && stderr.write(`${line}\n`)),
    startProgress: async () => {
      const animated = stderr.isTTY === true && !inCi && env['TERM'] !== 'dumb';
      const spinner = animated ? () => loadSpinner(stderr, unicode) : null;
      const { openProgress } = await import('./terminal-progress.ts');
      return openProgress({ stream: stderr, look: err, silent: flags.quiet === true, loadSpinner: spinner, monotonic });
    },
    prompts: canAsk ? promptsOf(stdin, stderr) : null,
    openScreen:
      isScreen(stdin, stdout) && env['TERM'] !== 'dumb'
        ? async (handlers) => (await import('./terminal-screen.ts')).openScreen(stdin, stdout, handlers)
        : null,
  };
};
