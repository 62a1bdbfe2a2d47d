import { expect, test } from 'vitest';
import { signListening } from '../../../src/desk/serve/listening-sign.ts';
import { openWorkQueue } from '../../../src/desk/serve/work-queue.ts';
import { readListening } from '../../../src/telemetry/traces/listening.cache.ts';
import { temporaryCache } from '../../support/cache.ts';
import { noon } from '../../support/facts.ts';
import { fakeClock, fakeContext } from '../../support/fake-context.ts';

test('while it serves it says that somebody listens, and since when; then no more', async () => {
  const cache = await temporaryCache();
  const clock = fakeClock(noon);
  const stop = new AbortController();
  expect(readListening(cache)).toBeNull();
  const sleep = async (ms: number, signal: AbortSignal) => {
    if (clock.slept.length === 5) stop.abort();
    await clock.sleep(ms, signal);
  };
  await signListening(fakeContext({ clock: { ...clock, sleep }, cache: async () => cache }), openWorkQueue(3), stop.signal, (thrown) => {
    throw thrown;
  });
  expect(readListening(cache)).toEqual({ since: noon, at: noon + 10_000 });
  cache.close();
});
