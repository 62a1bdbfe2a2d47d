import { setImmediate as nextTurn } from 'node:timers/promises';

/** Work that is done one piece after the other. */
export interface WorkQueue {
  /** Pieces that wait or are being done. */
  readonly length: number;
  /** Does the work in its turn; null: too many wait already. */
  run<T>(work: () => Promise<T>): Promise<T> | null;
}

/** A queue that turns work away when `most` pieces wait. Between two pieces the network has its turn. */
export const openWorkQueue = (most: number): WorkQueue => {
  let length = 0;
  let last: Promise<unknown> = Promise.resolve();
  return {
    get length() {
      return length;
    },
    run(work) {
      if (length >= most) return null;
      length += 1;
      const mine = last.then(work).finally(() => {
        length -= 1;
      });
      last = mine.catch(() => undefined).then(() => nextTurn());
      return mine;
    },
  };
};
