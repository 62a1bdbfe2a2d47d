import { expect, test } from 'vitest';
import { driftBetween, fingerprintOf } from '../../../src/quality/health/fingerprint.ts';
import { turn } from '../../support/turn.ts';

const card = (facets: Record<string, string>) => ({ name: null, version: null, models: [], tools: [], skills: [], facets });

test('an agent that tells nothing of itself has no fingerprint', () => expect(fingerprintOf(turn())).toBeNull());

test('each facet has a hash of its own, and the model that answered is one', () => {
  const told = fingerprintOf(turn({ model: 'm-1', card: card({ tools: 'a b', skills: '' }) }));
  expect(Object.keys(told ?? {}).sort()).toEqual(['model', 'tools']);
  expect(told?.['tools']).toMatch(/^[0-9a-f]{16}$/);
});

test('drift names the facets that changed, and no others', () => {
  const before = fingerprintOf(turn({ model: 'm-1', card: card({ tools: 'a b', skills: 'x' }) }));
  const now = fingerprintOf(turn({ model: 'm-2', card: card({ tools: 'a b', prompt: 'new' }) }));
  expect(driftBetween(before, now)).toEqual(['model']);
  expect(driftBetween(before, before)).toEqual([]);
  expect(driftBetween(null, now)).toEqual([]);
  expect(driftBetween(before, null)).toEqual([]);
});
