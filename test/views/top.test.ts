import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { plainLook } from '../../src/ground/output/look.ts';
import { displayWidth } from '../../src/ground/output/width.ts';
import type { FleetStatus, StatusRow } from '../../src/oversight/status/fleet-status.ts';
import { figuresOf } from '../../src/telemetry/stats/figures.ts';
import { renderStatusText } from '../../src/views/status-text.ts';
import { firstTop, pressed, shownKeys, type TopState, topFrame } from '../../src/views/top.ts';
import { hour, noon } from '../support/facts.ts';

const row = (key: string, n: number, reasons: readonly string[] = []): StatusRow => ({
  key,
  figures: figuresOf({ n, errors: 1, cost_nanos: n * 1e7, priced: n, steps: n, steps_max: 9 }, null),
  trendNanos: [1, 2, 3],
  standing: { state: reasons.length > 0 ? 'red' : 'green', reasons, since: null, tier: 1, suppressedBy: null, inMaintenance: false },
});

const status = (rows: readonly StatusRow[]): FleetStatus => ({
  fleet: 'acme',
  generatedAt: noon,
  windowMs: 24 * hour,
  window: { fromUs: (noon - 24 * hour) * 1000, toUs: noon * 1000 },
  by: 'agent',
  filter: [],
  basis: 'rollups',
  coverage: { pricedShare: 0.97, syncedUs: (noon - 120_000) * 1000, unread: [], pending: 0 },
  totals: figuresOf({ n: 60, errors: 1, cost_nanos: 6e8, priced: 60 }, null),
  trend: { bucket: 'hour', buckets: 3 },
  freezes: [],
  journalTrouble: null,
  rows,
  leftOut: 0,
});

const fleet = status([
  row('support', 10),
  row('billing', 30, ['26% of 27 requests failed in the last 4 h, promised 5%']),
  row('search', 20),
]);
const keyed = (keys: readonly string[], from: TopState = firstTop) =>
  keys.reduce((state, key) => pressed(state, key, shownKeys(fleet, state)), from);
const frame = (state: TopState, rows = 12, width = 80) =>
  topFrame({ ...plainLook, width }, rows, state, { status: fleet, opened: null, trouble: null }, 'UTC');
const pointed = (state: TopState) =>
  frame(state)
    .find((line) => line.startsWith('▶'))
    ?.split(/\s+/)[3];

describe('keys', () => {
  test('move, and stop at both ends', () => {
    expect(pointed(keyed([]))).toBe('support');
    expect(pointed(keyed(['down', 'j', 'j', 'j']))).toBe('search');
    expect(pointed(keyed(['down', 'up', 'k']))).toBe('support');
  });
  test('sort, and turn it round; the row that is pointed at stays the same', () => {
    expect(shownKeys(fleet, keyed(['s', 's']))).toEqual(['billing', 'search', 'support']);
    expect(shownKeys(fleet, keyed(['s', 's', 'r']))).toEqual(['support', 'search', 'billing']);
    expect(pointed(keyed(['down', 's', 's', 'r']))).toBe('billing');
  });
  test('filter as they are typed, q included, until enter; escape forgets it', () => {
    const typing = keyed(['/', 's', 'q', 'backspace', 'U']);
    expect([typing.isDone, shownKeys(fleet, typing)]).toEqual([false, ['support']]);
    expect(keyed(['enter', 'q'], typing).isDone).toBe(true);
    expect(shownKeys(fleet, keyed(['escape'], typing))).toHaveLength(3);
  });
  test('open what is pointed at, and close it again', () => {
    expect(keyed(['down', 'enter']).opened).toBe('billing');
    expect(keyed(['down', 'enter', 'escape']).opened).toBeNull();
    expect(keyed(['/', 'x', 'enter', 'enter']).opened).toBeNull();
  });
});

describe('a frame', () => {
  test('fills the screen exactly, whatever was pressed', () => {
    const key = fc.constantFrom('up', 'down', 's', 'r', 'w', '/', 'b', 'enter', 'escape', 'backspace', 'q', '\u001B[5~');
    fc.assert(
      fc.property(
        fc.array(key, { maxLength: 20 }),
        fc.integer({ min: 6, max: 40 }),
        fc.integer({ min: 40, max: 160 }),
        (keys, rows, width) => {
          const lines = frame(keyed(keys), rows, width);
          expect(lines).toHaveLength(rows);
          for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(Math.max(width, 60));
        },
      ),
    );
  });
  test('keeps what is pointed at on the screen', () => {
    const many = status(Array.from({ length: 50 }, (_, at) => row(`agent-${at}`, 1, ['down'])));
    const state = { ...firstTop, selected: 'agent-37' };
    const lines = topFrame({ ...plainLook, width: 80 }, 10, state, { status: many, opened: null, trouble: null }, 'UTC');
    expect(lines.filter((line) => line.startsWith('▶')).join()).toContain('agent-37');
  });
});

describe('the table of status', () => {
  test.each([80, 120])('fits %i columns', (width) => {
    for (const line of renderStatusText(fleet, { look: { ...plainLook, width }, verbose: false, zone: 'UTC' }).split('\n'))
      expect(displayWidth(line)).toBeLessThanOrEqual(width);
  });
  test('says its window, freshness and coverage first, and why below', () => {
    const text = renderStatusText(fleet, { look: { ...plainLook, width: 80 }, verbose: false, zone: 'UTC' });
    expect(text.split('\n')[0]).toBe('acme · last 24h · 60 requests · $0.60 · synced 2 m ago · 97% priced');
    expect(text).toContain('\n    26% of 27 requests failed in the last 4 h, promised 5%\n');
  });
});
