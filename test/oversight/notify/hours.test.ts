import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Hours, isWithin, wallTime, weekdays } from '../../../src/oversight/notify/hours.ts';

const at = (instant: string) => Date.parse(instant);

describe('hours', () => {
  // 23 November 2026 is a Monday.
  test.each<[Partial<Hours>, string, boolean]>([
    [{ from: '08:00', to: '18:00' }, '2026-11-23T08:00:00Z', true],
    [{ from: '08:00', to: '18:00' }, '2026-11-23T07:59:59Z', false],
    [{ from: '08:00', to: '18:00' }, '2026-11-23T18:00:00Z', false],
    [{ from: '00:00', to: '24:00', days: ['mon'] }, '2026-11-23T23:59:59Z', true],
    [{ from: '00:00', to: '24:00', days: ['mon'] }, '2026-11-24T00:00:00Z', false],
    // A night belongs to the day it begins on.
    [{ from: '22:00', to: '06:00', days: ['fri'] }, '2026-11-27T23:00:00Z', true],
    [{ from: '22:00', to: '06:00', days: ['fri'] }, '2026-11-28T05:59:00Z', true],
    [{ from: '22:00', to: '06:00', days: ['fri'] }, '2026-11-28T23:00:00Z', false],
    [{ from: '22:00', to: '06:00', days: ['fri'] }, '2026-11-27T05:00:00Z', false],
    // The clock of the place: one hour from UTC in winter, two in summer.
    [{ from: '09:00', to: '10:00', tz: 'Europe/Berlin' }, '2026-11-23T08:30:00Z', true],
    [{ from: '09:00', to: '10:00', tz: 'Europe/Berlin' }, '2026-07-23T08:30:00Z', false],
    [{ from: '09:00', to: '10:00', tz: 'Europe/Berlin' }, '2026-07-23T07:30:00Z', true],
    // It is Monday in Auckland already.
    [{ from: '00:00', to: '24:00', days: ['mon'], tz: 'Pacific/Auckland' }, '2026-11-22T12:00:00Z', true],
  ])('%j at %s: %s', (hours, moment, within) => {
    expect(isWithin({ from: '00:00', to: '24:00', tz: 'UTC', ...hours }, at(moment))).toBe(within);
  });

  test('of a night and the rest of the day leave no moment out and share none', () => {
    const clock = fc.integer({ min: 0, max: 1439 }).map((minute) => new Date(minute * 60_000).toISOString().slice(11, 16));
    const zone = fc.constantFrom('UTC', 'America/New_York', 'Asia/Kathmandu', 'Australia/Lord_Howe');
    fc.assert(
      fc.property(clock, clock, zone, fc.nat(3 * 366 * 86_400_000), (from, to, tz, offset) => {
        fc.pre(from !== to);
        const moment = at('2025-01-01T00:00:00Z') + offset;
        expect(isWithin({ from, to, tz }, moment)).toBe(!isWithin({ from: to, to: from, tz }, moment));
        expect(weekdays).toContain(wallTime(tz, moment).day);
      }),
    );
  });
});
