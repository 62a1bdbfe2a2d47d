/** What an excerpt puts where it cut a text. */
const cutMark = '…';

/** No excerpt shows more of one text, so no more of a secret can be left at a cut. */
const mostShown = 256;

/**
 * Hides what an excerpt left of a secret: its beginning before a `…`, its end after one.
 * @param forms every spelling of every secret
 * @param least fewer characters than this give nothing away
 */
export const cutSecretsHider = (forms: readonly string[], least: number): ((text: string) => string) => {
  const byStart = grouped(forms, (form) => form.slice(0, least));
  const byEnd = grouped(forms, (form) => form.slice(-least));

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

  return (text) => {
    if (!text.includes(cutMark)) return text;
    const pieces = text.split(cutMark);
    return pieces
      .map((piece, index) => {
        const from = index === 0 ? 0 : endIn(piece);
        const to = index === pieces.length - 1 ? piece.length : Math.max(from, beginningIn(piece));
        return `${from > 0 ? '***' : ''}${piece.slice(from, to)}${to < piece.length ? '***' : ''}`;
      })
      .join(cutMark);
  };
};

const grouped = (forms: readonly string[], keyOf: (form: string) => string): ReadonlyMap<string, readonly string[]> => {
  const groups = new Map<string, string[]>();
  for (const form of forms) {
    const group = groups.get(keyOf(form));
    if (group === undefined) groups.set(keyOf(form), [form]);
    else group.push(form);
  }
  return groups;
};
