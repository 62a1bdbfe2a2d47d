import { describe, expect, test } from 'vitest';
import { readSides } from '../../src/cli/read-sides.ts';
import { aFleet, anAgent, day, noon } from '../support/facts.ts';

const fleet = aFleet(anAgent({ name: 'support' }), anAgent({ name: 'billing' }));
const read = (a: string, b: string, by: string | null = null) =>
  readSides(fleet, [a, b], { by, filter: { env: 'prod' }, windowMs: 7 * day }, noon).map(({ window, filter }) => [
    (noon - window.fromUs / 1000) / day,
    (noon - window.toUs / 1000) / day,
    filter,
  ]);

describe('what is compared', () => {
  test('windows', () => {
    expect(read('14d..7d', '7d..now')).toEqual([
      [14, 7, { env: 'prod' }],
      [7, 0, { env: 'prod' }],
    ]);
    expect(read('2026-03-01..2026-03-02', '2026-03-02..')[0]).toEqual([1.5, 0.5, { env: 'prod' }]);
  });
  test('names: agents where both are, else releases, else what is said', () => {
    expect(read('support', 'billing').map(([, , filter]) => filter)).toEqual([
      { env: 'prod', agent: 'support' },
      { env: 'prod', agent: 'billing' },
    ]);
    expect(read('support', 'v2').map(([, , filter]) => filter)).toEqual([
      { env: 'prod', release: 'support' },
      { env: 'prod', release: 'v2' },
    ]);
    expect(read('s@1', 's@2', 'prompt-version')[0]?.[2]).toEqual({ env: 'prod', promptVersion: 's@1' });
    expect(read('model=a', 'release=b').map(([, , filter]) => filter)).toEqual([
      { env: 'prod', model: 'a' },
      { env: 'prod', release: 'b' },
    ]);
  });
  test.each([
    ['7d..14d', 'a'],
    ['x..y', 'a'],
    ['colour=red', 'a'],
  ])('%s is refused', (a, b) => expect(() => read(a, b)).toThrow(/is not a (window|filter)/));
});
