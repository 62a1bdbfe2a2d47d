import { afterAll } from 'vitest';

/** One peer for all tests of a file: started by the first that asks, ended after the last. To be called where the file loads. */
export const sharedPeer = <Started extends { stop(): Promise<void> }>(start: () => Promise<Started>): (() => Promise<Started>) => {
  let started: Promise<Started> | null = null;
  afterAll(async () => {
    if (started !== null) await (await started).stop();
  });
  return () => {
    started ??= start();
    return started;
  };
};
