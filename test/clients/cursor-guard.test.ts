import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cursorGuard } from '../../src/clients/cursor-guard.ts';

describe('a walk through pages', () => {
  it('may have any number of different cursors', () => {
    const guard = cursorGuard('h');
    for (let at = 0; at < 50_000; at++) guard.page(1, `c${at}`);
  });

  it('is stopped wherever and however wide the circle is, within three times its length', () => {
    fc.assert(
      fc.property(fc.nat(300), fc.integer({ min: 1, max: 300 }), (before, length) => {
        const guard = cursorGuard('h');
        let pages = 0;
        expect(() => {
          for (; pages < 10_000; pages++) guard.page(1, pages < before ? `a${pages}` : `b${(pages - before) % length}`);
        }).toThrow(/no end/);
        expect(pages).toBeLessThanOrEqual(before + 3 * Math.max(before, length) + 3);
      }),
    );
  });

  it('is stopped where pages stay empty for ever, not where a few are', () => {
    const guard = cursorGuard('h');
    for (let at = 0; at < 999; at++) guard.page(0, `a${at}`);
    guard.page(1, 'row');
    expect(() => {
      for (let at = 0; at < 1001; at++) guard.page(0, `b${at}`);
    }).toThrow(expect.objectContaining({ code: 'backend_malformed' }));
  });
});
