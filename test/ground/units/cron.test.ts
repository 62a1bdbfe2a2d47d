import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cronProblem, isZone, nextTicks, previousTick } from '../../../src/ground/units/cron.ts';

const minute = 60_000;
const utc = (text: string) => Date.parse(`${text}Z`);

describe('what is refused', () => {
  test.each(['*/5 * * * *', '0 3 * * 0', '0 9 * * MON-FRI', '@daily', '0 0 29 2 *', '0 0 L * *'])('%s is a cron expression', (text) =>
    expect(cronProblem(text, 'Europe/Berlin')).toBeNull(),
  );
  test.each(['', '* * * *', '* * * * * *', '60 * * * *', '0 24 * * *', 'every day', '@sometimes', '*/0 * * * *'])(
    '%j is not a cron expression',
    (text) => expect(cronProblem(text, 'UTC')).toMatch(/^is not a cron expression/),
  );
  test('a day that no month has never comes true', () => expect(cronProblem('0 0 31 2 *', 'UTC')).toBe('never comes true'));
  test('an unknown zone is named', () => expect(cronProblem('0 0 * * *', 'Mars/Base')).toBe('has an unknown time zone "Mars/Base"'));
  test.each([
    ['UTC', true],
    ['America/New_York', true],
    ['Mars/Base', false],
    ['', false],
  ])('%j as a zone: %s', (zone, known) => expect(isZone(zone)).toBe(known));
});

describe('the previous tick', () => {
  test.each([
    ['on the tick itself', '0 12 * * *', 'UTC', '2026-03-02T12:00:00.000', '2026-03-02T12:00'],
    ['a millisecond before', '0 12 * * *', 'UTC', '2026-03-02T11:59:59.999', '2026-03-01T12:00'],
    ['a millisecond after', '0 12 * * *', 'UTC', '2026-03-02T12:00:00.001', '2026-03-02T12:00'],
    ['in the zone', '0 9 * * *', 'Asia/Kolkata', '2026-03-02T12:00', '2026-03-02T03:30'],
    ['a month without a 31st', '0 0 31 * *', 'UTC', '2026-03-01T00:00', '2026-01-31T00:00'],
    ['the last leap day', '0 0 29 2 *', 'UTC', '2026-03-01T00:00', '2024-02-29T00:00'],
    ['a skipped time, when the clock has jumped', '30 2 * * *', 'Europe/Berlin', '2026-03-29T12:00', '2026-03-29T01:00'],
    ['a time that comes twice, the first time', '30 2 * * *', 'Europe/Berlin', '2026-10-25T01:45', '2026-10-25T00:30'],
    ['after the clocks went back', '0 3 * * 0', 'America/New_York', '2026-11-01T12:00', '2026-11-01T08:00'],
  ])('%s', (_, expression, zone, at, tick) => expect(previousTick(expression, zone, utc(at))).toBe(utc(tick)));

  /** The plain meaning, minute by minute, by the wall clock of the zone. */
  const naive = (minutes: readonly number[], hours: readonly number[], zone: string, at: number): number => {
    const wall = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
    for (let tick = Math.floor(at / minute) * minute; ; tick -= minute) {
      const [hour, min] = wall.format(tick).split(':').map(Number);
      if (minutes.includes(min ?? -1) && hours.includes(hour ?? -1)) return tick;
    }
  };

  test('it is the one that counting back by the wall clock finds, away from the change of clocks', () =>
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.nat({ max: 59 }), { minLength: 1, maxLength: 4 }),
        fc.uniqueArray(fc.nat({ max: 23 }), { minLength: 1, maxLength: 6 }),
        fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe'),
        fc.integer({ min: utc('2026-06-01T00:00'), max: utc('2026-09-01T00:00') }),
        (minutes, hours, zone, at) => {
          const expression = `${minutes.join(',')} ${hours.join(',')} * * *`;
          expect(previousTick(expression, zone, at)).toBe(naive(minutes, hours, zone, at));
        },
      ),
      { numRuns: 60 },
    ));

  test('looking back sees what looking ahead saw, over every change of clocks and end of month', () =>
    fc.assert(
      fc.property(
        fc.constantFrom('*/30 * * * *', '30 2 * * *', '15 1,2,3 * * *', '0 0 31 * *', '0 3 * * 0', '0 0 L * *', '0 9 * * 1-5'),
        fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'America/Sao_Paulo'),
        fc.integer({ min: utc('2025-01-01T00:00'), max: utc('2026-12-31T00:00') }),
        fc.nat({ max: 10 ** 9 }),
        (expression, zone, from, within) => {
          const ticks = nextTicks(expression, zone, from, 6);
          const at = (ticks[0] ?? from) + (within % ((ticks.at(-1) ?? from) - (ticks[0] ?? from)));
          expect(previousTick(expression, zone, at)).toBe(ticks.findLast((tick) => tick <= at));
        },
      ),
      { numRuns: 150 },
    ));
});

test('the next ticks leave out the moment itself', () =>
  expect(nextTicks('0 * * * *', 'UTC', utc('2026-03-02T12:00'), 2)).toEqual([utc('2026-03-02T13:00'), utc('2026-03-02T14:00')]));
