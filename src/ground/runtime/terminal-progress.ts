import type { Look } from '../output/look.ts';

/** What a person sees while they wait; it goes to stderr. */
export interface Progress {
  /** What its lines may look like: in a terminal they share the line with a spinner. */
  readonly look: Look;
  /** A new phase: always seen. */
  phase(line: string): void;
  /** How far it is: may be left out when another follows soon. */
  update(line: string): void;
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
/** The spinner and the blank behind it. */
const spinnerColumns = 2;

const silentProgress = (look: Look): Progress => ({ look, phase: () => {}, update: () => {}, stop: () => {} });

const plainProgress = ({ stream, look, monotonic }: ProgressParts): Progress => {
  let shownAt = Number.NEGATIVE_INFINITY;
  let held: string | null = null;
  const show = (line: string): void => {
    held = null;
    shownAt = monotonic();
    stream.write(`${line}\n`);
  };
  return {
    look,
    phase: show,
    update: (line) => {
      if (monotonic() - shownAt >= quietFor) show(line);
      else held = line;
    },
    stop: () => {
      if (held !== null) show(held);
    },
  };
};

const animatedProgress = (look: Look, spinner: Spinner): Progress => ({
  look: {
    get width() {
      return look.width === null ? null : look.width - spinnerColumns;
    },
    unicode: look.unicode,
    paint: look.paint,
  },
  phase: spinner.show,
  update: spinner.show,
  stop: spinner.stop,
});

/** A spinner in a terminal; elsewhere plain lines, one each few seconds. */
export const openProgress = async (parts: ProgressParts): Promise<Progress> => {
  if (parts.silent) return silentProgress(parts.look);
  return parts.loadSpinner === null ? plainProgress(parts) : animatedProgress(parts.look, await parts.loadSpinner());
};
