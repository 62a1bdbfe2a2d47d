import type { Cache } from './port.ts';

/** What `work` would do and answer, without doing it: everything it writes is undone. */
export const rehearse = <T>(cache: Pick<Cache, 'transact'>, work: () => T): T => {
  const undone = Symbol('undone');
  const answers: T[] = [];
  try {
    cache.transact(() => {
      answers.push(work());
      throw undone;
    });
  } catch (thrown) {
    if (thrown !== undone) throw thrown;
  }
  return answers[0] as T;
};
