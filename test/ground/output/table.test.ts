import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderLine, renderParagraph } from '../../../src/ground/output/line.ts';
import { type Look, plainLook } from '../../../src/ground/output/look.ts';
import { type Column, renderTable } from '../../../src/ground/output/table.ts';
import { cutToWidth, displayWidth } from '../../../src/ground/output/width.ts';

const wide = (width: number, parts: Partial<Look> = {}): Look => ({ ...plainLook, width, ...parts });
const columns: readonly Column[] = [
  { title: 'ID' },
  { title: 'N', align: 'right' },
  { title: 'NOTE', flexible: true, minWidth: 10, optional: true },
];
const rows = [
  [{ text: 'refund-window' }, { text: '3' }, { text: 'the answer does not say how many days' }],
  [{ text: '東京' }, { text: '1,234' }, { text: '👩🏽‍💻 fine' }],
];
const shown = (look: Look): readonly string[] => {
  const { head, rows: lines } = renderTable(look, columns, rows);
  return [head, ...lines];
};

describe('a table', () => {
  it('is as wide as its texts where nothing limits it', () => {
    expect(shown(plainLook)).toEqual([
      'ID                 N  NOTE',
      'refund-window      3  the answer does not say how many days',
      '東京           1,234  👩🏽‍💻 fine',
    ]);
  });

  it('cuts the flexible column to fit', () => {
    expect(shown(wide(40))).toEqual([
      'ID                 N  NOTE',
      'refund-window      3  the answer does n…',
      '東京           1,234  👩🏽‍💻 fine',
    ]);
    expect(shown(wide(40, { unicode: false }))[1]).toBe('refund-window      3  the answer does...');
  });

  it('leaves an optional column out before it gets too narrow, and says so', () => {
    expect(renderTable(wide(31), columns, rows).dropped).toEqual(['NOTE']);
    expect(renderTable(wide(32), columns, rows).dropped).toEqual([]);
  });

  it('never cuts an id', () => {
    expect(shown(wide(10))[1]).toBe('refund-window      3');
  });

  it('has no colour of its own', () => {
    expect(shown(plainLook).join('')).not.toContain('\u001b');
  });

  it('paints the text and not the space around it', () => {
    const look = { ...plainLook, paint: (tone: string, text: string) => (tone === 'plain' ? text : `<${text}>`) };
    expect(renderTable(look, columns, [[{ text: 'a', tone: 'bad' }, { text: '1' }, { text: '' }]])).toEqual({
      head: '<ID>  <N>  <NOTE>',
      rows: ['<a>   1'],
      dropped: [],
    });
  });
});

const letters = fc.string({
  unit: fc.constantFrom('a', ' ', 'é', 'e\u0301', '東', '😀', '👩🏽‍💻', '🇩🇪', 'ส', '\u0e31', 'x'),
  maxLength: 60,
});

describe('widths', () => {
  it.each([
    ['abc', 3],
    ['東京', 4],
    ['e\u0301', 1],
    ['😀', 2],
    ['👩🏽‍💻', 2],
    ['🇩🇪', 2],
    ['1️⃣', 2],
    ['สวัสดี', 4],
    ['✔ green · ▁▂█ …', 15],
    ['✔\uFE0F ok', 5],
    ['█\u0301 ok', 4],
    ['', 0],
  ])('%s', (text, columns) => {
    expect(displayWidth(text)).toBe(columns);
  });

  it('a cut text fits, and a text that fits is not cut', () => {
    fc.assert(
      fc.property(letters, fc.nat(40), (text, columns) => {
        const cut = cutToWidth(text, columns, '…');
        expect(displayWidth(cut)).toBeLessThanOrEqual(columns);
        if (displayWidth(text) <= columns) expect(cut).toBe(text);
      }),
    );
  });
});

describe('lines', () => {
  const pieces = [{ text: 'name  ', tone: 'strong' }, { text: 'one two three four' }] as const;

  it('are cut across their pieces', () => {
    expect(renderLine(wide(16), 2, pieces)).toBe('  name  one two…');
    expect(renderLine(wide(26), 2, pieces)).toBe('  name  one two three four');
    expect(renderLine(plainLook, 2, pieces)).toBe('  name  one two three four');
  });

  it('go on below, until there are enough of them', () => {
    expect(renderParagraph(wide(13), { indent: 2, hang: 2, maxLines: 3 }, pieces)).toEqual(['  name  one', '    two three', '    four']);
    expect(renderParagraph(wide(13), { indent: 2, hang: 2, maxLines: 2 }, pieces)).toEqual(['  name  one', '    two thre…']);
    expect(renderParagraph(plainLook, { indent: 2, hang: 2, maxLines: 1 }, pieces)).toEqual(['  name  one two three four']);
  });

  it('are not broken between a number and its unit', () => {
    const shape = { indent: 0, hang: 2, maxLines: 3 };
    expect(renderParagraph(wide(17), shape, [{ text: '2 attempts · 19 ms' }])).toEqual(['2 attempts ·', '  19 ms']);
    expect(renderParagraph(wide(12), shape, [{ text: 'after 3 small ones' }])).toEqual(['after 3', '  small ones']);
  });

  it('end in no blank, not even in a coloured one: a full line would wrap', () => {
    const painted = wide(12, { paint: (_tone, text) => `<${text}>` });
    const lines = renderParagraph(painted, { indent: 2, hang: 0, maxLines: 3 }, [{ text: 'ten letter and more', tone: 'dim' }]);
    expect(lines).toEqual(['  <ten ><letter>', '  <and ><more>']);
    expect(renderLine(painted, 0, [{ text: 'a' }, { text: '  ', tone: 'dim' }])).toBe('<a>');
  });

  it('always fit', () => {
    fc.assert(
      fc.property(fc.array(letters, { maxLength: 4 }), fc.integer({ min: 8, max: 60 }), (texts, width) => {
        for (const line of renderParagraph(
          wide(width),
          { indent: 2, hang: 3, maxLines: 3 },
          texts.map((text) => ({ text })),
        )) {
          expect(displayWidth(line)).toBeLessThanOrEqual(width);
        }
      }),
    );
  });
});
