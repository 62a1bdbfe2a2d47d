/** East Asian Wide and Fullwidth blocks (Unicode UAX #11), without the emoji, which are asked by property. */
const wide =
  /[\u1100-\u115F\u2329\u232A\u2E80-\u303E\u3041-\u33FF\u3400-\u4DBF\u4E00-\uA4CF\uA960-\uA97F\uAC00-\uD7A3\uF900-\uFAFF\uFE10-\uFE19\uFE30-\uFE6F\uFF01-\uFF60\uFFE0-\uFFE6\u{16FE0}-\u{18DFF}\u{1AFF0}-\u{1B2FF}\u{20000}-\u{3FFFD}]/u;
const emoji = /\p{Emoji_Presentation}|\uFE0F/u;
const spaceless = /^[\p{Mn}\p{Me}\p{Cc}\p{Default_Ignorable_Code_Point}]+$/u;
/** ASCII, and the signs that reports are drawn with: one column each, unless a mark follows. */
const plain = String.raw` -~·…\u2500-\u25FC\u2713-\u2718`;
const plainRun = new RegExp(`^[${plain}]*$`);

/** Made where a text is not plain: it loads tables, which takes several milliseconds. */
let graphemes: Intl.Segmenter | null = null;

const widthOfGrapheme = (grapheme: string): number => {
  if (plainRun.test(grapheme)) return grapheme.length;
  if (emoji.test(grapheme) || wide.test(grapheme)) return 2;
  return spaceless.test(grapheme) ? 0 : 1;
};

/** Plain text, but for a last letter that could carry a mark; or the rest, which has to be taken apart. Segmenting is a hundred times slower. */
const runs = new RegExp(`[${plain}]+(?=[${plain}]|$)|[${plain}]?[^${plain}]+`, 'g');

const segmentsOf = function* (run: string): Generator<string> {
  graphemes ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  for (const { segment } of graphemes.segment(run)) yield segment;
};

const charactersOf = (run: string): Iterable<string> => (plainRun.test(run) ? run : segmentsOf(run));

const widthOfRun = (run: string): number => {
  if (plainRun.test(run)) return run.length;
  let columns = 0;
  for (const segment of segmentsOf(run)) columns += widthOfGrapheme(segment);
  return columns;
};

/** Terminal columns that a text without control sequences takes: wide letters and emoji two, combining marks none. */
export const displayWidth = (text: string): number => (text.match(runs) ?? []).reduce((columns, run) => columns + widthOfRun(run), 0);

/** As much of the text as fits into that many columns. */
const headOf = (text: string, columns: number): string => {
  let taken = 0;
  let end = 0;
  for (const [run] of text.matchAll(runs)) {
    for (const character of charactersOf(run)) {
      taken += widthOfGrapheme(character);
      if (taken > columns) return text.slice(0, end);
      end += character.length;
    }
  }
  return text;
};

/** The text if it fits into that many columns, else as much of it as fits before the mark. Never splits a character. */
export const cutToWidth = (text: string, columns: number, mark: string): string => {
  const whole = headOf(text, columns);
  if (whole === text) return text;
  const room = columns - displayWidth(mark);
  return room < 0 ? mark.slice(0, Math.max(0, columns)) : `${headOf(text, room).trimEnd()}${mark}`;
};
