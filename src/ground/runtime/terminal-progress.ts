import type { Look } from '../output/look.ts';

/** What a person sees while they wait; it goes to stderr. */
export interface Progress {
  /** What its lines may look like: in a terminal they share the line with a spinner. */
  readonly look: Look;
  /** What is shown takes the place of what was shown before, several lines as well; else each is one line more. */
  readonly isRedrawn: boolean;
  /** A new phase: always seen. */
  phase(line: string): void;
  /** How far it is: may be left out when another follows soon, and is only then made when it is shown. */
  update(line: () => string): void;
  /** Ends it; a last update that was left out is shown now. */
  stop(): void;
}

/** An animation beside one line of text. */
export interface Spinner {
  show(line: string): void;
  stop(): void;
}

export interface ProgressParts {
  readonly stream: NodeJS.WritableStream;
  readonly look: Look;
  readonly silent: boolean;
  /** Null: the stream cannot be animated. */
  readonly loadSpinner: (() => Promise<Spinner>) | null;
  readonly monotonic: () => number;
}

/** Milliseconds between two plain updates: a log is not an animation. */
const quietFor = 3000;
/** Milliseconds between two frames that a person can tell apart. */
const frameFor = 80;
/** The spinner and the blank behind it. */
const spinnerColumns = 2;

/** Shows nothing. */
export const silentProgress = (look: Look): Progress => ({ look, isRedrawn: false, phase: () => {}, update: () => {}, stop: () => {} });

/** Shows an update at most every `restMs`; the newest one that was left out is shown by `last`. */
const throttled = (show: (line: string) => void, restMs: number, monotonic: () => number) => {
  let shownAt = Number.NEGATIVE_INFINITY;
  let held: (() => string) | null = null;
  const now = (line: () => string): void => {
    held = null;
    shownAt = monotonic();
    show(line());
  };
  return {
    phase: (line: string) => now(() => line),
    update: (line: () => string) => {
      if (monotonic() - shownAt >= restMs) now(line);
      else held = line;
    },
    last: () => {
      if (held !== null) now(held);
    },
  };
};

const plainProgress = ({ stream, look, monotonic }: ProgressParts): Progress => {
  const lines = throttled((line) => stream.write(`${line}\n`), quietFor, monotonic);
  return { look, isRedrawn: false, phase: lines.phase, update: lines.update, stop: lines.last };
};

const animatedProgress = ({ look, monotonic }: ProgressParts, spinner: Spinner): Progress => {
  const frames = throttled(spinner.show, frameFor, monotonic);
  return {
    look: {
      get width() {
        return look.width === null ? null : look.width - spinnerColumns;
      },
      unicode: look.unicode,
      paint: look.paint,
    },
    isRedrawn: true,
    phase: frames.phase,
    update: frames.update,
    stop: spinner.stop,
  };
};

/** A spinner in a terminal; elsewhere plain lines, one each few seconds. */
export const openProgress = async (parts: ProgressParts): Promise<Progress> => {
  if (parts.silent) return silentProgress(parts.look);
  return parts.loadSpinner === null ? plainProgress(parts) : animatedProgress(parts, await parts.loadSpinner());
};
