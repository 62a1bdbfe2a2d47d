// Agents and what became of them, for gate.mjs. A case passes each of its trials with its `chance`; everything is drawn from one seeded source.
const uniform = (random, from, to) => from + (to - from) * random();

/** `count` cases, each with a chance of its own; `more` adds to a case by its place. */
export const casesOf =
  (count, chanceOf, more = () => ({})) =>
  (random) =>
    Array.from({ length: count }, (_, at) => ({
      caseId: `case-${at}`,
      severity: 'normal',
      cluster: null,
      chance: chanceOf(random),
      ...more(at, random),
    }));

export const reliable = (random) => uniform(random, 0.95, 1);
export const flaky = (random) => uniform(random, 0.6, 0.95);
const mixed = (random) => (random() < 0.7 ? uniform(random, 0.98, 1) : uniform(random, 0.3, 0.95));
const withCritical = (at, random) => (at < 8 ? { severity: 'critical', chance: uniform(random, 0.98, 1) } : {});
const inFives = (at) => ({ cluster: `document-${Math.floor(at / 5)}` });

const fallen = (points) => (cases) => cases.map((each) => ({ ...each, chance: Math.max(0, each.chance - points) }));
const broken = (count, chance) => (cases) => cases.map((each, at) => (at < count ? { ...each, chance } : each));

/** Each cluster is up to 10 points worse in a run, by itself: how well its document was found that day. */
const clusterLuck = (random) => {
  const losses = new Map();
  return ({ cluster }) => {
    if (!losses.has(cluster)) losses.set(cluster, uniform(random, 0, 0.1));
    return losses.get(cluster);
  };
};

/** All of a run is up to 6 points worse: a provider with better and worse days. */
const dayLuck = (random) => {
  const loss = uniform(random, 0, 0.06);
  return () => loss;
};

const defaults = {
  cases: casesOf(40, reliable),
  /** What became of the cases after the baseline; given what the gate says it would have found. */
  change: (cases) => cases,
  /** What the trials of one run have in common: how much each case loses. */
  luck: () => () => 0,
  k: 3,
  /** Accepted runs in the baseline. */
  runs: 10,
  /** The share of the rounds it is given: large suites take longer and vary less. */
  share: 1,
  gate: {},
};

const quiet = { maxRed: 0.05, maxOpen: 0.1 };

/** Bounds are those that are promised: shares of red (`maxRed`, `minRed`) and of inconclusive (`maxOpen`) verdicts. Without one, it is shown only. */
export const scenarios = [
  { group: 'nothing changed', name: '40 cases at 95–100 %', ...quiet },
  { name: '… 8 of them critical, at 98–100 %', cases: casesOf(40, reliable, withCritical), ...quiet },
  { name: '… a baseline of 3 runs', runs: 3, ...quiet },
  { name: '… a baseline of 1 run', runs: 1, ...quiet },
  { name: '… k = 1', k: 1, ...quiet },
  { name: '… no repeats may be added', gate: { maxExtraRepeats: 0 }, ...quiet },
  { name: '400 cases at 95–100 %', cases: casesOf(400, reliable), share: 0.2, ...quiet },
  { name: '40 cases, most at 98–100 %, some at 30–95 %', cases: casesOf(40, mixed), ...quiet },
  { name: '40 cases at 60–95 %', cases: casesOf(40, flaky), ...quiet },
  { name: '8 clusters of 5, each with its luck of the day', cases: casesOf(40, reliable, inFives), luck: clusterLuck, maxRed: 0.05 },
  {
    name: '20 clusters of 5, each with its luck of the day',
    cases: casesOf(100, reliable, inFives),
    luck: clusterLuck,
    share: 0.5,
    maxRed: 0.05,
  },
  { name: 'days on which all of it is up to 6 points worse', luck: dayLuck },

  { group: 'a few cases broke', name: '2 of 40, from 95–100 % to 0 %', change: broken(2, 0), minRed: 0.9 },
  { name: '2 of 40, from 95–100 % to 30 %', change: broken(2, 0.3) },
  { name: '2 of 40, from 60–95 % to 0 %', cases: casesOf(40, flaky), change: broken(2, 0) },
  { name: '2 of 400, from 95–100 % to 0 %', cases: casesOf(400, reliable), share: 0.2, change: broken(2, 0), minRed: 0.9 },
  { name: '2 of 40, from 95–100 % to 0 %, a baseline of 1 run', runs: 1, change: broken(2, 0) },
  { name: '1 of 40, from 95–100 % to 0 %, a baseline of 1 run', runs: 1, change: broken(1, 0) },
  { name: '1 of 8 critical, from 98–100 % to 50 %', cases: casesOf(40, reliable, withCritical), change: broken(1, 0.5) },

  { group: 'every case fell', name: '40 cases at 95–100 %, by 10 points', change: fallen(0.1), minRed: 0.95 },
  { name: '… by 5 points', change: fallen(0.05) },
  { name: '… by what it says it finds with a chance of 80 %', change: (cases, detectable) => fallen(detectable)(cases), minRed: 0.75 },
  { name: '… by 10 points, a baseline of 1 run', runs: 1, change: fallen(0.1) },
  { name: '… by 10 points, no repeats may be added', gate: { maxExtraRepeats: 0 }, change: fallen(0.1), minRed: 0.95 },
  { name: '400 cases at 95–100 %, by 3 points', cases: casesOf(400, reliable), share: 0.2, change: fallen(0.03) },
  { name: '40 cases, some at 30–95 %, by 10 points', cases: casesOf(40, mixed), change: fallen(0.1) },
  { name: '40 cases at 60–95 %, by 10 points', cases: casesOf(40, flaky), change: fallen(0.1) },
  { name: '8 clusters of 5, by 10 points', cases: casesOf(40, reliable, inFives), change: fallen(0.1) },

  { group: 'a floor of 90 %, no baseline', name: '40 cases at 95–100 %', runs: 0, gate: { minPassRate: 0.9 }, ...quiet },
  { name: '40 cases at exactly 90 %', runs: 0, cases: casesOf(40, () => 0.9), gate: { minPassRate: 0.9 }, maxRed: 0.05 },
  { name: '40 cases at 80 %', runs: 0, cases: casesOf(40, () => 0.8), gate: { minPassRate: 0.9 }, minRed: 0.95 },
].map((given) => ({ ...defaults, ...given }));
