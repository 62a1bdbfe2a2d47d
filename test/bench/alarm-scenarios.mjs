// Simulated agents to judge rules by: a month of requests with a daily season, weekends, days that differ, nightly jobs, and what goes wrong
// in it. Everything is drawn from one seed. Nothing here is the product's.

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
/** A Monday, UTC. */
const firstDay = Date.UTC(2026, 8, 7);

/** How long an agent was known before anybody looked: what is usual has to be learned. */
export const warmDays = 8;

const quiet = {
  /** Requests an hour, averaged over a weekday. */
  perHour: 20,
  /** Of the logarithm of what a request costs. 0.6: one in twenty costs more than 2.7 times the median. */
  costSpread: 0.6,
  errorRate: 0.01,
  slowRate: 0.02,
  quality: 0.9,
  nightlyJob: false,
};

/** Fleets in which nothing is wrong, from sparse to busy and from calm to wild. */
export const quietSettings = [
  ...[2, 5, 10, 20, 60].map((perHour) => ({ name: `${perHour} requests an hour`, ...quiet, perHour })),
  { name: '10 an hour, a nightly job', ...quiet, perHour: 10, nightlyJob: true },
  { name: '60 an hour, a nightly job', ...quiet, perHour: 60, nightlyJob: true },
  { name: '10 an hour, costs vary wildly', ...quiet, perHour: 10, costSpread: 1 },
  { name: '20 an hour, half of the promised errors', ...quiet, errorRate: 0.025, slowRate: 0.025 },
];

/** How long a request that runs away lasts; it is looked at when it is over, at the next tick. */
const runawayMinutes = 6;

/** What goes wrong, from a moment on at which as many requests come as the setting says. */
export const troubles = [
  ...[1.6, 2.5, 5].flatMap((factor) =>
    [10, 20, 60].map((perHour) => ({
      name: `cost × ${factor}, ${perHour} an hour`,
      rule: 'cost',
      ...quiet,
      perHour,
      costFactor: factor,
      ...(factor >= 2.5 ? { bound: 90 } : {}),
    })),
  ),
  { name: 'cost × 2.5, 10 an hour, costs vary wildly', rule: 'cost', ...quiet, perHour: 10, costSpread: 1, costFactor: 2.5 },
  ...[10, 20, 60].map((perHour) => ({
    name: `30% of requests fail, ${perHour} an hour`,
    rule: 'errors',
    ...quiet,
    perHour,
    troubleErrors: 0.3,
  })),
  { name: 'every request fails, 5 an hour', rule: 'errors', ...quiet, perHour: 5, troubleErrors: 1 },
  { name: 'one request runs away, 10 an hour', rule: 'runaway', ...quiet, perHour: 10, runaway: true, bound: runawayMinutes + 1 },
];

/** How busy an hour of the day is, about a mean of 1. */
const season = (hour) => 1 + 0.6 * Math.cos(((hour - 14) / 24) * 2 * Math.PI);

const normal = (random) => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
const lognormal = (random, median, spread) => median * Math.exp(spread * normal(random));

/** Arrivals of a Poisson process in a minute. */
const arrivals = (random, expected) => {
  let [count, left] = [0, Math.exp(-expected)];
  for (let product = random(); product > left; product *= random()) count += 1;
  return count;
};

/** A cap of steps that no healthy request comes near. */
export const stepCap = 25;

const requestOf = (random, setting, at, day, { isTroubled, isNightly }) => {
  const { costSpread, errorRate, slowRate, quality, costFactor = 1, troubleErrors } = setting;
  const isError = random() < (isTroubled && troubleErrors !== undefined ? troubleErrors : errorRate);
  const isSlow = random() < slowRate;
  const isGraded = random() < 0.3;
  const steps = 2 + Math.floor(random() * 6);
  // Two cents, dearer by day than at night.
  const median = 20_000_000 * day.cost * (isNightly ? 4 : 1) * (isTroubled ? costFactor : 1);
  return {
    at,
    durationMs: isSlow ? 12_000 : 2000 + 3000 * random(),
    isError,
    errorType: isError ? 'other' : null,
    costNanos: Math.round(lognormal(random, median, costSpread)),
    steps,
    tokens: steps * 1500,
    qualityN: isGraded ? 1 : 0,
    qualitySum: isGraded ? Number(random() < quality) : 0,
    traceId: '',
  };
};

/**
 * The requests of one agent, in order, and when trouble began.
 * @param days watched, after those that it was known for
 * @param trouble whether it comes; on the first watched day at an hour that is busy enough
 */
export const historyOf = (random, setting, { days, trouble }) => {
  const requests = [];
  const watchedFrom = firstDay + warmDays * dayMs;
  // Between 10:00 and 18:00 of a Tuesday an hour is at least as busy as the mean.
  const began = trouble ? watchedFrom + 10 * hourMs + Math.floor(random() * 8 * 60) * minuteMs : null;
  for (let at = 0; at < warmDays + days; at++) {
    const midnight = firstDay + at * dayMs;
    const isWeekend = at % 7 >= 5;
    const day = { volume: (isWeekend ? 0.5 : 1) * Math.exp(0.12 * normal(random)), cost: Math.exp(0.05 * normal(random)) };
    for (let minute = 0; minute < 1440; minute++) {
      const now = midnight + minute * minuteMs;
      const hour = minute / 60;
      const isTroubled = began !== null && now >= began;
      const byDay = { ...day, cost: day.cost * (0.85 + 0.15 * season(hour)) };
      const count = arrivals(random, (setting.perHour * season(hour) * day.volume) / 60);
      for (let each = 0; each < count; each++)
        requests.push(requestOf(random, setting, now + Math.floor((each / count) * minuteMs), byDay, { isTroubled, isNightly: false }));
      // Forty dear requests within half an hour, each night at about the same time.
      const isNight = setting.nightlyJob && minute >= 120 && minute < 150;
      const jobs = isNight ? arrivals(random, 40 / 30) : 0;
      for (let each = 0; each < jobs; each++)
        requests.push(requestOf(random, setting, now + minuteMs - 1, day, { isTroubled: false, isNightly: true }));
      if (setting.runaway && now === began)
        requests.push({
          ...requestOf(random, setting, now + minuteMs - 1, day, {}),
          steps: 180,
          durationMs: (runawayMinutes - 1) * minuteMs,
        });
    }
  }
  return { requests, watchedFrom, until: watchedFrom + days * dayMs, began };
};

/** What the agents promise. */
export const agent = {
  name: 'simulated',
  sla: { errorRate: 0.05, latencyP95Ms: 10_000, quality: 0.8, availability: null },
  budget: {
    perRequestNanos: null,
    perHourNanos: null,
    perDayNanos: null,
    perMonthNanos: null,
    tokensPerRequest: null,
    stepsPerRequest: stepCap,
  },
};

/**
 * When each rule began to fire, minute by minute.
 * @param program judgeRule, openPast, countedBy, judge, quietInstance: of the product
 */
export const watch = (
  { judgeRule, openPast, countedBy, judge, quietInstance },
  rules,
  { requests, watchedFrom, until },
  stepMs = minuteMs,
) => {
  const past = openPast(countedBy(rules, agent));
  for (const request of requests) past.add(request);
  const fired = new Map(rules.map(({ name }) => [name, []]));
  const instances = new Map();
  for (let moment = watchedFrom; moment <= until; moment += stepMs) {
    const samples = past.at(moment);
    for (const rule of rules) {
      for (const { label, judgement } of judgeRule(rule, agent, samples)) {
        const key = `${rule.name} ${label}`;
        const { instance, transitions } = judge(instances.get(key) ?? quietInstance, { at: moment, said: judgement.said }, rule.timing);
        instances.set(key, instance);
        for (const { to, at } of transitions) if (to === 'firing') fired.get(rule.name).push(at);
      }
    }
  }
  return fired;
};

/** The rules that fleets without rules have, beside those that people write first. */
export const literally = (rules) =>
  rules.flatMap((rule) => {
    const timing = { ...rule.timing, forMs: 0, keepFiringMs: 0 };
    if (rule.test.type === 'cost_per_request')
      return [
        {
          ...rule,
          timing,
          test: { ...rule.test, method: 'ratio', params: { ...rule.test.params, ratio: 2, recovery: 2 }, widths: [hourMs] },
        },
      ];
    if (rule.test.type === 'error_rate' || rule.test.type === 'latency')
      return [{ ...rule, timing, test: { ...rule.test, method: 'ratio', widths: [15 * minuteMs] } }];
    return [];
  });
