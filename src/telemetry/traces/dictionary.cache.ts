import type { Cache } from '../../ground/store/port.ts';

/** What a number of the dictionary stands for. Never renumbered: files hold them. */
export const dims = {
  source: 1,
  agent: 2,
  name: 3,
  model: 4,
  user: 5,
  session: 6,
  task: 7,
  env: 8,
  release: 9,
  prompt: 10,
  labels: 11,
  score: 12,
  origin: 13,
} as const;
export type Dim = keyof typeof dims;

/** Words that repeat, as small numbers. 0 is no word. */
export interface Dictionary {
  /** The number of a word, given to it now if it has none; 0 for null. Only inside a transaction. */
  number(dim: Dim, word: string | null): number;
  /** The number of a word, or null where it has none: nothing can have it then. */
  find(dim: Dim, word: string): number | null;
  /** The word of a number; null for 0. */
  word(number: number): string | null;
}

/** A dictionary for one transaction or one query: what it remembers is wrong after a rollback. */
export const dictionaryOf = (cache: Cache): Dictionary => {
  const numbers = new Map((Object.keys(dims) as Dim[]).map((dim) => [dim, new Map<string, number>()]));
  const words = new Map<number, string | null>();
  const find = (dim: Dim, word: string): number | null =>
    cache.all<{ id: number }>('SELECT id FROM dict WHERE dim = ? AND word = ?', dims[dim], word)[0]?.id ?? null;
  const give = (dim: Dim, word: string): number =>
    find(dim, word) ?? cache.all<{ id: number }>('INSERT INTO dict (dim, word) VALUES (?, ?) RETURNING id', dims[dim], word)[0]?.id ?? 0;
  return {
    number: (dim, word) => {
      if (word === null) return 0;
      const known = numbers.get(dim);
      const found = known?.get(word);
      if (found !== undefined) return found;
      const given = give(dim, word);
      known?.set(word, given);
      return given;
    },
    find,
    word: (number) => {
      if (number <= 0) return null;
      const known = words.get(number);
      if (known !== undefined) return known;
      const word = cache.all<{ word: string }>('SELECT word FROM dict WHERE id = ?', number)[0]?.word ?? null;
      words.set(number, word);
      return word;
    },
  };
};
