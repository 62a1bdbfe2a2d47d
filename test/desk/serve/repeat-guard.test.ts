import { expect, test } from 'vitest';
import { openRepeatGuard } from '../../../src/desk/serve/repeat-guard.ts';

test('a text is said again only after a rest', () => {
  let now = 0;
  const isNew = openRepeatGuard(1000, () => now);
  expect([isNew('a'), isNew('a'), isNew('b')]).toEqual([true, false, true]);
  now = 999;
  expect(isNew('a')).toBe(false);
  now = 1000;
  expect([isNew('a'), isNew('a')]).toEqual([true, false]);
});
