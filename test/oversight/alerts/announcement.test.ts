import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AlertInstance, flapping, isFiring, judge, quietInstance } from '../../../src/oversight/alerts/alert-state.ts';
import { type Announcing, announce, type Told } from '../../../src/oversight/alerts/announcement.ts';

const minuteMs = 60_000;
const timing = { forMs: 0, keepFiringMs: 0, onNoData: 'ok' } as const;
const firing: AlertInstance = { ...quietInstance, state: 'firing', since: 0, firedAt: 0, judgedAt: 0 };
const told: Told = { channels: ['oncall'], at: 0, firedAt: 0, reminders: 0, severity: 'page' };
const base: Announcing = { now: 0, instance: firing, severity: 'page', route: ['oncall'], told: null, quiet: null, remind: null };

describe('announcing', () => {
  it('tells the route of a firing once', () => {
    const first = announce(base);
    expect(first.announcements).toEqual([{ kind: 'fire', channels: ['oncall'] }]);
    expect(announce({ ...base, now: 1, told: first.told }).announcements).toEqual([]);
  });

  it('tells who comes into the route later, and nobody twice', () => {
    expect(announce({ ...base, told, route: ['oncall', 'chat'] })).toMatchObject({
      announcements: [{ kind: 'fire', channels: ['chat'] }],
      told: { channels: ['oncall', 'chat'] },
    });
  });

  it.each(['silence', 'maintenance', 'parent'] as const)('keeps quiet for a %s, and tells when it is over', (by) => {
    const quieted = announce({ ...base, quiet: { by, because: 'deploy' } });
    expect(quieted).toEqual({ announcements: [], told: null });
    expect(announce({ ...base, told: quieted.told }).announcements).toHaveLength(1);
  });

  it('tells of the end in a silence, because the page would stay open', () => {
    const ended = announce({
      ...base,
      instance: { ...firing, state: 'resolved' },
      told,
      quiet: { by: 'silence', because: 'deploy' },
      route: [],
    });
    expect(ended).toEqual({ announcements: [{ kind: 'resolve', channels: ['oncall'] }], told: null });
  });

  it('reminds as often as allowed, and not of what somebody has taken on', () => {
    const remind = { everyMs: 10 * minuteMs, most: 2 };
    let known: Told | null = told;
    const reminders: number[] = [];
    for (let minute = 1; minute <= 60; minute++) {
      const step = announce({ ...base, now: minute * minuteMs, told: known, remind });
      if (step.announcements.length > 0) reminders.push(minute);
      known = step.told;
    }
    expect(reminders).toEqual([10, 20]);
    expect(announce({ ...base, now: 60 * minuteMs, told, remind, quiet: { by: 'ack', because: 'maria' } }).announcements).toEqual([]);
  });

  it('keeps a flapping alert open until it has calmed down', () => {
    let instance = quietInstance;
    let known: Told | null = null;
    const seen: string[] = [];
    for (let minute = 0; minute < 24 * 60; minute++) {
      const said = minute < 60 && minute % 4 < 2 ? 'breach' : 'clear';
      instance = judge(instance, { at: minute * minuteMs, said }, timing).instance;
      const step = announce({ ...base, now: minute * minuteMs, instance, told: known });
      known = step.told;
      seen.push(...step.announcements.map(({ kind }) => `${kind} ${minute}`));
    }
    expect(seen.filter((each) => each.startsWith('fire')).length).toBeLessThanOrEqual(flapping.begins / 2 + 1);
    expect(seen.at(-1)).toMatch(/^resolve (3[6-9]|4[0-9])\d$/);
    expect(known).toBeNull();
  });

  it('tells every channel of beginning and end in turn, whatever comes between, and leaves nothing open', () => {
    const channels = ['oncall', 'chat', 'mail'];
    const moment = fc.record({
      said: fc.constantFrom('breach', 'clear', 'unknown') as fc.Arbitrary<'breach' | 'clear' | 'unknown'>,
      route: fc.subarray(channels),
      quiet: fc.constantFrom(null, 'silence', 'maintenance', 'parent', 'ack') as fc.Arbitrary<
        'silence' | 'maintenance' | 'parent' | 'ack' | null
      >,
    });
    fc.assert(
      fc.property(fc.array(moment, { maxLength: 60 }), (moments) => {
        const open = new Set<string>();
        let instance = quietInstance;
        let known: Told | null = null;
        const calm = Array.from({ length: 400 }, () => ({ said: 'clear' as const, route: [], quiet: null }));
        for (const [minute, { said, route, quiet }] of [...moments, ...calm].entries()) {
          const now = minute * minuteMs;
          instance = judge(instance, { at: now, said }, timing).instance;
          const step = announce({ ...base, now, instance, route, told: known, quiet: quiet === null ? null : { by: quiet, because: 'x' } });
          for (const { kind, channels: to } of step.announcements)
            for (const channel of to) {
              expect(open.has(channel)).toBe(kind !== 'fire');
              if (kind === 'fire') open.add(channel);
              if (kind === 'resolve') open.delete(channel);
            }
          known = step.told;
          // Nobody who should know does not: a firing that nothing quiets has reached its route.
          if (isFiring(instance) && quiet === null) for (const channel of route) expect(open.has(channel)).toBe(true);
        }
        expect([...open]).toEqual([]);
      }),
    );
  });
});
