// The gate on simulated agents: how often it is red when nothing changed, and how often it finds what got worse. Seeded; the verdicts
// are those of the product, through the same function and the same repeats added as `eval run` adds.
import { cmhGreater } from '../../dist/ground/math/exact-tests.js';
import { wilsonInterval } from '../../dist/ground/math/intervals.js';
import { seededRandom } from '../../dist/ground/math/seeded.js';
import { judgeRun } from '../../dist/quality/evals/gate.js';

/** Of a two-sided 90 % interval. */
const z90 = 1.644854;

const settings = {
  minPassRate: null,
  alpha: 0.05,
  broadShare: 0.5,
  minEffect: Number(process.env.E ?? 0.02),
  window: 10,
  maxExtraRepeats: Number(process.env.M ?? 6),
  onInconclusive: 'no-verdict',
};

const uniform = (random, from, to) => from + (to - from) * random();
const clip = (chance) => Math.min(1, Math.max(0, chance));

const casesOf =
  (count, chanceOf, more = () => ({})) =>
  (random) =>
    Array.from({ length: count }, (_, at) => ({
      caseId: `case-${at}`,
      severity: 'normal',
      cluster: null,
      chance: chanceOf(random),
      ...more(at, random),
    }));
const reliable = (random) => uniform(random, 0.95, 1);
const flaky = (random) => uniform(random, 0.6, 0.95);
const mixed = (random) => (random() < 0.7 ? uniform(random, 0.98, 1) : uniform(random, 0.3, 0.95));

const unchanged = (cases) => cases;
const fallen = (points) => (cases) => cases.map((each) => ({ ...each, chance: clip(each.chance - points) }));
const broken = (count, chance) => (cases) => cases.map((each, at) => (at < count ? { ...each, chance } : each));

/** What a run has in common that its cases have not: by default nothing. */
const noLuck = () => () => 0;
/** Of each cluster by itself, up to 10 points worse: how well its document was found in that run. */
const clusterLuck = (random) => {
  const luck = new Map();
  return ({ cluster }) => {
    if (!luck.has(cluster)) luck.set(cluster, uniform(random, 0, 0.1));
    return luck.get(cluster);
  };
};
/** Of the whole run: a provider that is worse some days. */
const dayLuck = (random) => {
  const loss = uniform(random, 0, 0.06);
  return () => loss;
};

const ask = (each, times, loss, random) => {
  let passes = 0;
  for (let at = 0; at < times; at++) if (random() < clip(each.chance - loss)) passes += 1;
  return { passes, fails: times - passes, errors: 0 };
};

const tallyOf = ({ caseId, severity, cluster }, outcomes) => ({ caseId, hash: 'h', severity, cluster, ...outcomes });

/** One run as `eval run` makes it: asked, judged, and cases asked again while that could settle it. */
const runOnce = (cases, baseline, { k, gate, luck }, random) => {
  const lossOf = luck(random);
  let tallies = cases.map((each) => tallyOf(each, ask(each, k, lossOf(each), random)));
  const rate = tallies.reduce((sum, { passes }) => sum + passes, 0) / (cases.length * k);
  let added = 0;
  for (;;) {
    const result = judgeRun({ tallies, baseline, settings: gate, complete: true, repeats: k });
    if (result.verdict !== 'inconclusive' || result.extend.length === 0) return { result, tallies, rate, added };
    const again = new Set(result.extend);
    tallies = tallies.map((tally, at) => {
      if (!again.has(tally.caseId)) return tally;
      const more = ask(cases[at], result.extraRepeats, lossOf(cases[at]), random);
      return { ...tally, passes: tally.passes + more.passes, fails: tally.fails + more.fails, added: more };
    });
    added += again.size * result.extraRepeats;
  }
};

const pooled = (runs) => {
  const cases = runs[0].map((tally, at) => {
    const sum = (of) => runs.reduce((total, run) => total + run[at][of] - (run[at].added?.[of] ?? 0), 0);
    const { added: _, ...rest } = tally;
    return { ...rest, passes: sum('passes'), fails: sum('fails'), errors: 0 };
  });
  return { source: `${runs.length} accepted runs`, runs: runs.length, cases };
};

/** A baseline as a team makes one: runs are accepted when they pass, so it holds the luckier ones. */
const baselineOf = (cases, scenario, random) => {
  const accepted = [];
  let lastRate = 1;
  while (accepted.length < scenario.runs) {
    const baseline = accepted.length === 0 ? null : pooled(accepted);
    const { result, tallies, rate } = runOnce(cases, baseline, scenario, random);
    if (accepted.length > 0 && result.verdict !== 'pass') continue;
    accepted.push(tallies);
    lastRate = rate;
  }
  return { baseline: pooled(accepted), lastRate };
};

const scenarios = [
  { group: 'nothing changed', name: '40 cases at 95–100 %', maxRed: 0.05, maxOpen: 0.1 },
  {
    name: '… 8 of them critical, at 98–100 %',
    cases: casesOf(40, reliable, (at, random) => (at < 8 ? { severity: 'critical', chance: uniform(random, 0.98, 1) } : {})),
    maxRed: 0.05,
    maxOpen: 0.1,
  },
  { name: '… a baseline of 3 runs', runs: 3, maxRed: 0.05, maxOpen: 0.1 },
  { name: '… a baseline of 1 run', runs: 1, maxRed: 0.05, maxOpen: 0.1 },
  { name: '… k = 1', k: 1, maxRed: 0.05, maxOpen: 0.1 },
  { name: '… no repeats may be added', gate: { maxExtraRepeats: 0 }, maxRed: 0.05, maxOpen: 0.1 },
  { name: '400 cases at 95–100 %', cases: casesOf(400, reliable), rounds: 0.1, maxRed: 0.05, maxOpen: 0.1 },
  { name: '40 cases, most at 98–100 %, some at 30–95 %', cases: casesOf(40, mixed), maxRed: 0.05, maxOpen: 0.1 },
  { name: '40 cases at 60–95 %', cases: casesOf(40, flaky), maxRed: 0.05, maxOpen: 0.1 },
  {
    name: '8 clusters of 5 that share their luck in a run',
    cases: casesOf(40, reliable, (at) => ({ cluster: `c${Math.floor(at / 5)}` })),
    luck: clusterLuck,
    maxRed: 0.05,
  },
  {
    name: '20 clusters of 5 that share their luck in a run',
    cases: casesOf(100, reliable, (at) => ({ cluster: `c${Math.floor(at / 5)}` })),
    luck: clusterLuck,
    rounds: 0.5,
    maxRed: 0.05,
  },
  { name: 'days that are up to 6 points worse as a whole', luck: dayLuck },
  { group: 'two of 40 broke', name: 'from 95–100 % to 0 %', change: broken(2, 0), minRed: 0.9 },
  { name: 'from 95–100 % to 30 %', change: broken(2, 0.3) },
  { name: 'from 95–100 % to 0 %, a baseline of 1 run', runs: 1, change: broken(2, 0) },
  { name: 'one of 40, a baseline of 1 run', runs: 1, change: broken(1, 0) },
  { name: 'from 60–95 % to 0 %', cases: casesOf(40, flaky), change: broken(2, 0) },
  { name: 'two of 400, from 95–100 % to 0 %', cases: casesOf(400, reliable), rounds: 0.1, change: broken(2, 0), minRed: 0.9 },
  {
    name: 'one critical of 8, from 98–100 % to 50 %',
    cases: casesOf(40, reliable, (at, random) => (at < 8 ? { severity: 'critical', chance: uniform(random, 0.98, 1) } : {})),
    change: broken(1, 0.5),
  },
  { group: 'every case fell', name: '40 cases at 95–100 %, by 10 points', change: fallen(0.1), minRed: 0.95 },
  { name: '… by 5 points', change: fallen(0.05) },
  { name: '… by 10 points, a baseline of 1 run', runs: 1, change: fallen(0.1) },
  { name: '… by 10 points, no repeats may be added', gate: { maxExtraRepeats: 0 }, change: fallen(0.1) },
  { name: '… by what it says it would see', change: 'detectable', minRed: 0.8 },
  { name: '400 cases at 95–100 %, by 3 points', cases: casesOf(400, reliable), rounds: 0.1, change: fallen(0.03) },
  { name: '40 cases, some at 30–95 %, by 10 points', cases: casesOf(40, mixed), change: fallen(0.1) },
  { name: '40 cases at 60–95 %, by 10 points', cases: casesOf(40, flaky), change: fallen(0.1) },
  {
    name: '8 clusters of 5, by 10 points',
    cases: casesOf(40, reliable, (at) => ({ cluster: `c${Math.floor(at / 5)}` })),
    change: fallen(0.1),
  },
  { group: 'a floor of 90 %, no baseline', name: '40 cases at 95–100 %', runs: 0, gate: { minPassRate: 0.9 }, maxRed: 0.05 },
  { name: '40 cases at exactly 90 %', runs: 0, cases: casesOf(40, () => 0.9), gate: { minPassRate: 0.9 }, maxRed: 0.05 },
  { name: '40 cases at 80 %', runs: 0, cases: casesOf(40, () => 0.8), gate: { minPassRate: 0.9 } },
];

const complete = (scenario) => ({
  cases: casesOf(40, reliable),
  change: unchanged,
  luck: noLuck,
  k: 3,
  runs: 10,
  rounds: 1,
  ...scenario,
  gate: { ...settings, ...scenario.gate },
});

const simulate = (scenario, rounds, seed) => {
  const random = seededRandom(seed);
  const seen = { rounds, red: 0, open: 0, added: 0, planned: 0, belowFloor: 0, belowLast: 0 };
  for (let round = 0; round < rounds; round++) {
    const cases = scenario.cases(random);
    const { baseline, lastRate } = scenario.runs === 0 ? { baseline: null, lastRate: 1 } : baselineOf(cases, scenario, random);
    const changed =
      scenario.change === 'detectable'
        ? fallen(
            judgeRun({
              tallies: baseline.cases.map((each) => ({ ...each, passes: scenario.k, fails: 0 })),
              baseline,
              settings: scenario.gate,
              complete: true,
              repeats: scenario.k,
            }).detectableDrop,
          )(cases)
        : scenario.change(cases);
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
const interval = (hits, n) => wilsonInterval(hits, n, z90);
const told = (hits, n) => {
  const { low, high } = interval(hits, n);
  return `${percent(hits / n).padStart(5)} [${percent(low).padStart(4)}, ${percent(high).padStart(5)}]`;
};

/** A bound is past unless the whole 90 % interval keeps it: what chance in the simulation may explain is not shown. */
const past = ({ maxRed, minRed, maxOpen }, { rounds, red, open }) => [
  ...(maxRed !== undefined && interval(red, rounds).high > maxRed ? ['red'] : []),
  ...(minRed !== undefined && interval(red, rounds).low < minRed ? ['found'] : []),
  ...(maxOpen !== undefined && interval(open, rounds).high > maxOpen ? ['inconclusive'] : []),
];

const boundOf = ({ maxRed, minRed, maxOpen }) =>
  [maxRed && `red ≤ ${maxRed * 100}`, minRed && `red ≥ ${minRed * 100}`, maxOpen && `open ≤ ${maxOpen * 100}`].filter(Boolean).join(', ');

/** How often one look at 2.5 % is red where nothing changed, by the whole tail and by the mid-p: why the gate takes the whole tail. */
const tails = (rounds) => {
  const random = seededRandom(7);
  console.log('  the broad test alone, one look at 2.5 %, nothing changed      whole tail              mid-p');
  for (const [name, chanceOf, count] of [
    ['40 cases at 95–100 %', reliable, 40],
    ['40 cases at 60–95 %', flaky, 40],
    ['6 cases at 60–95 %', flaky, 6],
  ]) {
    let [whole, mid] = [0, 0];
    for (let round = 0; round < rounds; round++) {
      const tables = casesOf(
        count,
        chanceOf,
      )(random).map((each) => ({ hits: ask(each, 3, 0, random).fails, of: 3, otherHits: ask(each, 30, 0, random).fails, otherOf: 30 }));
      const { p, midP } = cmhGreater(tables);
      if (p <= 0.025) whole += 1;
      if (midP <= 0.025) mid += 1;
    }
    console.log(`    ${name.padEnd(52)} ${told(whole, rounds)}    ${told(mid, rounds)}`);
  }
};

/** Prints the table; returns the names of what is past its bound. */
export const measureGate = (rounds) => {
  const failures = [];
  console.log(`gate: k = 3, a baseline of 10 accepted runs unless said; ${rounds} rounds; shares in % with 90 % intervals`);
  console.log(`  ${''.padEnd(52)} red                  inconclusive          repeats added   "≥ 90 %"  "≥ last run"`);
  for (const [at, given] of scenarios.entries()) {
    const scenario = complete(given);
    if (given.group) console.log(`  ${given.group}`);
    const seen = simulate(scenario, Math.max(100, Math.round(rounds * scenario.rounds)), at + 1);
    const exceeded = past(scenario, seen);
    const name = `${given.name}${boundOf(scenario) === '' ? '' : ` (${boundOf(scenario)})`}`;
    failures.push(...exceeded.map((what) => `gate, ${given.name}: ${what}`));
    const added = `${(seen.added / seen.rounds).toFixed(1).padStart(6)} (${percent(seen.added / seen.planned).padStart(4)} %)`;
    const fixed = `${percent(seen.belowFloor / seen.rounds).padStart(6)}    ${scenario.runs === 0 ? '     –' : percent(seen.belowLast / seen.rounds).padStart(6)}`;
    console.log(
      `    ${name.padEnd(70)} ${told(seen.red, seen.rounds)}  ${told(seen.open, seen.rounds)}  ${added}  ${fixed}${exceeded.length > 0 ? '   PAST' : ''}`,
    );
  }
  tails(rounds * 2);
  return failures;
};
