import { setTimeout as delay } from 'node:timers/promises';

/** Looks again and again until something is so; fails after `patienceMs`, naming what was waited for. */
export const until = async (what: string, isSo: () => boolean | Promise<boolean>, patienceMs = 15_000): Promise<void> => {
  const begun = performance.now();
  while (!(await isSo())) {
    if (performance.now() - begun > patienceMs) throw new Error(`waited ${patienceMs} ms in vain: ${what}`);
    await delay(10);
  }
};
