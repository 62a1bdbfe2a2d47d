import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type GateInput, judgeRun } from '../../../src/quality/evals/gate.ts';
import { levelsOf } from '../../../src/quality/evals/looks.ts';
import type { Baseline } from '../../../src/quality/evals/run.ts';
import type { GateSettings } from '../../../src/quality/evals/suite.ts';
import type { CaseTally } from '../../../src/quality/evals/trial.ts';

const settings: GateSettings = {
  minPassRate: null,
  alpha: 0.05,
  broadShare: 0.5,
  minEffect: 0.02,
  window: 10,
  maxExtraRepeats: 6,
  onInconclusive: 'no-verdict',
};

const tally = (caseId: string, passes: number, fails: number, more: Partial<CaseTally> = {}): CaseTally => ({
  caseId,
  hash: 'same',
  severity: 'normal',
  cluster: null,
  passes,
  fails,
  errors: 0,
  ...more,
});

const suite = (count: number, of: (at: number) => Partial<CaseTally> = () => ({})): CaseTally[] =>
  Array.from({ length: count }, (_, at) => tally(`case-${at}`, 3, 0, of(at)));

const accepted = (cases: readonly CaseTally[], runs = 10): Baseline => ({ source: `${runs} accepted runs`, runs, cases });

const always = (count = 40): Baseline => accepted(suite(count, () => ({ passes: 30 })));

const judge = (tallies: readonly CaseTally[], baseline: Baseline | null = always(), more: Partial<GateInput> = {}) =>
  judgeRun({ tallies, baseline, settings, complete: true, repeats: 3, ...more });

/** Case `at` fails all it is asked, the others none. */
const failing = (...broken: number[]) => suite(40, (at) => (broken.includes(at) ? { passes: 0, fails: 3 } : {}));

const again = (cases: readonly CaseTally[], fails: (caseId: string) => number, ids: readonly string[], times = 6): CaseTally[] =>
  cases.map((each) => {
    if (!ids.includes(each.caseId)) return each;
    const added = { passes: times - fails(each.caseId), fails: fails(each.caseId), errors: 0 };
    return { ...each, passes: each.passes + added.passes, fails: each.fails + added.fails, added };
  });

describe('against a baseline', () => {
  test('nothing changed: pass, with what it could have seen', () => {
    const result = judge(suite(40));
    expect(result.verdict).toBe('pass');
    expect(result.detectableDrop).toBeGreaterThan(0.02);
    expect(result.detectableDrop).toBeLessThan(0.08);
    expect(result.reason).toContain(`A drop of ${((result.detectableDrop ?? 0) * 100).toFixed(1)} points would be seen`);
    expect(result.extend).toEqual([]);
  });
  test('a case that broke: fail, with what it did before', () => {
    const result = judge(failing(7));
    expect(result.verdict).toBe('fail');
    expect(result.reason).toContain('case-7');
    // 1 of the C(33, 3) = 5,456 ways to choose the fails; by Holm, times 40.
    expect(result.regressions).toEqual([{ caseId: 'case-7', rule: 'sharp', pValue: expect.closeTo(40 / 5456, 12), before: 1, after: 0 }]);
  });
  test('every fifth case fails once: fail, though no case is proof', () => {
    const result = judge(suite(40, (at) => (at % 5 === 0 ? { passes: 2, fails: 1 } : {})));
    expect(result.verdict).toBe('fail');
    expect(result.evidence.sharp?.cases.some(({ state }) => state === 'broken')).toBe(false);
    expect(result.evidence.broad?.first).toMatchObject({ fails: 8, trials: 120, drop: expect.closeTo(8 / 120, 12) });
    expect(result.regressions.map(({ rule }) => rule)).toEqual(Array(8).fill('broad'));
  });
  test('a drop too small to matter is none, however certain', () => {
    const many = suite(40, (at) => ({ passes: at % 2 === 0 ? 2960 : 2990, fails: at % 2 === 0 ? 40 : 10 }));
    const result = judge(many, accepted(suite(40, () => ({ passes: 30_000 }))));
    expect(result.evidence.broad?.first.p).toBeLessThan(1e-9);
    expect(result.verdict).toBe('pass');
  });
  test('a suspicious case is asked again, and the answers decide', () => {
    const [broad] = [{ ...settings, broadShare: 0.01 }];
    const once = suite(40, (at) => (at === 3 ? { passes: 2, fails: 1 } : {}));
    const first = judge(once, always(), { settings: broad });
    expect(first).toMatchObject({ verdict: 'inconclusive', extend: ['case-3'], extraRepeats: 6 });
    expect(
      judge(
        again(once, () => 0, first.extend, 5),
        always(),
        { settings: broad },
      ).extend,
    ).toEqual(['case-3']);
    expect(
      judge(
        again(once, () => 0, first.extend),
        always(),
        { settings: broad },
      ).verdict,
    ).toBe('pass');
    expect(
      judge(
        again(once, () => 6, first.extend),
        always(),
        { settings: broad },
      ).verdict,
    ).toBe('fail');
    const unsure = judge(
      again(once, () => 3, first.extend),
      always(),
      { settings: broad },
    );
    expect(unsure).toMatchObject({ verdict: 'inconclusive', extend: [] });
    expect(unsure.evidence.sharp?.cases).toMatchObject([{ caseId: 'case-3', look: 'second', state: 'open', failsNow: 4, trialsNow: 9 }]);
  });
  test('a suspicious suite is asked again as a whole, or not at all', () => {
    const some = suite(40, (at) => (at < 3 ? { passes: 29, fails: 1 } : { passes: 29 }));
    const base = accepted(suite(40, (at) => (at % 4 === 0 ? { passes: 29, fails: 1 } : { passes: 30 })));
    const lower = { ...settings, minEffect: 0 };
    expect(judge(some, base, { settings: lower }).evidence.broad?.first.p).toBeGreaterThan(0.2);
    const flaky = suite(40, (at) => ({ passes: at < 12 ? 2 : 3, fails: at < 12 ? 1 : 0 }));
    const prone = accepted(suite(40, () => ({ passes: 28, fails: 2 })));
    const first = judge(flaky, prone);
    expect(first).toMatchObject({ verdict: 'inconclusive' });
    expect(first.extend).toHaveLength(40);
    const worse = judge(
      again(flaky, (id) => (Number(id.slice(5)) < 28 ? 1 : 0), first.extend),
      prone,
    );
    expect(worse.verdict).toBe('fail');
    expect(worse.evidence.broad?.second).toMatchObject({ fails: 40, trials: 360 });
    expect(
      judge(
        again(flaky, () => 0, first.extend),
        prone,
      ).verdict,
    ).toBe('pass');
    expect(
      judge(
        again(flaky, () => 1, first.extend.slice(1)),
        prone,
      ),
    ).toMatchObject({ verdict: 'inconclusive', extend: ['case-0'] });
  });
  test('what always passed and now always fails is never waved through for want of trials', () => {
    // One of 40 cases is too little for a drop of the whole to matter.
    const gate = { settings: { ...settings, minEffect: 0.05 } };
    const short = accepted(suite(40), 1);
    const first = judge(failing(7), short, gate);
    expect(first.verdict).toBe('inconclusive');
    const failingAgain = (fails: number) =>
      judge(
        again(failing(7), (id) => (id === 'case-7' ? fails : 0), first.extend),
        short,
        gate,
      );
    expect(failingAgain(6)).toMatchObject({ verdict: 'inconclusive', extend: [] });
    expect(failingAgain(1).verdict).toBe('pass');
  });
  test('in clusters, one bad cluster is no drop of the whole', () => {
    const clusterOf = (at: number) => ({ cluster: `document-${at % 8}` });
    const oneBad = suite(40, (at) => ({ ...clusterOf(at), ...(at % 8 === 0 ? { passes: 0, fails: 3 } : {}) }));
    const base = accepted(suite(40, () => ({ passes: 29, fails: 1 })));
    const { evidence } = judge(oneBad, base);
    expect(evidence.broad?.first.pairedP).toBeLessThan(0.0125);
    expect(evidence.broad?.first.p).toBeGreaterThan(0.1);
    const allBad = suite(40, (at) => ({ ...clusterOf(at), ...(at % 3 === 0 ? { passes: 1, fails: 2 } : {}) }));
    expect(judge(allBad, base).evidence.broad?.first.p).toBeLessThan(0.0125);
  });
  test('only the same case is held against itself', () => {
    const now = [...failing(0), tally('new', 0, 3)].map((each) => (each.caseId === 'case-0' ? { ...each, hash: 'edited' } : each));
    const result = judge(now, accepted([...suite(40, () => ({ passes: 30 })), tally('gone', 30, 0)]));
    expect(result.verdict).toBe('pass');
    expect(result.evidence).toMatchObject({ paired: 39, pairing: { changed: ['case-0'], fresh: ['new'], removed: ['gone'] } });
    expect(result.reason).toContain('1 case of the baseline was not asked.');
    expect(result.reason).toContain('2 cases could not be compared');
  });
  test('cases for information are shown and decide nothing', () => {
    const result = judge(failing(7).map((each) => (each.caseId === 'case-7' ? { ...each, severity: 'info' as const } : each)));
    expect(result).toMatchObject({ verdict: 'pass', passRate: 1 });
    expect(result.cases[7]).toEqual({ caseId: 'case-7', trials: 3, passes: 0, errors: 0, status: 'fail' });
  });
});

describe('critical cases', () => {
  const critical = (passes: number, fails: number) => suite(40, (at) => (at === 0 ? { severity: 'critical', passes, fails } : {}));
  const unreliable = accepted(suite(40, () => ({ passes: 27, fails: 3 })));

  test('two fails are red, whatever the baseline did', () => {
    const result = judge(critical(1, 2), unreliable);
    expect(result.verdict).toBe('fail');
    expect(result.regressions).toMatchObject([{ caseId: 'case-0', rule: 'critical', before: 0.9, after: 1 / 3 }]);
  });
  test.each([
    [0, 'pass'],
    [1, 'inconclusive'],
    [2, 'fail'],
  ])('one is confirmed first: %i more of 6 are %s', (fails, verdict) => {
    const first = judge(critical(2, 1), unreliable);
    expect(first).toMatchObject({ verdict: 'inconclusive', extend: ['case-0'] });
    expect(
      judge(
        again(critical(2, 1), () => fails, first.extend),
        unreliable,
      ),
    ).toMatchObject({ verdict, extend: [] });
  });
  test('with no repeats to add, one is red', () => {
    expect(judge(critical(2, 1), unreliable, { settings: { ...settings, maxExtraRepeats: 0 } }).verdict).toBe('fail');
  });
  test('the chance of red without a change is told as the baseline lets expect it', () => {
    // 10 % of the trials fail: two of three, or one of three and two of six.
    const twice = 3 * 0.01 * 0.9 + 0.001;
    const once = 3 * 0.1 * 0.81;
    const twiceAgain = 1 - 0.9 ** 6 - 6 * 0.1 * 0.9 ** 5;
    expect(judge(critical(3, 0), unreliable).evidence.critical?.falseRed).toBeCloseTo(twice + once * twiceAgain, 12);
  });
});

describe('without a baseline', () => {
  test('only the floor and critical cases gate, and the reason says so', () => {
    expect(judge(suite(40), null)).toMatchObject({ verdict: 'pass', detectableDrop: null, evidence: { broad: null, sharp: null } });
    expect(judge(suite(40), null).reason).toContain('only the floor and critical cases');
    expect(
      judge(
        suite(40, () => ({ severity: 'critical', passes: 0, fails: 3 })),
        null,
      ).verdict,
    ).toBe('fail');
  });
  test('fails with nothing to judge them by are neither good nor worse', () => {
    expect(judge(failing(1), null)).toMatchObject({ verdict: 'inconclusive', extend: [] });
    expect(judge(failing(1), null, { settings: { ...settings, minPassRate: 0.9 } }).verdict).toBe('pass');
    expect(judge([...failing(1), tally('vital', 3, 0, { severity: 'critical' })], null).verdict).toBe('pass');
  });
  test('a baseline of which no case is left is none', () => {
    expect(judge(suite(40, () => ({ hash: 'edited' }))).reason).toContain('only the floor and critical cases');
  });
});

describe('the floor', () => {
  const floored = (passes: number, tallies = suite(40, (at) => (at < passes ? {} : { passes: 0, fails: 3 }))) =>
    judge(tallies, null, { settings: { ...settings, minPassRate: 0.9 } });
  test('at it or above: pass', () => expect(floored(36).verdict).toBe('pass'));
  test('below it for certain: fail', () => expect(floored(30).verdict).toBe('fail'));
  test('below it by less than chance explains: asked again, and if that does not tell, inconclusive', () => {
    const near = suite(40, (at) => (at < 15 ? { passes: 2, fails: 1 } : {}));
    const first = floored(0, near);
    expect(first.verdict).toBe('inconclusive');
    expect(first.extend).toHaveLength(40);
    expect(
      floored(
        0,
        again(near, () => 0, first.extend),
      ).verdict,
    ).toBe('pass');
    expect(
      floored(
        0,
        again(near, () => 2, first.extend),
      ).verdict,
    ).toBe('fail');
    const still = again(near, (id) => (Number(id.slice(5)) < 26 ? 1 : 0), first.extend);
    expect(floored(0, still)).toMatchObject({ verdict: 'inconclusive', extend: [] });
  });
});

describe('what was not seen', () => {
  test('errors are in no rate, and few of them do no harm', () => {
    const result = judge(suite(40, (at) => (at < 5 ? { passes: 2, errors: 1 } : {})));
    expect(result).toMatchObject({ verdict: 'pass', passRate: 1 });
    expect(result.evidence.coverage).toMatchObject({ trials: 120, errors: 5 });
  });
  test('many are no verdict', () => {
    expect(judge(suite(40, (at) => (at < 7 ? { passes: 2, errors: 1 } : {}))).verdict).toBe('no-verdict');
  });
  test('a case that could not be judged at all is no verdict, of 40; of 1,000 only if it is critical', () => {
    const missing = (count: number, severity: CaseTally['severity']) =>
      judge(
        suite(count, (at) => (at === 0 ? { passes: 0, errors: 3, severity } : {})),
        always(count),
      );
    expect(missing(40, 'normal')).toMatchObject({ verdict: 'no-verdict', extend: [] });
    expect(missing(40, 'normal').reason).toContain('case-0');
    expect(missing(1000, 'normal').verdict).toBe('pass');
    expect(missing(1000, 'critical').verdict).toBe('no-verdict');
    expect(missing(40, 'info').verdict).toBe('pass');
  });
  test('what was shown stays shown beside errors', () => {
    const half = failing(7).map((each, at) => (at < 20 && at !== 7 ? { ...each, passes: 0, errors: 3 } : each));
    expect(judge(half).verdict).toBe('fail');
  });
  test('a run that was broken off is judged by its critical cases alone: when it ended may depend on what was answered', () => {
    expect(judge(failing(7), always(), { complete: false })).toMatchObject({ verdict: 'no-verdict', regressions: [], extend: [] });
    const critical = failing(7).map((each) => ({ ...each, severity: 'critical' as const }));
    expect(judge(critical, always(), { complete: false }).verdict).toBe('fail');
  });
  test('cases for information only, or none, decide nothing', () => {
    expect(
      judge(
        suite(3, () => ({ severity: 'info' })),
        null,
      ).verdict,
    ).toBe('no-verdict');
    expect(judge([], null).verdict).toBe('no-verdict');
  });
});

describe('figures', () => {
  test('repeats that were added are in no rate: they went where it failed', () => {
    const now = suite(40, (at) => (at === 3 ? { passes: 2, fails: 1 } : {}));
    const before = judge(now);
    const after = judge(again(now, () => 0, ['case-3']));
    expect([after.passRate, after.passHatK, after.flakeRate]).toEqual([before.passRate, before.passHatK, before.flakeRate]);
    expect(before).toMatchObject({
      passRate: expect.closeTo(119 / 120, 12),
      passHatK: expect.closeTo(39 / 40, 12),
      passAtK: 1,
      flakeRate: 1 / 40,
    });
  });
  test('times and costs come with intervals, the same each time', () => {
    const measured = { latenciesMs: [[100, 200, 300], [400], []], costsNanos: [[5], [7]] };
    const result = judge(suite(40), always(), measured);
    expect(result.latency).toMatchObject({ values: 4, mean: 250, p50: 200, p95: 400 });
    expect(result.latency?.meanCi?.low).toBeLessThan(250);
    expect(result.cost).toMatchObject({ values: 2, mean: 6 });
    expect(judge(suite(40), always(), measured)).toEqual(result);
    expect(judge(suite(40)).latency).toBeNull();
  });
});

describe('laws', () => {
  const counts = fc.record({ passes: fc.nat(4), fails: fc.nat(4), errors: fc.constantFrom(0, 0, 0, 1) });
  const severity = fc.constantFrom<CaseTally['severity']>('normal', 'normal', 'normal', 'critical', 'info');
  const aPair = fc.record({
    now: counts,
    added: fc.option(fc.nat(6), { nil: null }),
    before: fc.record({ passes: fc.nat(30), fails: fc.nat(3) }),
    severity,
    cluster: fc.constantFrom(null, null, 'a', 'b'),
  });
  const someRuns = fc.array(aPair, { minLength: 1, maxLength: 12 }).map((pairs) => ({
    tallies: pairs.map(({ now, added, severity, cluster }, at) => {
      const planned = tally(`case-${at}`, now.passes, now.fails, { errors: now.errors, severity, cluster });
      return added === null ? planned : (again([planned], () => added, [`case-${at}`])[0] ?? planned);
    }),
    baseline: accepted(pairs.map(({ before }, at) => tally(`case-${at}`, before.passes, before.fails))),
  }));
  const gates = fc.constantFrom(settings, { ...settings, minPassRate: 0.8 }, { ...settings, maxExtraRepeats: 0 });

  test('the order of the cases makes no difference', () => {
    fc.assert(
      fc.property(someRuns, gates, ({ tallies, baseline }, gate) => {
        const [one, other] = [judge(tallies, baseline, { settings: gate }), judge([...tallies].reverse(), baseline, { settings: gate })];
        expect(other.verdict).toBe(one.verdict);
        expect([...other.extend].sort()).toEqual([...one.extend].sort());
        expect(other.detectableDrop ?? -1).toBeCloseTo(one.detectableDrop ?? -1, 9);
      }),
    );
  });
  test('a fail in place of a pass never makes a red run anything else, nor an open one good', () => {
    fc.assert(
      fc.property(someRuns, gates, fc.nat(), fc.boolean(), ({ tallies, baseline }, gate, pick, inAdded) => {
        // Between clusters it may: a fail that sets one cluster apart from the rest speaks against a drop of the whole.
        const apart = tallies.map((each) => ({ ...each, cluster: null }));
        const at = pick % apart.length;
        const one = apart[at];
        if (one === undefined) return;
        const added = one.added;
        const spare = inAdded ? (added?.passes ?? 0) : one.passes - (added?.passes ?? 0);
        if (spare === 0) return;
        const moved = inAdded && added !== undefined ? { added: { ...added, passes: added.passes - 1, fails: added.fails + 1 } } : {};
        const worse = { ...one, passes: one.passes - 1, fails: one.fails + 1, ...moved };
        const was = judge(apart, baseline, { settings: gate }).verdict;
        const is = judge(apart.with(at, worse), baseline, { settings: gate }).verdict;
        if (was === 'fail') expect(is).toBe('fail');
        if (was === 'inconclusive') expect(is).not.toBe('pass');
      }),
      { numRuns: 1000 },
    );
  });
  test('asking again what is named settles what is to be asked: no case is named twice', () => {
    fc.assert(
      fc.property(someRuns, gates, fc.nat(6), ({ tallies, baseline }, gate, fails) => {
        const first = judge(tallies, baseline, { settings: gate });
        const untouched = tallies.every(({ caseId, added }) => added === undefined || !first.extend.includes(caseId));
        if (!untouched) throw new Error('a case is named that was asked again already');
        expect(
          judge(
            again(tallies, () => fails, first.extend),
            baseline,
            { settings: gate },
          ).extend,
        ).toEqual([]);
      }),
    );
  });
  test('two looks spend one alpha', () => {
    for (const extra of [0, 1, 6]) {
      const { first, second } = levelsOf(0.05, extra);
      expect(first + second).toBeCloseTo(0.05, 12);
      expect(second > 0).toBe(extra > 0);
    }
  });
  test('a result says all it was derived from, as plain data', () => {
    fc.assert(
      fc.property(someRuns, gates, ({ tallies, baseline }, gate) => {
        const result = judge(tallies, baseline, { settings: gate });
        expect(JSON.parse(JSON.stringify(result))).toEqual(result);
      }),
    );
  });
});

test('100,000 cases are judged in seconds', () => {
  const tallies = suite(100_000, (at) => (at % 20 === 0 ? { passes: 2, fails: 1 } : {}));
  const baseline = accepted(suite(100_000, (at) => ({ passes: 29, fails: at % 7 === 0 ? 1 : 0 })));
  const started = process.cpuUsage();
  expect(judge(tallies, baseline).verdict).toBe('pass');
  expect(process.cpuUsage(started).user / 1e6).toBeLessThan(5);
});
