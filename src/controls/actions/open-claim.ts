import { unableError } from '../../ground/errors.ts';
import type { FileClaim } from '../../ground/runtime/context.ts';
import type { ControlWorld } from './port.ts';

const lookEveryMs = 20;
/** Changing a file takes milliseconds: who holds it for so long is dead, ms. */
const deadAfterMs = 10_000;
/** Nobody is given way to for ever, ms. */
const longestWaitMs = 30_000;

/**
 * Waits until no other process changes a file, and claims it. A claim that one and the same owner has held for ten seconds is taken away.
 * Throws an unable error where others never leave it free.
 */
export const openClaim = async (
  { files, clock }: Pick<ControlWorld, 'files' | 'clock'>,
  path: string,
  signal: AbortSignal,
): Promise<FileClaim> => {
  const since = clock.monotonic();
  let seen: { readonly owner: string | null; readonly since: number } | null = null;
  for (;;) {
    const claim = files.claim(path);
    if (claim !== null) return claim;
    const now = clock.monotonic();
    const owner = files.claimOwner(path);
    if (seen === null || seen.owner !== owner) seen = { owner, since: now };
    else if (owner !== null && now - seen.since >= deadAfterMs) files.breakClaim(path, owner);
    if (now - since > longestWaitMs)
      throw unableError({
        code: 'file_claimed',
        message: `${path} is being changed by another process, as ${path}.lock says`,
        hint: `rm ${path}.lock ${path}.lock.break, where nothing is at it`,
      });
    await clock.sleep(lookEveryMs, signal);
  }
};
