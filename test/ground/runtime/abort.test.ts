import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { onAbort } from '../../../src/ground/runtime/abort.ts';

describe('waiting for an abort', () => {
  it('calls those who still wait, once each, whoever left before and in whatever order', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.nat(), { nil: null }), { maxLength: 60 }), (steps) => {
        const control = new AbortController();
        const called: number[] = [];
        const waiting = new Map<number, () => void>();
        for (const [id, step] of steps.entries()) {
          if (step === null)
            waiting.set(
              id,
              onAbort(control.signal, () => called.push(id)),
            );
          else {
            const leaving = [...waiting.keys()][step % Math.max(1, waiting.size)] ?? -1;
            const forget = waiting.get(leaving);
            forget?.();
            forget?.();
            waiting.delete(leaving);
          }
        }
        control.abort();
        control.abort();
        expect(called.sort((a, b) => a - b)).toEqual([...waiting.keys()]);
      }),
    );
  });

  it('still calls the rest where one of them makes others leave', () => {
    const control = new AbortController();
    const called: string[] = [];
    const forgetFirst = onAbort(control.signal, () => {
      called.push('first');
      forgetFirst();
    });
    onAbort(control.signal, () => called.push('second'));
    onAbort(control.signal, () => called.push('third'));
    control.abort();
    expect(called).toEqual(['first', 'second', 'third']);
  });

  it('adds one listener for all who wait', () => {
    const control = new AbortController();
    for (let count = 0; count < 1000; count++) onAbort(control.signal, () => undefined);
    expect(getEventListeners(control.signal, 'abort')).toHaveLength(1);
  });
});
