/** What a piece of text means to the reader; words and symbols say the same without colour. */
export type Tone = 'good' | 'warn' | 'bad' | 'unknown' | 'dim' | 'strong' | 'plain';

/** How one output stream can show text. */
export interface Look {
  /** Columns; null: not a terminal, so nothing is ever cut to fit. */
  readonly width: number | null;
  /** False: only ASCII symbols are drawn. */
  readonly unicode: boolean;
  paint(tone: Tone, text: string): string;
}

/** A piece of text with its meaning; the text is raw and made inert by whoever prints it. */
export interface Cell {
  readonly text: string;
  readonly tone?: Tone;
}

/** For pipes and files: no colour, no cutting. */
export const plainLook: Look = { width: null, unicode: true, paint: (_tone, text) => text };

export const noCell: Cell = { text: '' };

/** What stands for the part of a text that was cut off. */
export const markOf = (look: Look): string => (look.unicode ? '…' : '...');
