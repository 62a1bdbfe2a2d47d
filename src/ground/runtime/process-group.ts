import { nodeCodeOf } from '../errors.ts';

/** How long a process group may take to end by itself, in ms. */
export const killGraceMs = 2000;

/** A negative pid means the whole group (kill(2)); it may be gone already. */
export const killGroup = (pid: number | undefined, signal: NodeJS.Signals): void => {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (thrown) {
    if (nodeCodeOf(thrown) !== 'ESRCH' && nodeCodeOf(thrown) !== 'EPERM') throw thrown;
  }
};
