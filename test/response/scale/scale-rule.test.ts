import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import {
  calmMs,
  confirmMs,
  type Decision,
  decide,
  gapMs,
  lastFlap,
  type Sample,
  type ScaleRule,
  type Scene,
} from '../../../src/response/scale/scale-rule.ts';

const minute = 60_000;
const noon = Date.UTC(2026, 10, 23, 12);
const rule: ScaleRule = { upAt: 5, downAt: 1, forMs: 10 * minute, waitMs: 30_000, coolDownMs: 3 * minute, step: 1, min: 1, max: 20 };

/** A look every minute up to now, oldest first. */
const looks = (...depths: readonly (number | null)[]): readonly Sample[] =>
  depths.map((depth, at) => ({ at: noon - (depths.length - 1 - at) * minute, depth, waitMs: null }));
const scene = (parts: Partial<Scene> = {}): Scene => ({ now: noon, workers: 3, samples: [], acts: [], guards: [], holds: [], ...parts });
const quiet = (workers: number, depth = 0, minutes = 11): Partial<Scene> => ({
  workers,
  samples: looks(...new Array<number>(minutes).fill(depth)),
});
const decided = (parts: Partial<Scene>, own: Partial<ScaleRule> = {}): Pick<Decision, 'move' | 'wanted' | 'cause'> => {
  const { move, wanted, cause } = decide({ ...rule, ...own }, scene(parts));
  return { move, wanted, cause };
};

describe('up', () => {
  it('goes at once to as many as there is work for, once two looks agree', () => {
    expect(decided({ samples: looks(16, 42) })).toEqual({ move: 'up', wanted: 9, cause: 'deep' });
    expect(decided({ samples: looks(15, 42) })).toEqual({ move: 'hold', wanted: 3, cause: 'once_seen' });
    expect(decided({ samples: looks(42) })).toMatchObject({ move: 'hold', cause: 'once_seen' });
  });

  it('takes two looks within seconds for one', () => {
    const near = looks(42, 42).map((sample) => ({ ...sample, at: sample.at === noon ? noon : noon - confirmMs + 1 }));
    expect(decided({ samples: near })).toMatchObject({ cause: 'once_seen' });
    const apart = near.map((sample) => ({ ...sample, at: sample.at === noon ? noon : noon - confirmMs }));
    expect(decided({ samples: apart })).toMatchObject({ move: 'up' });
  });

  it('is bounded by twice as many or ten more, and by the most there may be', () => {
    expect(decided({ samples: looks(5000, 5000) })).toMatchObject({ move: 'up', wanted: 13 });
    expect(decided({ workers: 12, samples: looks(5000, 5000) })).toMatchObject({ wanted: 20 });
    expect(decided({ workers: 12, samples: looks(5000, 5000) }, { max: 100 })).toMatchObject({ wanted: 24 });
    expect(decided({ workers: 20, samples: looks(5000, 5000) })).toMatchObject({ move: 'hold', cause: 'at_bound' });
    expect(decided({ samples: looks(50, 50) }, { max: null })).toMatchObject({ move: 'hold', cause: 'no_max' });
  });

  it('goes as much further as work waits too long, but not where there is a worker for each', () => {
    const waiting = (depth: number) => looks(depth, depth).map((sample) => ({ ...sample, waitMs: 31_000 }));
    expect(decided({ samples: waiting(6) })).toEqual({ move: 'up', wanted: 4, cause: 'waits' });
    const longer = waiting(14).map((sample) => ({ ...sample, waitMs: 90_000 }));
    expect(decided({ samples: longer })).toEqual({ move: 'up', wanted: 9, cause: 'waits' });
    expect(decided({ samples: longer.map((sample) => ({ ...sample, depth: 5 })) })).toMatchObject({ move: 'up', wanted: 5 });
    expect(decided({ samples: waiting(3) })).toMatchObject({ move: 'hold', cause: 'enough' });
    expect(decided({ samples: waiting(6) }, { waitMs: null })).toMatchObject({ cause: 'enough' });
  });

  it('begins the first worker for the first work where there may be none', () => {
    expect(decided({ workers: 0, samples: looks(1, 1) }, { min: 0 })).toEqual({ move: 'up', wanted: 1, cause: 'deep' });
    expect(decided({ workers: 0, samples: looks(90, 90) })).toMatchObject({ move: 'hold', cause: 'stopped' });
  });

  it('never happens while something forbids more, which keeps nothing from going down', () => {
    const guards = ['cost fires'];
    expect(decided({ samples: looks(42, 42), guards })).toMatchObject({ move: 'hold', cause: 'guarded' });
    expect(decided({ ...quiet(3), guards })).toMatchObject({ move: 'down', wanted: 2 });
    expect(decided({ ...quiet(3), holds: ['kill is in force'] })).toMatchObject({ move: 'hold', cause: 'held' });
  });
});

describe('down', () => {
  it('goes by a step after it was quiet for so long', () => {
    expect(decided(quiet(3))).toEqual({ move: 'down', wanted: 2, cause: 'quiet' });
    expect(decided(quiet(3, 0, 10))).toMatchObject({ move: 'hold', cause: 'not_long_quiet' });
    expect(decided(quiet(10), { step: 4 })).toMatchObject({ wanted: 6 });
    expect(decided(quiet(1))).toMatchObject({ move: 'hold', cause: 'at_bound' });
  });

  it('begins to count anew after a change, after one look that was not quiet, and after a gap', () => {
    const act = { at: noon - 5 * minute, from: 4, to: 3 };
    expect(decided({ ...quiet(3), acts: [act] })).toMatchObject({ cause: 'not_long_quiet' });
    expect(decided({ samples: looks(0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0) })).toMatchObject({ cause: 'not_long_quiet' });
    const [first, ...rest] = looks(...new Array<number>(12).fill(0));
    const gap = [{ ...(first as Sample), at: noon - 11 * minute - gapMs }, ...rest.slice(4)];
    expect(decided({ samples: gap })).toMatchObject({ cause: 'not_long_quiet' });
  });

  it('is not kept back by a look that failed in between', () => {
    expect(decided({ samples: looks(0, 0, 0, null, 0, 0, null, 0, 0, 0, 0) })).toMatchObject({ move: 'down' });
  });

  it('leaves the last worker where there is work, and takes it where there is none', () => {
    expect(decided(quiet(1, 0), { min: 0 })).toMatchObject({ move: 'down', wanted: 0 });
    expect(decided(quiet(2, 1), { min: 0, step: 2 })).toMatchObject({ move: 'down', wanted: 1 });
  });

  it('waits for an hour after what was taken away had to be put back', () => {
    const acts = [
      { at: noon - 50 * minute, from: 3, to: 2 },
      { at: noon - 40 * minute, from: 2, to: 3 },
    ];
    expect(decided({ ...quiet(3), acts })).toMatchObject({ move: 'hold', cause: 'calm' });
    expect(decided({ ...quiet(3), acts: acts.map((act) => ({ ...act, at: act.at - 20 * minute })) })).toMatchObject({ move: 'down' });
    expect(
      lastFlap([
        { at: 0, from: 3, to: 2 },
        { at: calmMs, from: 2, to: 3 },
      ]),
    ).toBeNull();
  });
});

describe('nothing', () => {
  it('changes between the two limits, and while it cools down', () => {
    expect(decided({ samples: looks(3, 3) })).toMatchObject({ move: 'hold', cause: 'enough' });
    expect(decided({ samples: looks(15, 15) })).toMatchObject({ move: 'hold', cause: 'enough' });
    expect(decided({ samples: looks(42, 42), acts: [{ at: noon - 2 * minute, from: 2, to: 3 }] })).toMatchObject({ cause: 'cool_down' });
  });

  it('changes by what is not known', () => {
    expect(decided({ samples: [] })).toMatchObject({ move: 'hold', cause: 'unknown' });
    expect(decided({ samples: looks(42, 42, null) })).toMatchObject({ move: 'hold', cause: 'unknown' });
    expect(decided({ workers: null, samples: looks(42, 42) })).toEqual({ move: 'hold', wanted: null, cause: 'unknown' });
    expect(decided({ now: noon + gapMs + 1, samples: looks(42, 42) })).toMatchObject({ cause: 'unknown' });
  });
});

const anyRule = fc
  .record({
    upAt: fc.integer({ min: 2, max: 50 }),
    downShare: fc.double({ min: 0.01, max: 0.9, noNaN: true }),
    forMs: fc.integer({ min: 1, max: 60 }).map((n) => n * minute),
    waitMs: fc.option(fc.integer({ min: 1, max: 600_000 })),
    coolDownMs: fc.integer({ min: 0, max: 30 }).map((n) => n * minute),
    step: fc.integer({ min: 1, max: 5 }),
    min: fc.integer({ min: 0, max: 5 }),
    room: fc.option(fc.integer({ min: 0, max: 50 })),
  })
  .map(
    ({ downShare, room, ...rest }): ScaleRule => ({
      ...rest,
      downAt: rest.upAt * downShare,
      max: room === null ? null : Math.max(1, rest.min + room),
    }),
  );
/** Instants with gaps between them, the newest now, oldest first. */
const spaced = <Each>(
  entries: readonly { readonly gap: number; readonly entry: Each }[],
  lastGap: number,
): readonly (Each & { at: number })[] =>
  entries.map(({ entry }, index) => ({
    ...entry,
    at: noon - lastGap - entries.slice(index + 1).reduce((sum, { gap }) => sum + gap, 0),
  }));
const anySamples = fc
  .array(
    fc.record({
      gap: fc.integer({ min: 1, max: 400_000 }),
      entry: fc.record({ depth: fc.option(fc.integer({ min: 0, max: 2000 })), waitMs: fc.option(fc.nat(900_000)) }),
    }),
    { maxLength: 40 },
  )
  .map((entries): readonly Sample[] => spaced(entries, 0));
const anyActs = fc
  .tuple(
    fc.array(fc.record({ gap: fc.integer({ min: 1, max: calmMs }), entry: fc.record({ from: fc.nat(20), to: fc.nat(20) }) }), {
      maxLength: 6,
    }),
    fc.integer({ min: 1, max: calmMs }),
  )
  .map(([entries, lastGap]) => spaced(entries, lastGap));
const anyScene = fc.record({
  now: fc.constant(noon),
  workers: fc.option(fc.nat(60)),
  samples: anySamples,
  acts: anyActs,
  guards: fc.constantFrom([], [], ['cost fires']),
  holds: fc.constantFrom([], [], [], ['kill is in force']),
});

test('whatever is seen, a move goes its way, within bounds, for a reason, and never against what holds it', () => {
  fc.assert(
    fc.property(anyRule, anyScene, (own, seen) => {
      const { move, wanted, why } = decide(own, seen);
      expect(why).not.toBe('');
      if (move === 'hold') {
        expect(wanted).toBe(seen.workers);
        return;
      }
      const [workers, newest] = [seen.workers ?? Number.NaN, seen.samples.at(-1)];
      expect(seen.holds).toEqual([]);
      expect(newest?.depth).not.toBeNull();
      expect(seen.samples.length).toBeGreaterThan(1);
      expect(noon - (seen.acts.at(-1)?.at ?? Number.NEGATIVE_INFINITY)).toBeGreaterThanOrEqual(own.coolDownMs);
      const each = (newest?.depth ?? 0) / Math.max(1, workers);
      if (move === 'up') {
        expect(seen.guards).toEqual([]);
        expect(wanted).toBeGreaterThan(workers);
        expect(wanted).toBeLessThanOrEqual(Math.min(own.max ?? 0, Math.max(2 * workers, workers + 10)));
      } else {
        expect(each).toBeLessThan(own.downAt);
        expect(wanted).toBeLessThan(workers);
        expect(wanted).toBeGreaterThanOrEqual(Math.max(own.min, workers - own.step));
      }
    }),
    { numRuns: 3000 },
  );
});

test('more work never means fewer workers', () => {
  fc.assert(
    fc.property(anyRule, anyScene, fc.integer({ min: 1, max: 500 }), (own, seen, more) => {
      const busier = {
        ...seen,
        samples: seen.samples.map((sample) => ({ ...sample, depth: sample.depth === null ? null : sample.depth + more })),
      };
      expect(decide(own, busier).wanted ?? 0).toBeGreaterThanOrEqual(decide(own, seen).wanted ?? 0);
    }),
    { numRuns: 3000 },
  );
});
