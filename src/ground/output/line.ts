import { inertLine, longestText } from './escape.ts';
import { type Cell, type Look, markOf } from './look.ts';
import { cutToWidth, displayWidth } from './width.ts';

/** Inert, with the blanks at its ends that set a piece apart from its neighbours. */
const inertPiece = (text: string): string => {
  const blanks = text.length - text.trimEnd().length;
  if (blanks === text.length) return ' '.repeat(Math.min(blanks, longestText));
  return `${/^ */.exec(text)?.[0] ?? ''}${inertLine(text)}${' '.repeat(blanks)}`;
};

/** Without the blanks at the end: a colour around them would keep them, and a full line would wrap. */
const withoutEnd = (pieces: readonly Cell[]): readonly Cell[] => {
  const last = pieces.findLastIndex(({ text }) => text.trimEnd() !== '');
  return pieces.slice(0, last + 1).map((piece, at) => (at === last ? { ...piece, text: piece.text.trimEnd() } : piece));
};

/** One indented line of differently toned pieces, which hold raw text. In a terminal it is cut to the width; elsewhere it is whole. */
export const renderLine = (look: Look, indent: number, pieces: readonly Cell[]): string => {
  const inert = withoutEnd(pieces.map(({ text, tone = 'plain' }) => ({ text: inertPiece(text), tone })));
  const room = (look.width ?? Number.POSITIVE_INFINITY) - indent;
  const fits = displayWidth(inert.map(({ text }) => text).join('')) <= room;
  const mark = fits ? '' : markOf(look);
  let left = room - displayWidth(mark);
  let line = ' '.repeat(indent);
  for (const { text, tone = 'plain' } of inert) {
    const kept = fits ? text : cutToWidth(text, left, '');
    if (kept !== '') line += look.paint(tone, kept);
    left -= displayWidth(kept);
    if (kept !== text) break;
  }
  return fits ? line : `${line.trimEnd()}${look.paint('dim', mark)}`;
};

export interface ParagraphShape {
  readonly indent: number;
  /** Further indent of the second and later lines. */
  readonly hang: number;
  /** What does not fit into that many lines is cut. */
  readonly maxLines: number;
}

/** Where a line may go on in the next: behind blanks, but not between a number and its unit. */
const breaks = /(?<= )(?! |(?<=\d )(?:ms|[smhd])(?![\p{L}\p{N}]))/u;

/** Like `renderLine`, but in a terminal it goes on in further lines, broken at spaces. */
export const renderParagraph = (look: Look, { indent, hang, maxLines }: ParagraphShape, pieces: readonly Cell[]): readonly string[] => {
  const words = pieces.flatMap((piece) =>
    inertPiece(piece.text)
      .split(breaks)
      .map((text) => ({ ...piece, text })),
  );
  const lines: Cell[][] = [[]];
  let left = (look.width ?? Number.POSITIVE_INFINITY) - indent;
  for (const word of words) {
    const line = lines.at(-1) ?? [];
    if (displayWidth(word.text.trimEnd()) > left && line.length > 0 && lines.length < maxLines) {
      lines.push([word]);
      left = (look.width ?? Number.POSITIVE_INFINITY) - indent - hang;
    } else line.push(word);
    left -= displayWidth(word.text);
  }
  return lines.map((line, at) => renderLine(look, at === 0 ? indent : indent + hang, line));
};
