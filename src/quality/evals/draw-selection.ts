import { createHash } from 'node:crypto';
import { type CaseFilter, isMeant, stratumOf } from './case-filter.ts';
import { openLottery } from './sampling.ts';
import type { Case, LoadedSuite } from './suite.ts';

/** The cases of one run, or of one shard of it. */
export interface Selection {
  /** Of ids and hashes, before the shard is cut out: what the shards of a run and a resumed run must share. 16 hex digits. */
  readonly hash: string;
  /** Cases of all shards. */
  readonly total: number;
  /** Cases of this shard. */
  readonly count: number;
  /** The same cases in the same order each time. */
  cases(): AsyncIterable<Case>;
}

/** Selects cases without holding them: the suite is walked once to count (twice for a sample), and again when they are asked for. */
export const selectCases = async (suite: Pick<LoadedSuite, 'cases'>, filter: CaseFilter): Promise<Selection> => {
  const isDrawn = await drawSample(suite, filter);
  async function* meant(): AsyncGenerator<Case> {
    for await (const each of suite.cases()) if (isMeant(each, filter) && isDrawn(each)) yield each;
  }
  const { index, of } = filter.shard ?? { index: 1, of: 1 };
  // Cards are dealt in turn, so that no shard has two more than another.
  const isDealt = (position: number) => position % of === index - 1;
  const hash = createHash('sha256');
  let [total, count] = [0, 0];
  for await (const each of meant()) {
    hash.update(`${JSON.stringify(each.id)}:${each.hash}\n`);
    if (isDealt(total)) count += 1;
    total += 1;
  }
  return {
    hash: hash.digest('hex').slice(0, 16),
    total,
    count,
    async *cases() {
      let position = 0;
      for await (const each of meant()) if (isDealt(position++)) yield each;
    },
  };
};

const drawSample = async (suite: Pick<LoadedSuite, 'cases'>, filter: CaseFilter): Promise<(each: Case) => boolean> => {
  const { sample } = filter;
  if (sample === undefined) return () => true;
  const lottery = openLottery(sample.size, sample.seed);
  for await (const each of suite.cases()) if (isMeant(each, filter)) lottery.see(each.id, stratumOf(each, sample.strata));
  const isDrawn = lottery.draw();
  return (each) => isDrawn(each.id, stratumOf(each, sample.strata));
};
