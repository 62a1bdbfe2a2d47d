import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Journal, Write } from '../../../src/ground/store/port.ts';
import { recordResults } from '../../../src/quality/health/record-results.ts';
import { aResult } from '../../support/facts.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A journal that remembers the ids of each commit, and fails those it is told to, counted from 1. */
const journalOf = (fails: (commit: number) => boolean = () => false) => {
  const commits: (readonly unknown[])[] = [];
  let tried = 0;
  const journal: Journal = {
    all: () => Promise.reject(new Error('nothing is read')),
    now: async () => 0,
    close: async () => undefined,
    commit: async (writes: readonly Write[]) => {
      tried += 1;
      if (fails(tried)) throw new Error(`commit ${tried} failed`);
      commits.push(writes.map(({ params }) => params[0]));
    },
  };
  return { journal, commits };
};
const [one, two, three] = [aResult(), aResult(), aResult()];
const long = 10_000;

test('results that end close together are one commit, and none waits for the end of the run', async () => {
  const { journal, commits } = journalOf();
  const recorder = recordResults(journal);
  recorder.add(one);
  recorder.add(two);
  expect(commits).toEqual([]);
  await vi.advanceTimersByTimeAsync(long);
  expect(commits).toEqual([[one.id, two.id]]);
  recorder.add(three);
  await recorder.close();
  expect(commits).toEqual([[one.id, two.id], [three.id]]);
  expect(vi.getTimerCount()).toBe(0);
});

test('a commit that failed is made again with what came since', async () => {
  const { journal, commits } = journalOf((commit) => commit === 1);
  const recorder = recordResults(journal);
  recorder.add(one);
  await vi.advanceTimersByTimeAsync(long);
  recorder.add(two);
  await recorder.close();
  expect(commits).toEqual([[one.id, two.id]]);
});

test('one that fails to the end is said', async () => {
  const { journal, commits } = journalOf((commit) => commit > 1);
  const recorder = recordResults(journal);
  recorder.add(one);
  await vi.advanceTimersByTimeAsync(long);
  recorder.add(two);
  await vi.advanceTimersByTimeAsync(long);
  recorder.add(three);
  await expect(recorder.close()).rejects.toThrow('commit 3 failed');
  expect(commits).toEqual([[one.id]]);
});

test('without a journal, or without results, nothing is done', async () => {
  const { journal, commits } = journalOf();
  await recordResults(journal).close();
  const nowhere = recordResults(null);
  nowhere.add(one);
  await nowhere.close();
  expect(commits).toEqual([]);
});
