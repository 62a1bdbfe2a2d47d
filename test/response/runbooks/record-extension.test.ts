import { expect, test } from 'vitest';
import { recordExtension } from '../../../src/response/runbooks/record-extension.ts';
import { runRunbook } from '../../../src/response/runbooks/run-runbook.ts';
import { hour } from '../../support/facts.ts';
import { anOrder, aPlan, peerAids, runContext, runFleet, throttled } from '../../support/run-order.ts';
import { temporaryJournal } from '../../support/temporary.ts';

const begun = async (endsItself: boolean) => {
  const journal = await temporaryJournal();
  const ctx = runContext(journal);
  const { peer, planned } = throttled({ ttlMs: hour });
  const change = planned.change === null ? null : { ...planned.change, ...(endsItself ? { endsItself: true as const } : {}) };
  const order = anOrder(aPlan([{ ...planned, change }]));
  await runRunbook(ctx, runFleet, order, peerAids({ throttle: peer }), () => undefined);
  const [row] = await journal.all<{ id: string }>('SELECT id FROM mitigation');
  return { ctx, id: row?.id ?? '' };
};

test('a mitigation ends later than it was to', async () => {
  const { ctx, id } = await begun(false);
  const { expiresAt } = await recordExtension(ctx, id, 5 * hour);
  expect(expiresAt).toBe(ctx.clock.now() + 5 * hour);
});

test('a mitigation that its target ends by itself is not said to last longer', async () => {
  const { ctx, id } = await begun(true);
  await expect(recordExtension(ctx, id, 5 * hour)).rejects.toMatchObject({ kind: 'usage', code: 'mitigation_ends_itself' });
});
