import { describe, expect, it } from 'vitest';
import { plainLook } from '../../src/ground/output/look.ts';
import { displayWidth } from '../../src/ground/output/width.ts';
import { historyFormats } from '../../src/views/history.ts';
import { documentSchemas } from '../../src/views/schemas.ts';
import { parseCsv } from '../support/csv.ts';
import { past24h } from './sample.ts';

const zone = 'Europe/Berlin';
const text = (width: number | null, unicode = true, verbose = false): string =>
  `\n${historyFormats.text(past24h, { look: { ...plainLook, width, unicode }, verbose, zone })}`;

describe('history as text', () => {
  it('fits 80 columns by showing the newest results', () => {
    expect(text(80)).toBe(`
acme/support  24 h 97% · 7 d 99.51% · 30 d -

refund-window  ▁▁▇▇▄▄▇▇▇▇▇▇▇▇?▇·▇▇▇▇▇▇▇▇▇▇▇▇▁▇▇▇▇  24 h 95% · 7 d 99% · 30 d -
greeting                     ▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇  24 h 100% · 7 d 100% · 30 d -

▇ pass   ▄ degraded   ▁ fail   ? error   · skipped   newest right

WHEN                  CHECK          STATUS   WHY
2026-11-01 13:45 CET  refund-window  ✖ fail   The answer does not contain "30 d…
2026-11-01 10:00 CET  refund-window  ? error  The answer does not contain "30 d…
2026-11-01 06:45 CET  refund-window  ✖ fail   The answer does not contain "30 d…
2026-11-01 06:30 CET  refund-window  ✖ fail   The answer does not contain "30 d…
2026-11-01 06:15 CET  refund-window  ✖ fail   The answer does not contain "30 d…
    The answer does not contain "30 days".
`);
  });

  it('shows more in 120 columns', () => {
    expect(text(120)).toBe(`
acme/support  24 h 97% · 7 d 99.51% · 30 d -

refund-window  ▇▇▇▇▇▇▇▇▇▇▁▁▁▇▇▄▄▇▇▇▇▇▇▇▇?▇·▇▇▇▇▇▇▇▇▇▇▇▇▁▇▇▇▇  24 h 95% · 7 d 99% · 30 d -
greeting                                ▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇  24 h 100% · 7 d 100% · 30 d -

▇ pass   ▄ degraded   ▁ fail   ? error   · skipped   newest right

WHEN                      AGO  CHECK          STATUS   WHY
2026-11-01 13:45 CET  1 h ago  refund-window  ✖ fail   The answer does not contain "30 days".
2026-11-01 10:00 CET  5 h ago  refund-window  ? error  The answer does not contain "30 days".
2026-11-01 06:45 CET  8 h ago  refund-window  ✖ fail   The answer does not contain "30 days".
2026-11-01 06:30 CET  8 h ago  refund-window  ✖ fail   The answer does not contain "30 days".
2026-11-01 06:15 CET  8 h ago  refund-window  ✖ fail   The answer does not contain "30 days".
`);
  });

  it('draws with ASCII alone', () => {
    expect(text(80, false)).toMatch(/^[ -~\n]*$/);
    expect(text(80, false)).toContain('refund-window  xx++!!++++++++?+.++++++++++++x++++  24 h 95% - 7 d 99% - 30 d -\n');
  });

  it('counts the failures it does not list, and lists them when verbose', () => {
    const many = { ...past24h, checks: past24h.checks.map((check) => ({ ...check, results: [...check.results, ...check.results] })) };
    const shown = (verbose: boolean) => historyFormats.text(many, { look: plainLook, verbose, zone });
    expect(shown(false)).toContain('\nand 5 earlier failures\n');
    expect(shown(true).match(/✖ fail/g)).toHaveLength(8);
  });

  it.each([60, 80, 120])('never exceeds %i columns', (width) => {
    for (const line of text(width, true, true).split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(width);
  });

  it('says so where there is no result', () => {
    const empty = { ...past24h, uptime: { d1: null, d7: null, d30: null }, checks: [] };
    expect(historyFormats.text(empty, { look: plainLook, verbose: false, zone })).toBe(
      'acme/support  24 h - · 7 d - · 30 d -\n\nno results in this time\n',
    );
  });
});

describe('history for machines', () => {
  it('has every key its schema names, and no other', () => {
    const document = JSON.parse(historyFormats.json(past24h));
    expect(documentSchemas.history.parse(document)).toEqual(document);
    expect(document).toMatchObject({ agent: 'support', uptime_24h: 0.972, uptime_30d: null });
  });

  it('is one CSV record a result, oldest first', () => {
    const [head = [], ...records] = parseCsv(historyFormats.csv(past24h));
    const column = (name: string, record: readonly string[] | undefined): string | undefined => record?.[head.indexOf(name)];
    expect(records.length).toBe(65);
    expect(column('at', records[0])).toBe('2026-11-01T02:45:00.000Z');
    expect(column('cost_usd', records[0])).toBe('0.0042');
    expect(column('slot_at', records[0])).toBe('');
  });
});
