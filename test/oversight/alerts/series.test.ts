import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSeries } from '../../../src/oversight/alerts/series.ts';

const number = (text: string): number | null => (/^\d+$/.test(text) ? Number(text) : null);

describe('a series by the minute', () => {
  it.each([
    ['5', [5]],
    ['5x3 0 _x2 1', [5, 5, 5, 0, null, null, 1]],
    ['5+2x3', [5, 7, 9]],
    ['5-2x3', [5, 3, 1]],
    ['7+1', [7]],
  ])('%s', (text, expected) => {
    expect(parseSeries(text, number)).toEqual(expected);
  });

  it.each(['', 'q', '5x', '5x-1', '+1x3', '_+1x3', '5+qx3', '1x99999', '1-1x3'])('is refused: %s', (text) => {
    expect(parseSeries(text, number)).toHaveProperty('problem');
  });

  it('reads back what was written', () => {
    const run = fc.record({ value: fc.option(fc.nat(1000)), times: fc.integer({ min: 1, max: 20 }) });
    fc.assert(
      fc.property(fc.array(run, { minLength: 1, maxLength: 20 }), (runs) => {
        const text = runs.map(({ value, times }) => `${value ?? '_'}x${times}`).join(' ');
        expect(parseSeries(text, number)).toEqual(runs.flatMap(({ value, times }) => new Array(times).fill(value)));
      }),
    );
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string(), (text) => void parseSeries(text, number)));
  });
});
