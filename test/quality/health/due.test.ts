import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { freshUntil, inMaintenance, slotAt } from '../../../src/quality/health/due.ts';
import { aCheck, aHeartbeat, anAgent, day, hour, minute, noon } from '../../support/facts.ts';

const every = (everyMs: number) => aCheck({ schedule: { kind: 'every', everyMs } });
const cron = (expression: string, zone = 'UTC') => aCheck({ schedule: { kind: 'cron', cron: expression, zone } });
const utc = (text: string) => Date.parse(`${text}Z`);

describe('slots', () => {
  test('every moment has one slot of its interval, begun at or before it and not over', () =>
    fc.assert(
      fc.property(
        fc.integer({ min: 1000, max: 7 * day }),
        fc.integer({ min: noon - 100 * day, max: noon }),
        fc.string(),
        (ms, now, name) => {
          const slot = slotAt(name, every(ms), now) ?? Number.NaN;
          expect(slot).toBeLessThanOrEqual(now);
          expect(slot).toBeGreaterThan(now - ms);
          expect(slotAt(name, every(ms), slot)).toBe(slot);
          expect(slotAt(name, every(ms), slot + ms - 1)).toBe(slot);
          expect(slotAt(name, every(ms), slot + ms)).toBe(slot + ms);
        },
      ),
    ));

  test('a fleet is spread over the interval: no minute of ten asks much more than its share', () => {
    const perMinute = new Map<number, number>();
    for (let n = 0; n < 2000; n++) {
      const bucket = Math.floor(((slotAt(`agent-${n}`, every(10 * minute), noon) ?? 0) % (10 * minute)) / minute);
      perMinute.set(bucket, (perMinute.get(bucket) ?? 0) + 1);
    }
    expect(perMinute.size).toBe(10);
    for (const count of perMinute.values()) {
      expect(count).toBeGreaterThan(140);
      expect(count).toBeLessThan(260);
    }
  });

  test('checks of one agent do not start together', () => {
    const slots = ['a', 'b', 'c', 'd'].map((id) => slotAt('support', aCheck({ id }), noon));
    expect(new Set(slots).size).toBe(4);
  });

  test('the offset is the same on every machine and in every version', () =>
    expect(slotAt('support', aCheck({ id: 'refund-window' }), noon)).toBe(1_772_452_500_755));

  test('cron is on the wall clock of its zone, before and after the clocks change', () => {
    const check = cron('0 9 * * *', 'Europe/Berlin');
    expect(slotAt('a', check, utc('2026-03-28T12:00'))).toBe(utc('2026-03-28T08:00'));
    expect(slotAt('a', check, utc('2026-03-29T12:00'))).toBe(utc('2026-03-29T07:00'));
    expect(slotAt('a', check, utc('2026-03-29T06:59'))).toBe(utc('2026-03-28T08:00'));
  });

  test.each([
    ['its grace', aHeartbeat(day, 45 * minute), 45 * minute],
    ['its interval where the grace is longer', aHeartbeat(10 * minute, hour), 10 * minute],
    ['a minute at most', aHeartbeat(hour, 0), minute],
  ])('a heartbeat is looked at every %s', (_, check, gap) => {
    const slot = slotAt('a', check, noon) ?? Number.NaN;
    expect(slotAt('a', check, slot + gap)).toBe(slot + gap);
    expect(slotAt('a', check, slot + gap - 1)).toBe(slot);
  });
});

describe('how long a result is evidence', () => {
  test('two and a half intervals', () => expect(freshUntil(every(10 * minute), noon)).toBe(noon + 25 * minute));
  test('of a heartbeat, two and a half looks', () => expect(freshUntil(aHeartbeat(day, 40 * minute), noon)).toBe(noon + 100 * minute));
  test('cron with even gaps', () => expect(freshUntil(cron('*/10 * * * *'), noon)).toBe(noon + 25 * minute));
  test('office hours: last evening is fresh until the morning has had its chance', () => {
    const check = cron('*/10 9-17 * * 1-5');
    const fridayEvening = utc('2026-03-06T17:50');
    expect(freshUntil(check, fridayEvening)).toBe(utc('2026-03-09T09:15'));
  });
  test('a day longer over a change of clocks is still two and a half ticks', () =>
    expect(freshUntil(cron('0 0 * * *', 'Europe/Berlin'), utc('2026-10-24T22:00'))).toBe(utc('2026-10-27T11:00')));
});

describe('maintenance', () => {
  const agent = anAgent({ maintenance: [{ cron: '0 3 * * 0', zone: 'UTC', forMs: 2 * hour }] });
  test.each([
    ['2026-03-01T02:59:59.999', false],
    ['2026-03-01T03:00', true],
    ['2026-03-01T04:59:59.999', true],
    ['2026-03-01T05:00', false],
    ['2026-03-02T03:30', false],
  ])('at %s: %s', (at, open) => expect(inMaintenance(agent, utc(at))).toBe(open));

  test('a window that outlasts midnight', () => {
    const late = anAgent({ maintenance: [{ cron: '0 23 * * *', zone: 'UTC', forMs: 3 * hour }] });
    expect(inMaintenance(late, utc('2026-03-02T01:59'))).toBe(true);
    expect(inMaintenance(late, utc('2026-03-02T02:00'))).toBe(false);
  });

  test('any of several windows', () => {
    const maintenance = [...agent.maintenance, { cron: '0 12 * * *', zone: 'UTC', forMs: minute }];
    expect(inMaintenance(anAgent({ maintenance }), noon)).toBe(true);
    expect(inMaintenance(anAgent({ maintenance: [] }), noon)).toBe(false);
  });
});
