import { expect, test } from 'vitest';
import { wishOf } from '../../../src/response/runbooks/wish.ts';

const step = { kind: 'disable', args: {}, ttlMs: 3_600_000 } as const;

test('a target may end by itself what is to be reverted, and never what is to page a person', () => {
  expect(wishOf({ ...step, onExpiry: 'revert' }, {}, {})).toMatchObject({ ttlMs: 3_600_000 });
  expect(wishOf({ ...step, onExpiry: 'page' }, {}, {})).toMatchObject({ ttlMs: null });
});
