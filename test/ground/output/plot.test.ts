import { describe, expect, test } from 'vitest';
import { plainLook } from '../../../src/ground/output/look.ts';
import { type Plot, renderPlot } from '../../../src/ground/output/plot.ts';
import { sparkline } from '../../../src/ground/output/sparkline.ts';

const plot = (parts: Partial<Plot>, unicode = true) =>
  renderPlot(
    { ...plainLook, unicode },
    { values: [], height: 4, width: 20, format: (value) => `${value}`, ends: ['a', 'b', 'c'], marks: [], ...parts },
  );

describe('a plot', () => {
  test('stands on 0, ends at a round number, and tells what is unknown from what is nothing', () => {
    expect(plot({ values: [0, null, 5, 10, 0.01] })).toEqual(
      [
        ' 10 ┤         ███',
        '    ┤         ███',
        '  5 ┤      ██████',
        '    ┤   ···██████▁▁▁',
        '  0 └───────────────',
        '     a      b      c',
      ].map((line) => line.slice(1)),
    );
  });
  test('marks stand where they belong, and those of another time nowhere', () => {
    expect(plot({ values: [1, 1, 1, 1], marks: [{ at: 2 }, { at: 99 }, { at: -5 }] }).at(-2)).toMatch(/^ *0 └─{6,10}▲─{5,9}$/);
  });
  test('more values than columns keep the highest of each column', () => {
    const lines = plot({ values: Array.from({ length: 400 }, (_, at) => (at === 201 ? 10 : 1)) });
    expect(lines[0]).toContain('█');
  });
  test('draws in ASCII, and nothing at all without falling over', () => {
    expect(plot({ values: [1, 2] }, false).join('')).toMatch(/^[\x20-\x7e]*$/);
    expect(plot({ values: [] })).toHaveLength(6);
    expect(plot({ values: [null, null] })).toHaveLength(6);
  });
});

describe('a sparkline', () => {
  test('reaches from nothing to the highest; folds what does not fit', () => {
    expect(sparkline({ unicode: true }, [0, 1, 2, 4], 10)).toBe('▁▃▅█');
    expect(sparkline({ unicode: true }, [1, 1, 0, 0, 2, 2], 3)).toBe('▅▁█');
    expect(sparkline({ unicode: false }, [0, 4], 10)).toBe('_@');
    expect(sparkline({ unicode: true }, [0, 0], 10)).toBe('');
  });
});
