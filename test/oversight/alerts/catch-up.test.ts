import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAlert, readEvents, readOpenAlerts } from '../../../src/oversight/alerts/alerts.journal.ts';
import { undelivered } from '../../../src/oversight/notify/outbox.journal.ts';
import { noon } from '../../support/facts.ts';
import { minuteOf, openWatchedFleet, type WatchedFleet } from '../../support/watched-fleet.ts';

const minuteMs = 60_000;

interface Course {
  readonly minutes: number;
  /** Minutes in which half of the requests fail. */
  readonly bad: (minute: number) => boolean;
  readonly evaluated: (minute: number) => boolean;
}

/** Ten requests a minute, read at once; evaluated in some minutes. */
const run = async ({ clock, take, evaluate }: WatchedFleet, { minutes, bad, evaluated }: Course): Promise<readonly string[]> => {
  const seen: string[] = [];
  for (let minute = 0; minute < minutes; minute++) {
    take(minuteOf(clock.now(), { n: 10, bad: bad(minute) ? 5 : 0, costNanos: 1000 }));
    if (evaluated(minute)) {
      const { transitions, problems } = await evaluate();
      seen.push(
        ...transitions.map(({ to, at, late }) => `${minute}: ${to} at ${(at - noon) / minuteMs}${late ? ', late' : ''}`),
        ...problems,
      );
    }
    clock.advance(minuteMs);
  }
  return seen;
};

const always = () => true;
const key = { rule: 'errors', agent: 'support', label: '' };

describe('moments that nobody judged in time', () => {
  it('leave an alert as if each had been judged, and say that it is told of late', async () => {
    const [steady, absent] = [await openWatchedFleet(), await openWatchedFleet()];
    const course = { minutes: 18, bad: (minute: number) => minute >= 1 };
    expect(await run(steady, { ...course, evaluated: always })).toEqual(['1: pending at 1', '6: firing at 6']);
    expect(await run(absent, { ...course, evaluated: (minute) => minute === 0 || minute >= 15 })).toEqual(['15: firing at 6, late']);
    const [of, late] = [await readAlert(steady.journal, key), await readAlert(absent.journal, key)];
    expect(late?.instance).toEqual(of?.instance);
    const [letter] = await undelivered(absent.journal, 0);
    expect(letter?.message.facts).toMatchObject({ late: true, since: new Date(noon + 6 * minuteMs).toISOString() });
    expect(letter?.message.text).toContain('told of late');
  });

  it('leave alerts so whatever came and went, also where agents without news were skipped', async () => {
    const aMinute = fc.oneof({ weight: 2, arbitrary: fc.constant(null) }, fc.constantFrom(0, 5, 10));
    await fc.assert(
      fc.asyncProperty(fc.array(aMinute, { minLength: 20, maxLength: 45 }), fc.integer({ min: 2, max: 22 }), async (course, gap) => {
        const [steady, absent] = [await openWatchedFleet(), await openWatchedFleet()];
        // A first moment makes nothing up, and the last is judged in both.
        const isJudged = (at: number): boolean => at === 0 || at === course.length - 1 || at % gap === 0;
        for (const [at, bad] of course.entries())
          for (const [{ clock, take, evaluate }, judges] of [[steady, true] as const, [absent, isJudged(at)] as const]) {
            take(bad === null ? [] : minuteOf(clock.now(), { n: 10, bad, costNanos: 1000 }));
            if (judges) await evaluate();
            clock.advance(minuteMs);
          }
        const [each, caughtUp] = [await readOpenAlerts(steady.journal), await readOpenAlerts(absent.journal)];
        expect(caughtUp.map(({ rule, label, instance }) => ({ rule, label, instance }))).toEqual(
          each.map(({ rule, label, instance }) => ({ rule, label, instance })),
        );
      }),
      { numRuns: 6 },
    );
  });

  it('page nobody for what came and went meanwhile, and keep it in the time line', async () => {
    const watched = await openWatchedFleet();
    // Failing from 1 to 6, and the last window of a quarter that holds a failure ends before 30; ten minutes later it is over, at 40.
    const seen = await run(watched, {
      minutes: 46,
      bad: (minute) => minute >= 1 && minute < 7,
      evaluated: (minute) => minute === 0 || minute > 44,
    });
    expect(seen).toEqual(['45: firing at 10, late', '45: resolved at 40, late']);
    expect(await undelivered(watched.journal, 0)).toEqual([]);
    expect((await readEvents(watched.journal, { since: 0 })).map(({ kind, isLate }) => `${kind} ${isLate}`)).toEqual([
      'firing true',
      'resolved true',
    ]);
  });

  it('are left out where they are too many, and that is said', async () => {
    const watched = await openWatchedFleet();
    await run(watched, { minutes: 1, bad: () => false, evaluated: always });
    watched.clock.advance(3 * 24 * 60 * minuteMs);
    watched.take(minuteOf(watched.clock.now(), { n: 10 }));
    const { moments, problems } = await watched.evaluate();
    expect(moments).toBe(24);
    expect(problems).toHaveLength(2);
    expect(problems[1]).toMatch(/^nobody judged traces of prod for 2 d 2 h before 2026-03-04T14:00:00.000Z: too long to be made up for$/);
  });

  it('are judged when their traces come, and until then it is said that they have not', async () => {
    const watched = await openWatchedFleet();
    await run(watched, { minutes: 1, bad: () => false, evaluated: always });
    // The backend is not read for twenty minutes, in ten of which requests fail.
    const missed = [];
    for (let minute = 1; minute <= 20; minute++) {
      missed.push(...minuteOf(watched.clock.now(), { n: 10, bad: minute <= 10 ? 5 : 0, costNanos: 1000 }));
      const { problems, watermark, transitions } = await watched.evaluate();
      expect(transitions).toEqual([]);
      expect(watermark).toBe(noon);
      expect(problems).toHaveLength(watched.clock.now() - noon > 15 * minuteMs ? 1 : 0);
      for (const problem of problems)
        expect(problem).toMatch(
          /^traces of prod are known up to 2026-03-02T12:00:00.000Z only, (1[6-9]|20) m ago: what happened since is not judged yet$/,
        );
      watched.clock.advance(minuteMs);
    }
    watched.take(missed);
    const { transitions } = await watched.evaluate();
    expect(transitions).toMatchObject([{ to: 'firing', at: noon + 6 * minuteMs, late: true }]);
  });
});
