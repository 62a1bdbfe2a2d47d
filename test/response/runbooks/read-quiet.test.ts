import { expect, onTestFinished, test } from 'vitest';
import { awaitQuiet } from '../../../src/response/runbooks/read-quiet.ts';
import { fleetOwnership } from '../../../src/telemetry/traces/fleet-ownership.ts';
import { noteListening } from '../../../src/telemetry/traces/listening.cache.ts';
import { upsertPage } from '../../../src/telemetry/traces/spans.cache.ts';
import { pricedSpan, temporaryCache } from '../../support/cache.ts';
import { aFleet, anAgent, hour, noon } from '../../support/facts.ts';
import { fakeClock, fakeContext } from '../../support/fake-context.ts';

const second = 1000;
const fleet = aFleet(anAgent({ name: 'bot' }));

/** A cache that `bot` sends to until so many seconds after noon, and that is asked at noon. @param isHeard a receiver goes on listening */
const asked = async (untilS: number, { isHeard = true, signal = new AbortController().signal } = {}) => {
  const cache = await temporaryCache();
  onTestFinished(() => cache.close());
  const clock = fakeClock(noon);
  let sentS = -10;
  /** What happens beside whoever waits. */
  const goOn = () => {
    for (; sentS <= Math.min(untilS, (clock.now() - noon) / second); sentS += 5) {
      const no = (sentS + 11).toString(16);
      const span = { traceId: no.padStart(32, '0'), spanId: no.padStart(16, '0'), name: 'chat', agentName: 'bot' };
      const startUs = (noon + sentS * second) * 1000;
      upsertPage(cache, fleetOwnership(fleet), { source: 'otlp', spans: [pricedSpan({ ...span, startUs, durationUs: 0 })], scores: [] });
    }
    if (isHeard) noteListening(cache, { since: noon - hour, at: clock.now() });
  };
  goOn();
  const sleep = async (ms: number) => {
    await clock.sleep(ms, new AbortController().signal);
    goOn();
  };
  const told: (readonly [string, number])[] = [];
  const ctx = fakeContext({ clock: { ...clock, sleep }, cache: async () => cache, signal });
  const since = await awaitQuiet(ctx, fleet, 'bot', (...news) => told.push(news));
  return { since, told, waitedS: (clock.now() - noon) / second };
};

test('waits until the traces of an agent are silent, and answers since when they are', async () => {
  const { since, told, waitedS } = await asked(20);
  expect(since).toBe(noon + 20 * second);
  expect(waitedS).toBeGreaterThanOrEqual(35);
  expect(waitedS).toBeLessThan(40);
  expect(told[0]).toEqual([expect.stringMatching(/^its last request ended/), 60 * second]);
});

test('gives up in time where they do not fall silent', async () => {
  const { since, waitedS, told } = await asked(300);
  expect(since).toBeNull();
  expect(waitedS).toBe(60);
  expect(told.at(-1)?.[1]).toBe(0);
});

test('waits not a moment where nobody listens, or where there is nothing to hear', async () => {
  expect(await asked(-10, { isHeard: false })).toMatchObject({
    since: null,
    waitedS: 0,
    told: [['nobody listens for its traces: agentops serve is not running', 0]],
  });
  expect(await asked(-20)).toMatchObject({ since: null, waitedS: 0, told: [['no traces of the last hour', 0]] });
});

test('a person who has seen enough ends the waiting', async () => {
  expect(await asked(300, { signal: AbortSignal.abort() })).toMatchObject({ since: null, waitedS: 2 });
});
