import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openSqliteCache } from '../../../src/ground/store/sqlite-cache.ts';
import { collectFigures } from '../../../src/response/runbooks/collect-figures.ts';
import { unknownFigures } from '../../../src/response/runbooks/scope.ts';
import { minute, noon } from '../../support/facts.ts';
import { fakeClock, fakeContext } from '../../support/fake-context.ts';
import { figuresManifest, takeRequests } from '../../support/figures-fleet.ts';
import { load } from '../../support/load-manifest.ts';
import { temporaryFolder, temporaryJournal } from '../../support/temporary.ts';

const us = (ms: number) => ms * 1000;

/** Ten requests to `support` within the last ten minutes, two of them failed; read at noon. */
const setUp = async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'agentops.yaml'), figuresManifest);
  const { fleet } = await load(folder);
  const cache = await openSqliteCache(join(folder, 'cache.db'));
  onTestFinished(() => cache.close());
  const wishes = Array.from({ length: 10 }, (_, no) => ({ no: no + 1, startUs: us(noon - (no + 1) * minute), isError: no < 2 }));
  takeRequests(cache, us(noon), wishes);
  const journal = await temporaryJournal();
  return (agent: string, now: number) =>
    collectFigures(
      fakeContext({ clock: fakeClock(now), journal: async () => journal, cache: async () => cache }),
      fleet,
      agent,
      15 * minute,
    );
};

test('an expression sees what the traces of the last while tell, in dollars and milliseconds', async () => {
  const figures = await setUp();
  expect(await figures('support', noon)).toMatchObject({
    requests: 10,
    errors: 2,
    error_rate: 0.2,
    cost_usd: 0.05,
    state: expect.any(String),
  });
});

test('silence of an agent that was listened to is no request; where nobody listened it is not known', async () => {
  const figures = await setUp();
  expect(await figures('idle', noon)).toMatchObject({ requests: 0, error_rate: null });
  const late = await figures('support', noon + 30 * minute);
  expect({ ...late, state: null }).toEqual(unknownFigures(null));
});
