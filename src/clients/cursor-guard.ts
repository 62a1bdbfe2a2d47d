import { unableError } from '../ground/errors.ts';

/** Pages in a row without a row that are believed; a short or empty page may be followed by a full one. */
const mostEmptyPages = 1000;

/** Watches one walk through pages, so that a server that sends the reader in circles is found out. */
export interface CursorGuard {
  /** Told of each page: its number of rows, and the cursor it names for the next. Throws `backend_malformed` where the walk has no end. */
  page(rows: number, cursor: string): void;
}

/**
 * Finds a cursor that came before, at any distance, with one remembered cursor (Brent's cycle finding): the mark moves up at each
 * power of two, so a circle is noticed within three times its length.
 */
export const cursorGuard = (host: string): CursorGuard => {
  let mark: string | null = null;
  let steps = 0;
  let reach = 1;
  let empty = 0;
  const endless = (why: string) =>
    unableError({ code: 'backend_malformed', message: `${host} ${why}: its pages have no end`, details: { status: 200 } });
  return {
    page(rows, cursor) {
      if (cursor === mark) throw endless('named a page that was read already as the next one');
      empty = rows === 0 ? empty + 1 : 0;
      if (empty > mostEmptyPages) throw endless(`sent ${mostEmptyPages} pages without a row`);
      if (++steps < reach) return;
      mark = cursor;
      steps = 0;
      reach *= 2;
    },
  };
};
