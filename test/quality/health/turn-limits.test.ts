import { expect, test } from 'vitest';
import { turnLimits } from '../../../src/quality/health/turn-limits.ts';
import { aCheck, aFleet, anAgent } from '../../support/facts.ts';

const endpoint = (timeout: unknown) => ({ kind: 'fake', config: { timeout }, at: anAgent().at });

test.each([
  ['the defaults', undefined, null, null, { totalMs: 30_000, connectMs: 10_000, firstByteMs: 30_000, stallMs: 30_000 }],
  ['one number of the endpoint', 5000, null, null, { totalMs: 5000, connectMs: 5000, firstByteMs: 5000, stallMs: 5000 }],
  [
    'phases of the endpoint',
    { connect: 1000, first_byte: 2000, stall: 3000, total: 60_000 },
    null,
    null,
    { totalMs: 60_000, connectMs: 1000, firstByteMs: 2000, stallMs: 3000 },
  ],
  ['the check before the endpoint', 5000, 2000, null, { totalMs: 2000, connectMs: 2000, firstByteMs: 2000, stallMs: 2000 }],
  [
    'the command before all; no phase outlasts it',
    { stall: 3000 },
    2000,
    1000,
    { totalMs: 1000, connectMs: 1000, firstByteMs: 1000, stallMs: 1000 },
  ],
])('%s', (_, said, ofCheck, ofCommand, limits) => {
  const agent = anAgent({ endpoint: endpoint(said) });
  expect(turnLimits(aFleet(agent), agent, aCheck({ timeoutMs: ofCheck }), ofCommand)).toEqual(limits);
});
