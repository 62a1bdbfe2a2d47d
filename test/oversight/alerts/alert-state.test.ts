import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AlertInstance,
  catchUp,
  isFiring,
  judge,
  type Observation,
  quietInstance,
  type Timing,
} from '../../../src/oversight/alerts/alert-state.ts';

const minuteMs = 60_000;
const timing: Timing = { forMs: 2 * minuteMs, keepFiringMs: 3 * minuteMs, onNoData: 'ok' };
type Said = Observation['said'];

const observed = (said: readonly Said[], from = 0): readonly Observation[] =>
  said.map((each, minute) => ({ at: (from + minute) * minuteMs, said: each }));

const reached = (said: readonly Said[], how: Timing = timing): AlertInstance =>
  observed(said).reduce((instance, observation) => judge(instance, observation, how).instance, quietInstance);

describe('the machine of an alert', () => {
  it('is pending until the condition has held for long enough', () => {
    expect(reached(['breach', 'breach']).state).toBe('pending');
    expect(reached(['breach', 'breach', 'breach'])).toMatchObject({
      state: 'firing',
      since: 2 * minuteMs,
      breachedSince: 0,
      firedAt: 2 * minuteMs,
    });
  });

  it('forgets a pending one at once', () => expect(reached(['breach', 'breach', 'clear', 'breach']).state).toBe('pending'));

  it('recovers before it is over, and is taken back where the condition returns', () => {
    const fired = ['breach', 'breach', 'breach'] as const;
    expect(reached([...fired, 'clear'])).toMatchObject({ state: 'recovering', clearSince: 3 * minuteMs });
    expect(reached([...fired, 'clear', 'clear', 'breach'])).toMatchObject({ state: 'firing', since: 2 * minuteMs, clearSince: null });
    expect(reached([...fired, 'clear', 'clear', 'clear', 'clear'])).toMatchObject({ state: 'resolved', since: 6 * minuteMs });
  });

  it('neither begins nor ends between the two thresholds', () => {
    expect(reached(['between', 'between', 'between', 'between']).state).toBe('inactive');
    expect(reached(['breach', 'breach', 'breach', 'clear', ...Array<Said>(9).fill('between')]).state).toBe('firing');
  });

  it.each([
    ['ok', 'inactive', 'resolved'],
    ['keep', 'pending', 'firing'],
    ['alert', 'firing', 'firing'],
  ] as const)('takes missing data as %s', (onNoData, pending, firing) => {
    const how = { ...timing, onNoData };
    expect(reached(['breach', 'unknown', 'unknown', 'unknown', 'unknown'], how).state).toBe(pending);
    expect(reached(['breach', 'breach', 'breach', 'unknown', 'unknown', 'unknown', 'unknown'], how).state).toBe(firing);
  });

  it('is not changed by a moment that was judged before', () => {
    const instance = reached(['breach', 'breach', 'breach']);
    expect(judge(instance, { at: 2 * minuteMs, said: 'clear' }, timing)).toEqual({ instance, transitions: [] });
  });

  it('tells what came of missed moments, marked late, and not what came and went between', () => {
    const fired = catchUp(quietInstance, observed(['clear', 'breach', 'breach', 'breach', 'breach']), timing);
    expect(fired.transitions).toEqual([{ to: 'firing', at: 3 * minuteMs, late: true }]);
    const gone = catchUp(quietInstance, observed(['breach', 'breach', 'breach', 'clear', 'clear', 'clear', 'clear', 'clear']), timing);
    expect(gone.transitions).toEqual([
      { to: 'firing', at: 2 * minuteMs, late: true },
      { to: 'resolved', at: 6 * minuteMs, late: true },
    ]);
    const again = catchUp(fired.instance, observed(['clear', 'clear', 'clear', 'clear', 'breach', 'breach', 'breach'], 5), timing);
    expect(again.transitions).toEqual([]);
  });

  it('ends in the same state however many moments are judged at once', () => {
    const said = fc.constantFrom<Said>('breach', 'between', 'clear', 'unknown');
    const how = fc.record({
      forMs: fc.constantFrom(0, minuteMs, 3 * minuteMs),
      keepFiringMs: fc.constantFrom(0, minuteMs, 4 * minuteMs),
      onNoData: fc.constantFrom<Timing['onNoData']>('ok', 'keep', 'alert'),
    });
    fc.assert(
      fc.property(fc.array(said, { maxLength: 40 }), how, fc.array(fc.nat(40), { maxLength: 5 }), (moments, rule, cuts) => {
        const all = observed(moments);
        const bounds = [0, ...[...cuts].sort((a, b) => a - b).map((cut) => Math.min(cut, all.length)), all.length];
        let instance = quietInstance;
        let told = false;
        for (const [at, from] of bounds.entries()) {
          const step = catchUp(instance, all.slice(from, bounds[at + 1]), rule);
          for (const { to } of step.transitions) {
            if (to === 'firing') told = true;
            if (to === 'resolved') told = false;
          }
          instance = step.instance;
          expect(told).toBe(isFiring(instance));
        }
        expect(instance).toEqual(all.reduce((each, observation) => judge(each, observation, rule).instance, quietInstance));
      }),
    );
  });
});
