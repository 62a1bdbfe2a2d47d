import { hindrance } from './compare.ts';
import { effectOfBlindness } from './effect.ts';
import type { Change, Effect, Touched } from './port.ts';

interface Target {
  read(): Promise<Touched>;
  /** Throws `unable` only where nothing was sent. */
  set(): Promise<Effect>;
}

/** Looks, and acts only on a target that is as the change was planned on, or has nothing left to do. */
export const applyChecked = async (change: Change, { read, set }: Target): Promise<Effect> => {
  try {
    return hindrance(change, await read()) ?? (await set());
  } catch (thrown) {
    return effectOfBlindness(thrown);
  }
};
