import { expect, test } from 'vitest';
import { openTurnstile } from '../../../src/ground/runtime/turnstile.ts';

test('lets in so many at once, in order, and goes on after a failure', async () => {
  const turnstile = openTurnstile(2);
  const order: string[] = [];
  let inside = 0;
  let most = 0;
  const work = (name: string) =>
    turnstile(async () => {
      order.push(name);
      inside += 1;
      most = Math.max(most, inside);
      await new Promise((soon) => setImmediate(soon));
      inside -= 1;
      if (name === 'b') throw new Error('b broke');
      return name;
    });
  const ended = await Promise.allSettled(['a', 'b', 'c', 'd', 'e'].map(work));
  expect(ended.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled', 'fulfilled']);
  expect(order).toEqual(['a', 'b', 'c', 'd', 'e']);
  expect(most).toBe(2);
});
