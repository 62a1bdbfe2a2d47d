// The gate on simulated agents: how often it is red when nothing changed, and how often it finds what got worse. Seeded. The verdicts are the
// product's own, with the gate a suite has if it says nothing, and with repeats added as `eval run` adds them. Needs dist/.
import { cmhGreater } from '../../dist/ground/math/exact-tests.js';
import { wilsonInterval } from '../../dist/ground/math/intervals.js';
import { seededRandom } from '../../dist/ground/math/seeded.js';
import { judgeRun } from '../../dist/quality/evals/gate.js';
import { suiteSchema } from '../../dist/quality/evals/schema.js';
import { casesOf, flaky, reliable, scenarios } from './gate-scenarios.mjs';

/** Of a two-sided 90 % interval. */
const z90 = 1.644854;

const { gate: data } = suiteSchema.parse({ cases: [] });
const gate = {
  minPassRate: null,
  alpha: data.alpha,
  broadShare: data.broad_share,
  minEffect: data.min_effect,
  window: data.window,
  maxExtraRepeats: data.max_extra_repeats,
  onInconclusive: data.on_inconclusive,
};

const ask = (chance, times, random) => {
  let passes = 0;
  for (let at = 0; at < times; at++) if (random() < chance) passes += 1;
  return { passes, fails: times - passes, errors: 0 };
};

/** One run as `eval run` makes it: asked, judged, and cases asked again while that could settle it. */
const runOnce = (cases, baseline, { k, luck, gate: own }, random) => {
  const settings = { ...gate, ...own };
  const lossOf = luck(random);
  const chances = cases.map((each) => each.chance - lossOf(each));
  let tallies = cases.map(({ caseId, severity, cluster }, at) => ({
    caseId,
    hash: 'h',
    severity,
    cluster,
    ...ask(chances[at], k, random),
  }));
  const rate = tallies.reduce((sum, { passes }) => sum + passes, 0) / (cases.length * k);
  for (let added = 0; ; ) {
    const result = judgeRun({ tallies, baseline, settings, complete: true, repeats: k });
    if (result.extend.length === 0) return { result, tallies, rate, added };
    const again = new Set(result.extend);
    added += again.size * result.extraRepeats;
    tallies = tallies.map((tally, at) => {
      if (!again.has(tally.caseId)) return tally;
      const more = ask(chances[at], result.extraRepeats, random);
      return { ...tally, passes: tally.passes + more.passes, fails: tally.fails + more.fails, added: more };
    });
  }
};

/** What is accepted leaves out the repeats that were added. */
const pooled = (runs) => ({
  source: `${runs.length} accepted runs`,
  runs: runs.length,
  cases: runs[0].map(({ added: _, ...tally }, at) => {
    const sum = (of) => runs.reduce((total, run) => total + run[at][of] - (run[at].added?.[of] ?? 0), 0);
    return { ...tally, passes: sum('passes'), fails: sum('fails') };
  }),
});

/** A baseline as a team makes one: each run is accepted when it passes against those before, so it holds the luckier ones. */
const baselineOf = (cases, scenario, random) => {
  const accepted = [];
  let lastRate = 1;
  while (accepted.length < scenario.runs) {
    const { result, tallies, rate } = runOnce(cases, accepted.length === 0 ? null : pooled(accepted), scenario, random);
    if (accepted.length > 0 && result.verdict !== 'pass') continue;
    accepted.push(tallies);
    lastRate = rate;
  }
  return { baseline: accepted.length === 0 ? null : pooled(accepted), lastRate };
};

/** What the gate says it finds, asked before anything changed. */
const detectableOf = (baseline, { k, gate: own }) => {
  const tallies = baseline.cases.map((tally) => ({ ...tally, passes: k, fails: 0 }));
  return judgeRun({ tallies, baseline, settings: { ...gate, ...own }, complete: true, repeats: k }).detectableDrop;
};

const simulate = (scenario, rounds, seed) => {
  const random = seededRandom(seed);
  const seen = { rounds, red: 0, open: 0, added: 0, planned: 0, belowFloor: 0, belowLast: 0 };
  for (let round = 0; round < rounds; round++) {
    const cases = scenario.cases(random);
    const { baseline, lastRate } = baselineOf(cases, scenario, random);
    const changed = scenario.change(cases, scenario.change.length > 1 ? detectableOf(baseline, scenario) : null);
    const { result, rate, added } = runOnce(changed, baseline, scenario, random);
    if (result.verdict === 'fail') seen.red += 1;
    if (result.verdict === 'inconclusive') seen.open += 1;
    seen.added += added;
    seen.planned += cases.length * scenario.k;
    if (rate < 0.9) seen.belowFloor += 1;
    if (rate < lastRate) seen.belowLast += 1;
  }
  return seen;
};

const percent = (share) => (share * 100).toFixed(1);
const told = (hits, n) => {
  const { low, high } = wilsonInterval(hits, n, z90);
  return `${percent(hits / n).padStart(5)} [${percent(low).padStart(4)}, ${percent(high).padStart(5)}]`;
};

/** A bound is kept where the whole 90 % interval keeps it: what chance in the simulation may explain is not shown. */
const past = ({ maxRed, minRed, maxOpen }, { rounds, red, open }) => [
  ...(maxRed !== undefined && wilsonInterval(red, rounds, z90).high > maxRed ? [`red ≤ ${percent(maxRed)} %`] : []),
  ...(minRed !== undefined && wilsonInterval(red, rounds, z90).low < minRed ? [`red ≥ ${percent(minRed)} %`] : []),
  ...(maxOpen !== undefined && wilsonInterval(open, rounds, z90).high > maxOpen ? [`inconclusive ≤ ${percent(maxOpen)} %`] : []),
];

const boundOf = ({ maxRed, minRed, maxOpen }) =>
  [maxRed && `red ≤ ${maxRed * 100}`, minRed && `red ≥ ${minRed * 100}`, maxOpen && `inc. ≤ ${maxOpen * 100}`].filter(Boolean).join(', ');

const line = (name, cells) => `  ${name.padEnd(53)} ${cells.join('  ')}`.trimEnd();
const heads = ['red'.padEnd(19), 'inconclusive'.padEnd(19), 'repeats added'.padEnd(15), '< 90 %', '< last', 'bound'];

/** How often one look at 2.5 % is red where nothing changed, by the whole tail and by the mid-p: what the choice of the whole tail costs. */
const showTails = (rounds) => {
  const random = seededRandom(7);
  console.log(line('the broad test alone, nothing changed, at 2.5 %', ['whole tail'.padEnd(19), 'mid-p']));
  const suites = [
    ['40 cases at 95–100 %', 40, reliable],
    ['40 cases at 60–95 %', 40, flaky],
    ['4 cases at 60–95 %', 4, flaky],
    ['1 case at 85 %', 1, () => 0.85],
  ];
  for (const [name, count, chanceOf] of suites) {
    let [whole, mid] = [0, 0];
    for (let round = 0; round < rounds; round++) {
      const tables = casesOf(
        count,
        chanceOf,
      )(random).map(({ chance }) => ({ hits: ask(chance, 3, random).fails, of: 3, otherHits: ask(chance, 30, random).fails, otherOf: 30 }));
      const { p, midP } = cmhGreater(tables);
      if (p <= 0.025) whole += 1;
      if (midP <= 0.025) mid += 1;
    }
    console.log(line(`  ${name}`, [told(whole, rounds), told(mid, rounds)]));
  }
};

/** Prints the table; returns what is past its bound. */
export const measureGate = (rounds) => {
  const failures = [];
  console.log(`gate: k = 3 and a baseline of 10 accepted runs unless said; ${rounds} rounds; shares in %, with 90 % intervals`);
  console.log('  "< 90 %" and "< last": how often a fixed threshold, or being worse than the last run, would be red');
  for (const [at, scenario] of scenarios.entries()) {
    if (scenario.group) console.log(line(scenario.group, at === 0 ? heads : []));
    const seen = simulate(scenario, Math.round(rounds * scenario.share), at + 1);
    const exceeded = past(scenario, seen);
    failures.push(...exceeded.map((bound) => `gate, ${scenario.name}: ${bound}`));
    const cells = [
      told(seen.red, seen.rounds),
      told(seen.open, seen.rounds),
      `${(seen.added / seen.rounds).toFixed(1).padStart(5)} (${percent(seen.added / seen.planned).padStart(5)} %)`,
      percent(seen.belowFloor / seen.rounds).padStart(6),
      (scenario.runs === 0 ? '–' : percent(seen.belowLast / seen.rounds)).padStart(6),
      `${boundOf(scenario)}${exceeded.length > 0 ? '   PAST' : ''}`,
    ];
    console.log(line(`  ${scenario.name}`, cells));
  }
  showTails(rounds * 4);
  return failures;
};
