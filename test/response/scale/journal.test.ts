import { expect, it } from 'vitest';
import type { QueueSample } from '../../../src/controls/queues/queue-sample.ts';
import { forgetWrite, readSamples, sampleWrite } from '../../../src/controls/queues/samples.journal.ts';
import { Conflict } from '../../../src/ground/store/conflict.ts';
import { actWrite, readActs } from '../../../src/response/scale/acts.journal.ts';
import { noon } from '../../support/facts.ts';
import { temporaryJournal } from '../../support/temporary.ts';

const day = 86_400_000;
const known: QueueSample = {
  at: noon,
  ready: 3,
  inFlight: 2,
  workers: 4,
  replicas: 2,
  oldestMs: 1500.5,
  waitMs: 20.25,
  added: 9_000_000_000,
};
const unknown: QueueSample = {
  at: noon + 1,
  ready: null,
  inFlight: null,
  workers: null,
  replicas: null,
  oldestMs: null,
  waitMs: null,
  added: null,
};

it('keeps how queues stood, what is not known as such, for two weeks', async () => {
  const journal = await temporaryJournal();
  await journal.commit([sampleWrite('support', known), sampleWrite('support', unknown), sampleWrite('other', { ...known, ready: 0 })]);
  await journal.commit([sampleWrite('support', { ...known, ready: 99 })]);
  expect(await readSamples(journal, 'support', noon)).toEqual([known, unknown]);
  expect(await readSamples(journal, 'support', noon + 1)).toEqual([unknown]);
  await journal.commit([forgetWrite(noon + 14 * day + 1)]);
  expect(await readSamples(journal, 'support', 0)).toEqual([unknown]);
});

it('keeps what a scaler was told, and of two who tell it at once one', async () => {
  const journal = await temporaryJournal();
  const first = { at: noon, from: 1, to: 3 };
  await journal.commit([actWrite('support', first, null)]);
  await expect(journal.commit([actWrite('support', { at: noon + 1, from: 1, to: 4 }, null)])).rejects.toThrow(Conflict);
  const second = { at: noon + 2, from: 3, to: 2 };
  await journal.commit([actWrite('support', second, noon), actWrite('other', first, null)]);
  await expect(journal.commit([actWrite('support', { ...second, at: noon + 3 }, noon)])).rejects.toThrow(Conflict);
  expect(await readActs(journal, 'support', 0)).toEqual([first, second]);
  expect(await readActs(journal, 'support', noon + 1)).toEqual([second]);
});
