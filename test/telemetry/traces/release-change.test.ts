import { expect, test } from 'vitest';
import { readMarks, saveSeenMarks } from '../../../src/telemetry/traces/marks.journal.ts';
import { recordDeploy } from '../../../src/telemetry/traces/record-deploy.ts';
import { type Mark, releaseChanges, sameDeploy } from '../../../src/telemetry/traces/release-change.ts';
import { noon } from '../../support/facts.ts';
import { fakeClock, fakeContext } from '../../support/fake-context.ts';
import { temporaryJournal } from '../../support/temporary.ts';

const seen = (agent: string, release: string, minute: number) => ({ agent, release, atUs: (noon + minute * 60_000) * 1000 });
const names = async (journal: Parameters<typeof readMarks>[0]) =>
  (await readMarks(journal)).map(({ release, source }) => `${release} ${source}`);

test('the first release of an agent is no change; each further one is, once', () => {
  const sightings = [seen('a', 'r2', 9), seen('a', 'r1', 3), seen('b', 'r9', 1), seen('a', 'r3', 12)];
  expect(releaseChanges(sightings, []).map(({ release }) => release)).toEqual(['r2', 'r3']);
  expect(releaseChanges(sightings, [{ agent: 'a', release: 'r2' }]).map(({ release }) => release)).toEqual(['r3']);
  expect(releaseChanges(sightings, [{ agent: 'b', release: 'r2' }])).toHaveLength(2);
});

test('what was told takes the place of what was seen, and is not told twice, but a rollback is', async () => {
  const journal = await temporaryJournal();
  await Promise.all([saveSeenMarks(journal, [seen('a', 'r2', 1)]), saveSeenMarks(journal, [seen('a', 'r2', 2)])]);
  expect(await names(journal)).toEqual(['r2 seen']);
  const clock = fakeClock(noon + 600_000);
  const ctx = fakeContext({ clock, journal: async () => journal, env: { AGENTOPS_ACTOR: 'maria' } });
  const deploy = (release: string) => recordDeploy(ctx, { agent: 'a', release, note: '', at: null });
  expect((await deploy('r2')).isNew).toBe(true);
  clock.advance(1000);
  expect((await deploy('r2')).isNew).toBe(false);
  expect((await deploy('r3')).isNew).toBe(true);
  clock.advance(1000);
  expect((await deploy('r2')).isNew).toBe(true);
  expect(await names(journal)).toEqual(['r2 told', 'r3 told', 'r2 told']);
  await expect(recordDeploy(ctx, { agent: 'a', release: 'r4', note: '', at: noon * 2 })).rejects.toMatchObject({ kind: 'usage' });
});

test('a mark of another agent, or a later one, says nothing of this deployment', () => {
  const told: Mark = { id: 'm', agent: 'a', release: 'r1', note: 'first', at: noon, source: 'told' };
  expect(sameDeploy([told], 'a', 'r1', noon)).toEqual(told);
  expect(sameDeploy([told], 'b', 'r1', noon)).toBe(null);
  expect(sameDeploy([told], 'a', 'r1', noon - 1)).toBe(null);
});
