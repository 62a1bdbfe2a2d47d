import { expect, it } from 'vitest';
import { collectProtection } from '../../src/cli/policy-evidence.ts';
import type { Files } from '../../src/ground/runtime/context.ts';
import { noteListening } from '../../src/telemetry/traces/listening.cache.ts';
import { openWatchedFleet } from '../support/watched-fleet.ts';

it('tells a receiver that listens from one that has stopped, and from a machine that cannot tell', async () => {
  const { ctx, fleet, cache, clock } = await openWatchedFleet();
  const [agent] = fleet.agents;
  if (agent === undefined) throw new RangeError('the fleet has no agent');
  const deaf = async (isCacheThere: boolean) => {
    const files = { exists: (path: string) => isCacheThere && path.endsWith('cache.db') } as Files;
    return (await collectProtection({ ...ctx, files }, fleet))(agent).deaf;
  };
  expect(await deaf(false)).toBeNull();
  expect(await deaf(true)).toBe('agentops serve has never listened here');
  noteListening(cache, { since: clock.now() - 60_000, at: clock.now() });
  expect(await deaf(true)).toBeNull();
  clock.advance(3_600_000);
  expect(await deaf(true)).toBe('agentops serve last listened 1 h ago');
});
