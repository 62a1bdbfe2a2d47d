import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderCsv } from '../../../src/ground/output/csv.ts';
import { inertJson, jsonDocument } from '../../../src/ground/output/json.ts';
import { renderNagios } from '../../../src/ground/output/nagios.ts';
import { renderMetrics } from '../../../src/ground/output/prometheus.ts';
import { parseCsv } from '../../support/csv.ts';

describe('JSON', () => {
  it('reads back as the same value and holds nothing that acts', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
        const text = inertJson(value);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u202e]|##\[/);
      }),
    );
  });

  it('starts with version, time and fleet', () => {
    expect(jsonDocument('acme', Date.UTC(2026, 10, 1), { state: 'green' })).toBe(
      '{\n  "schema_version": "1",\n  "generated_at": "2026-11-01T00:00:00.000Z",\n  "fleet": "acme",\n  "state": "green"\n}\n',
    );
  });
});

describe('CSV', () => {
  it('keeps numbers, guards texts, and leaves what is missing empty', () => {
    expect(renderCsv(['a', 'b', 'c', 'd'], [[-1.5, '-1.5', null, 'say "hi", ok']])).toBe(`a,b,c,d\r\n-1.5,'-1.5,,"say ""hi"", ok"\r\n`);
  });

  it('has as many records and fields as were given', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string({ unit: 'binary' }), fc.string()), { minLength: 1 }), (records) => {
        const read = parseCsv(renderCsv(['a', 'b'], records));
        expect(read.map((record) => record.length)).toEqual([2, ...records.map(() => 2)]);
      }),
    );
  });
});

describe('Prometheus metrics', () => {
  it('escape labels and help, write special numbers, and leave out what is empty', () => {
    const metric = { name: 'agentops_x', type: 'gauge', help: 'a\\b\nc' } as const;
    expect(
      renderMetrics([
        {
          metric,
          samples: [
            { labels: { agent: 'a"b\\c\nd' }, value: 1e21 },
            { labels: {}, value: Number.POSITIVE_INFINITY },
            { labels: {}, value: null },
          ],
        },
        { metric: { ...metric, name: 'agentops_y' }, samples: [] },
      ]),
    ).toBe('# HELP agentops_x a\\\\b\\nc\n# TYPE agentops_x gauge\nagentops_x{agent="a\\"b\\\\c d"} 1e+21\nagentops_x +Inf\n');
  });
});

describe('plugin output', () => {
  it('has performance data of known values only', () => {
    const data = [
      { label: "o'clock=1", value: 1.5, unit: 's', min: 0 },
      { label: 'share', value: 20, unit: '%', min: 0, max: 100 },
      { label: 'none', value: null },
    ] as const;
    expect(renderNagios('X', 1, 'a|b', data, ['more\nlines'])).toBe(
      "X WARNING - a/b | 'o''clock-1'=1.5s;;;0 'share'=20%;;;0;100\nmore lines\n",
    );
    expect(renderNagios('X', 0, 'fine', [], [])).toBe('X OK - fine\n');
  });
});
