/** One line of a file, without its end. */
export interface TextLine {
  readonly text: string;
  /** From 1. */
  readonly line: number;
}

/** Longer lines are cut here, and a reader sees that by their length. */
export const longestLine = 4 * 1024 * 1024;

/** The lines of a text that comes in pieces; never more than a line and a piece is held. An empty last line is none. */
export function* linesOf(pieces: Iterable<string>): Generator<TextLine> {
  let line = 1;
  let held = '';
  for (const piece of pieces) {
    let from = 0;
    for (let end = piece.indexOf('\n'); end !== -1; end = piece.indexOf('\n', from)) {
      yield { text: withoutReturn(held + piece.slice(from, end)), line };
      line += 1;
      held = '';
      from = end + 1;
    }
    if (held.length < longestLine) held += piece.slice(from);
  }
  if (held !== '') yield { text: withoutReturn(held), line };
}

const withoutReturn = (text: string): string => (text.endsWith('\r') ? text.slice(0, -1) : text);
