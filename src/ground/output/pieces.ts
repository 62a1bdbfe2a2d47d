/** A text, or the pieces of one that are made as they are printed: they can be gone through more than once, and none ends inside a value. */
export type Text = string | Iterable<string>;

const batchLength = 65_536;

export const whole = (text: Text): string => (typeof text === 'string' ? text : [...text].join(''));

/** The text in pieces of some size: few enough to be printed one by one, small enough that a long text is never held whole. */
export function* batches(text: Text): Iterable<string> {
  if (typeof text === 'string') {
    yield text;
    return;
  }
  let batch = '';
  for (const piece of text) {
    batch += piece;
    if (batch.length < batchLength) continue;
    yield batch;
    batch = '';
  }
  if (batch !== '') yield batch;
}
