import { redactionMarks } from '../redaction/mark.ts';

/** What an excerpt puts where it cut a text, and what redaction puts where it hid something: either may have torn a secret. */
const tornAt = new RegExp(`(…|${redactionMarks.source})`);

/** No excerpt shows more of one text, so no more of a secret can be left at a cut. */
const mostShown = 256;

/**
 * Hides what an excerpt or a redaction left of a secret: its beginning before a `…` or an `[email]`, its end after one, and what
 * stands between two.
 * @param forms every spelling of every secret
 * @param least fewer characters than this give nothing away
 */
export const cutSecretsHider = (forms: readonly string[], least: number): ((text: string) => string) => {
  const byStart = grouped(forms, (form) => [form.slice(0, least)]);
  const byEnd = grouped(forms, (form) => [form.slice(-least)]);
  // Made when the first piece between two marks is met: there are as many as there are characters in all forms.
  let grams: ReadonlyMap<string, readonly string[]> | null = null;
  const byGram = () => {
    grams ??= grouped(forms, (form) => [
      ...new Set(Array.from({ length: form.length - least + 1 }, (_, at) => form.slice(at, at + least))),
    ]);
    return grams;
  };

  /** Where the longest beginning of a secret starts that the piece ends with; its length where there is none. */
  const beginningIn = (piece: string): number => {
    for (let at = Math.max(0, piece.length - mostShown); at <= piece.length - least; at++) {
      const left = piece.slice(at);
      if (byStart.get(left.slice(0, least))?.some((form) => form.startsWith(left))) return at;
    }
    return piece.length;
  };
  /** Where the longest end of a secret ends that the piece starts with; 0 where there is none. */
  const endIn = (piece: string): number => {
    for (let to = Math.min(piece.length, mostShown); to >= least; to--) {
      const left = piece.slice(0, to);
      if (byEnd.get(left.slice(-least))?.some((form) => form.endsWith(left))) return to;
    }
    return 0;
  };

  const isMiddle = (piece: string): boolean =>
    piece.length >= least &&
    (byGram()
      .get(piece.slice(0, least))
      ?.some((form) => form.includes(piece)) ??
      false);

  return (text) => {
    if (!tornAt.test(text)) return text;
    // Pieces stand at even places, the marks between them at odd ones.
    const pieces = text.split(tornAt);
    return pieces
      .map((piece, index) => {
        if (index % 2 === 1) return piece;
        const [isFirst, isLast] = [index === 0, index === pieces.length - 1];
        if (!isFirst && !isLast && isMiddle(piece)) return '***';
        const from = isFirst ? 0 : endIn(piece);
        const to = isLast ? piece.length : Math.max(from, beginningIn(piece));
        return `${from > 0 ? '***' : ''}${piece.slice(from, to)}${to < piece.length ? '***' : ''}`;
      })
      .join('');
  };
};

const grouped = (forms: readonly string[], keysOf: (form: string) => readonly string[]): ReadonlyMap<string, readonly string[]> => {
  const groups = new Map<string, string[]>();
  for (const form of forms) {
    for (const key of keysOf(form)) {
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [form]);
      else group.push(form);
    }
  }
  return groups;
};
