import { inertLine } from './escape.ts';
import { type Cell, type Look, markOf } from './look.ts';
import { cutToWidth, displayWidth } from './width.ts';

/** Inert, with the blanks at its ends that set a piece apart from its neighbours. */
const inertPiece = (text: string): string => {
  const inert = inertLine(text);
  return inert === '' ? '' : `${/^ */.exec(text)?.[0] ?? ''}${inert}${/ *$/.exec(text)?.[0] ?? ''}`;
};

/** One indented line of differently toned pieces, which hold raw text. In a terminal it is cut to the width; elsewhere it is whole. */
export const renderLine = (look: Look, indent: number, pieces: readonly Cell[]): string => {
  const inert = pieces.map(({ text, tone = 'plain' }) => ({ text: inertPiece(text), tone }));
  const room = (look.width ?? Number.POSITIVE_INFINITY) - indent;
  const fits = displayWidth(inert.map(({ text }) => text.trimEnd()).join('')) <= room;
  const mark = fits ? '' : markOf(look);
  let left = room - displayWidth(mark);
  let line = ' '.repeat(indent);
  for (const { text, tone } of inert) {
    const kept = fits ? text : cutToWidth(text, left, '');
    if (kept !== '') line += look.paint(tone, kept);
    left -= displayWidth(kept);
    if (kept !== text) break;
  }
  return fits ? line.trimEnd() : `${line.trimEnd()}${look.paint('dim', mark)}`;
};
