import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { plainLook } from '../../../src/ground/output/look.ts';
import { type Plot, renderPlot } from '../../../src/ground/output/plot.ts';
import { sparkline } from '../../../src/ground/output/sparkline.ts';
import { displayWidth } from '../../../src/ground/output/width.ts';

const plot = (parts: Partial<Plot>, unicode = true) =>
  renderPlot(
    { ...plainLook, unicode },
    { values: [], step: 1, width: 20, format: (value) => `${value}`, ends: ['a', 'b', 'c'], marks: [], ...parts },
  );

describe('a plot', () => {
  test('stands on 0, ends at a round number, and draws nothing where nothing is known', () => {
    expect(plot({ values: [0, null, 5, 10, 2, null] })).toEqual([
      '10 ┤     ┏━┓',
      ' 8 ┤     ┃ ┃',
      ' 6 ┤    ━┛ ┃',
      ' 4 ┤       ┃',
      ' 2 ┤       ┗━━',
      ' 0 ┤━━',
      '   └──··──────··',
      '    a    b     c',
    ]);
  });
  test('time runs evenly over the whole width, however little of it is known', () => {
    const lines = plot({ values: [null, null, null, null, 1, null, null, null], width: 20 });
    const [drawn = ''] = lines.filter((line) => line.includes('━'));
    expect([drawn.indexOf('━'), drawn.lastIndexOf('━')].map((at) => lines.at(-2)?.[at])).toEqual(['─', '─']);
    expect(lines.at(-2)).toMatch(/└·+─+·+$/);
  });
  test('marks stand where they belong, and those of another time nowhere', () => {
    expect(plot({ values: [1, 1, 1, 1], marks: [2, 99, -5].map((at) => ({ at, sign: '▲' })) }).at(-2)).toMatch(/^ *└─{6,10}▲─{5,9}$/);
  });
  test('more values than columns keep the highest of each column', () => {
    const lines = plot({ values: Array.from({ length: 400 }, (_, at) => (at === 201 ? 10 : 1)) });
    expect(lines[0]).toMatch(/┏|┓|━/);
  });
  test('draws in ASCII, and nothing at all without falling over', () => {
    expect(plot({ values: [1, null, 2] }, false).join('')).toMatch(/^[\x20-\x7e]*$/);
    expect(plot({ values: [] })).toHaveLength(8);
    expect(plot({ values: [null, null] })).toHaveLength(8);
    expect(plot({ values: [3] })).toHaveLength(8);
  });
  test('any values fit the width, each row at its place', () => {
    const values = fc.array(fc.option(fc.double({ min: 0, max: 1e12, noNaN: true })), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(values, fc.integer({ min: 40, max: 120 }), (values, width) => {
        const lines = plot({ values, width, step: 2, format: (value) => value.toPrecision(3) });
        expect(lines).toHaveLength(13);
        for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(width);
        const axis = lines.at(-2)?.indexOf('└');
        for (const line of lines.slice(0, -2)) expect(line[axis ?? 0]).toMatch(/[┤│]/);
        const top = Math.max(0, ...values.map((value) => value ?? 0));
        const highest = lines.findIndex((line) => /[━┏┓┗┛]/.test(line.slice((axis ?? 0) + 1)));
        expect(highest === -1).toBe(values.every((value) => value === null));
        if (top > 0) expect(highest).toBeLessThanOrEqual(6);
      }),
    );
  });
});

describe('a sparkline', () => {
  test('reaches from nothing to the highest; folds what does not fit', () => {
    expect(sparkline({ unicode: true }, [0, 1, 2, 4], 10)).toBe('▁▃▅█');
    expect(sparkline({ unicode: true }, [1, 1, 0, 0, 2, 2], 3)).toBe('▅▁█');
    // Five bars of one and two would look like peaks: it is three of two, the oldest of one.
    expect(sparkline({ unicode: true }, [1, 1, 1, 1, 1], 4)).toBe('▅██');
    expect(sparkline({ unicode: false }, [0, 4], 10)).toBe('_@');
    expect(sparkline({ unicode: true }, [0, 0], 10)).toBe('');
  });
});
