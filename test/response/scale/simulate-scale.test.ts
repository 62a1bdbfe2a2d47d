import { expect, it } from 'vitest';
import type { QueueSample } from '../../../src/controls/queues/queue-sample.ts';
import { sampleWrite } from '../../../src/controls/queues/samples.journal.ts';
import { simulateScale } from '../../../src/response/scale/simulate-scale.ts';
import { temporaryCache } from '../../support/cache.ts';
import { aFleet, anAgent, noon } from '../../support/facts.ts';
import { fakeContext } from '../../support/fake-context.ts';
import { temporaryJournal } from '../../support/temporary.ts';

const minute = 60_000;

/** Three hours: twelve come in a minute, two workers end three each, and six workers from the second hour on. */
const past = (): readonly QueueSample[] => {
  let [ready, added] = [0, 0];
  return Array.from({ length: 181 }, (_, at) => {
    const workers = at < 60 ? 2 : 6;
    added += at === 0 ? 0 : 12;
    ready = at === 0 ? 40 : Math.max(0, ready + 12 - 3 * workers);
    return { at: noon - (180 - at) * minute, ready, inFlight: workers, workers, replicas: null, oldestMs: null, waitMs: null, added };
  });
};

const stage = async (samples: readonly QueueSample[]) => {
  const journal = await temporaryJournal();
  await journal.commit(samples.map((sample) => sampleWrite('support', sample)));
  const cache = await temporaryCache();
  const agent = anAgent({ name: 'support' });
  const ctx = fakeContext({ journal: async () => journal, cache: async () => cache });
  return (rule = {}, perMinute: number | null = null) =>
    simulateScale(ctx, aFleet(agent), {
      agent,
      windowMs: 7 * 86_400_000,
      perMinute,
      startMs: minute,
      rule: { max: 20, waitMs: 60_000, ...rule },
    });
};

it('replays what the queue counted, by workers as fast as they were seen to be', async () => {
  const simulation = await (await stage(past()))();
  expect(simulation).toMatchObject({ source: 'queue', coverage: 1, work: 2160, rateBy: 'queue', workers: 2 });
  expect(simulation.perMinute).toBeCloseTo(3, 0);
  const [ours, target, fixed] = simulation.courses;
  expect([ours?.policy, target?.policy, fixed?.policy]).toEqual(['rule', 'target', 'fixed']);
  expect(ours?.lateShare).toBeLessThan(fixed?.lateShare ?? 0);
  expect(fixed?.workerHours).toBeCloseTo(6, 0);
});

it('says what it does not know', async () => {
  const [all, few] = [await stage(past()), await stage(past().slice(0, 10))];
  await expect(few()).rejects.toMatchObject({ kind: 'unable', code: 'history_missing' });
  await expect(all({ max: null })).rejects.toMatchObject({ kind: 'usage', code: 'scale_unbounded' });
  const idle = await stage(past().map((sample) => ({ ...sample, ready: 0 })));
  await expect(idle()).rejects.toMatchObject({ code: 'rate_unknown', hint: '--per-worker 12/min' });
  expect(await idle({}, 12)).toMatchObject({ rateBy: 'given', perMinute: 12 });
});
