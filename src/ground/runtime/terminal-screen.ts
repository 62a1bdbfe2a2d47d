import type { ReadStream, WriteStream } from 'node:tty';

/** What a person does at a screen. */
export interface ScreenHandlers {
  /** `up`, `down`, `enter`, `escape`, `backspace`, or the character itself. Ctrl-C is a SIGINT of this process, as everywhere. */
  key(name: string): void;
  resized(): void;
}

/** The whole terminal, taken from the shell. */
export interface Screen {
  readonly columns: number;
  readonly rows: number;
  /** Shows these lines in place of what was there; more than fit are left out. Lines must be inert and fit the width. */
  draw(lines: readonly string[]): void;
  /** Gives the terminal back as it was. Also done when the process ends by any way but SIGKILL. */
  close(): void;
}

const named: Readonly<Record<string, string>> = {
  '\u001B[A': 'up',
  '\u001BOA': 'up',
  '\u001B[B': 'down',
  '\u001BOB': 'down',
  '\r': 'enter',
  '\n': 'enter',
  '\u001B': 'escape',
  '\u007F': 'backspace',
  '\b': 'backspace',
};

const interrupt = '\u0003';
/** One key: an escape sequence, a lone escape, or a character. */
const keys = /\u001B(?:\[[0-?]*[ -/]*[@-~]|O.)|[\s\S]/gu;

// xterm: the other screen, so that what was scrolled stays; a hidden cursor; no wrapping; output shown when it is whole (mode 2026).
const take = '\u001B[?1049h\u001B[?25l\u001B[?7l';
const giveBack = '\u001B[?7h\u001B[?25h\u001B[?1049l';
const [begin, end] = ['\u001B[?2026h', '\u001B[?2026l'];

/** Takes the terminal. The streams must be terminals: see `isScreen` of the terminal. */
export const openScreen = (input: unknown, output: unknown, handlers: ScreenHandlers): Screen => {
  const [stdin, stdout] = [input as ReadStream, output as WriteStream];
  const onData = (piece: Buffer | string) => {
    for (const [key] of String(piece).matchAll(keys)) {
      if (key === interrupt) process.kill(process.pid, 'SIGINT');
      else handlers.key(named[key] ?? key);
    }
  };
  let isOpen = true;
  const close = () => {
    if (!isOpen) return;
    isOpen = false;
    process.off('exit', close);
    stdout.off('resize', handlers.resized);
    stdin.off('data', onData);
    stdin.setRawMode(false);
    stdin.pause();
    stdout.write(giveBack);
  };
  // A terminal is written to at once, so this also works in the last moment of a crash.
  process.on('exit', close);
  stdout.on('resize', handlers.resized);
  stdin.on('data', onData);
  stdin.setRawMode(true);
  stdin.resume();
  stdout.write(take);
  return {
    get columns() {
      return stdout.columns || 80;
    },
    get rows() {
      return stdout.rows || 24;
    },
    draw: (lines) => {
      if (!isOpen) return;
      const shown = lines.slice(0, stdout.rows || 24);
      stdout.write(`${begin}\u001B[H${shown.map((line) => `${line}\u001B[K`).join('\r\n')}\u001B[J${end}`);
    },
    close,
  };
};
