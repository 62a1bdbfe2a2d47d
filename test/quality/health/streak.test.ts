import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Check } from '../../../src/fleet/agent.ts';
import type { CheckResult, CheckStatus } from '../../../src/quality/health/result.ts';
import { foldDepth, foldResults, type Standing } from '../../../src/quality/health/streak.ts';
import { aCheck, aResult, aSlot, day, minute, noon } from '../../support/facts.ts';

const interval = 10 * minute;
const letters: Readonly<Record<string, Partial<CheckResult>>> = {
  P: { status: 'pass' },
  D: { status: 'degraded' },
  F: { status: 'fail' },
  E: { status: 'error' },
  R: { status: 'error', outcome: 'rate_limited' },
  S: { status: 'skipped' },
};

/** Slots written oldest first, ten minutes apart, the last one minute ago: `PPF`. */
const slots = (text: string, make = aSlot): readonly CheckResult[] =>
  [...text].toReversed().map((letter, index) => make({ ...letters[letter], endedAt: noon - minute - index * interval }));

const scheduled = (check: Check, text: string) => foldResults(check, slots(text), 'slots', noon);
const patient = aCheck({ failAfter: 2, recoverAfter: 2 });

describe('scheduled slots', () => {
  test('what failed in maintenance is over with it, and keeps nothing red afterwards', () => {
    const check = aCheck({ failAfter: 1, recoverAfter: 3 });
    const planned = (text: string) => slots(text).map((result, at) => ({ ...result, inMaintenance: at > 0 }));
    expect(foldResults(check, planned('PFFP'), 'slots', noon).standing).toBe('up');
    expect(foldResults(check, slots('PFFP'), 'slots', noon).standing).toBe('recovering');
  });

  test.each<[string, Standing]>([
    ['', 'never'],
    ['P', 'up'],
    ['D', 'degraded'],
    ['F', 'failing'],
    ['PF', 'failing'],
    ['FF', 'down'],
    ['FPF', 'failing'],
    ['FFP', 'recovering'],
    ['FFPP', 'up'],
    ['FFPD', 'degraded'],
    ['FFPF', 'down'],
    ['FFPFP', 'recovering'],
    ['FFPFPP', 'up'],
    ['E', 'error'],
    ['PE', 'error'],
    ['FE', 'error'],
    ['FEF', 'down'],
    ['FFE', 'down'],
    ['FFPE', 'recovering'],
    ['FFEPEP', 'up'],
    ['R', 'error'],
    ['PR', 'error'],
    ['RR', 'down'],
    ['FR', 'down'],
    ['RP', 'up'],
    ['S', 'skipped'],
    ['PS', 'up'],
    ['FFS', 'down'],
    ['PSSS', 'skipped'],
    ['FSF', 'down'],
  ])('%s stands as %s', (text, standing) => expect(scheduled(patient, text).standing).toBe(standing));

  test('by default one bad slot is enough, and so is one good one', () => {
    expect(scheduled(aCheck(), 'PF').standing).toBe('down');
    expect(scheduled(aCheck(), 'FP').standing).toBe('up');
    expect(scheduled(aCheck(), 'R').standing).toBe('down');
  });

  test('an outage is told by its last bad slot, also while it recovers or cannot be seen', () => {
    for (const text of ['FFP', 'FFE', 'FFPE']) expect(scheduled(patient, text).evidence?.status).toBe('fail');
  });

  test('an outage that nobody could see into for long is not known to last', () => {
    expect(scheduled(patient, 'FFEE').standing).toBe('down');
    expect(scheduled(patient, 'FFEEE').standing).toBe('error');
  });

  test('manual runs change nothing', () => {
    const manual = [aResult({ status: 'fail', endedAt: noon }), aResult({ status: 'fail', endedAt: noon - 1 })];
    expect(foldResults(patient, [...manual, ...slots('PP')], 'slots', noon).standing).toBe('up');
    expect(foldResults(patient, manual, 'slots', noon).standing).toBe('never');
  });

  test('evidence is stale after two and a half intervals, to the millisecond', () => {
    const [last] = slots('P');
    const end = (last?.endedAt ?? 0) + 2.5 * interval;
    expect(foldResults(patient, slots('P'), 'slots', end).standing).toBe('up');
    expect(foldResults(patient, slots('P'), 'slots', end + 1).standing).toBe('stale');
    expect(foldResults(patient, slots('FF'), 'slots', end + 1).standing).toBe('stale');
  });

  test('it stands as counting by hand says, whatever happened', () =>
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...'PDFERS'), { maxLength: 14 }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 4 }),
        (history, failAfter, recoverAfter) => {
          const { standing } = scheduled(aCheck({ failAfter, recoverAfter }), history.join(''));
          expect(standing).toBe(byHand(history, failAfter, recoverAfter));
        },
      ),
      { numRuns: 2000 },
    ));
});

/** The words of the contract by regular expressions, over slots ten minutes apart of which the last two and a bit are fresh. */
const byHand = (history: readonly string[], failAfter: number, recoverAfter: number): Standing => {
  const all = history.join('');
  const newest = all.at(-1);
  if (newest === undefined) return 'never';
  const fresh = all.slice(-3);
  const told = fresh.replaceAll('S', '').at(-1);
  if (told === undefined) return 'skipped';
  const judged = all.replace(/[ES]/g, '');
  const began = [...judged.matchAll(new RegExp(`(?=([FR]{${failAfter}}))`, 'g'))].at(-1);
  // Nothing since the last beginning of an outage has passed often enough.
  const isDown = began !== undefined && !new RegExp(`[PD]{${recoverAfter}}`).test(judged.slice(began.index));
  if (isDown && /[PDFR]/.test(fresh)) return /[FR]$/.test(judged) ? 'down' : 'recovering';
  return ({ P: 'up', D: 'degraded', F: 'failing', E: 'error', R: 'error' } as const)[told as 'P' | 'D' | 'F' | 'E' | 'R'];
};

describe('this run', () => {
  const run = (text: string, make = aResult) => foldResults(patient, slots(text, make), 'run', noon).standing;
  test.each<[string, Standing]>([
    ['P', 'up'],
    ['F', 'down'],
    ['FFFP', 'up'],
    ['PR', 'error'],
    ['PE', 'error'],
    ['PS', 'skipped'],
    ['FS', 'skipped'],
    ['SP', 'up'],
    ['', 'never'],
  ])('%s stands as %s', (text, standing) => expect(run(text)).toBe(standing));

  test('a check that was not run is judged by an earlier result only while that is fresh', () =>
    expect(foldResults(patient, [aResult({ endedAt: noon - day })], 'run', noon).standing).toBe('stale'));
});

describe('flapping', () => {
  test.each<[string, boolean]>([
    ['PFPFP', true],
    ['PFPF', false],
    ['PRPRP', true],
    ['PEPEP', false],
    ['PSFPFP', true],
    ['PFPFPPPPPP', true],
    ['PFPFPPPPPPP', false],
    ['PDPDPDPD', false],
  ])('%s: %s', (text, flaps) => expect(scheduled(aCheck(), text).flapping).toBe(flaps));

  test('it is the number of changes among the last ten judged results', () =>
    fc.assert(
      fc.property(fc.array(fc.constantFrom<CheckStatus>('pass', 'degraded', 'fail', 'error', 'skipped'), { maxLength: 30 }), (statuses) => {
        const results = statuses.map((status, index) => aSlot({ status, endedAt: noon - index }));
        const bits = statuses
          .filter((status) => status !== 'error' && status !== 'skipped')
          .map((status) => (status === 'fail' ? '1' : '0'));
        const changes =
          bits
            .slice(0, 10)
            .join('')
            .replace(/(.)\1*/g, 'x').length - 1;
        expect(foldResults(aCheck(), results, 'slots', noon).flapping).toBe(changes >= 4);
      }),
    ));

  test('trying again and again while something was built last week does not taint a run today', () => {
    const old = slots('PFPFPF', aResult).map((result) => ({ ...result, endedAt: result.endedAt - 7 * day }));
    expect(foldResults(aCheck(), [aResult(), ...old], 'run', noon).flapping).toBe(false);
    expect(foldResults(aCheck(), slots('PFPFPF', aResult), 'run', noon).flapping).toBe(true);
  });
});

test('the fold is given enough results to count what the manifest asks for', () =>
  expect(foldDepth(aCheck({ failAfter: 30, recoverAfter: 20 }))).toBeGreaterThanOrEqual(50));
