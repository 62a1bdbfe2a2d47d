/**
 * Made-up agents of which the saving is known: each has hidden parameters, thirty days of calls made from them, and the saving that the
 * same agent would bring in an average month, found by letting it run five times as long with the change made. Nothing here knows how
 * an estimate is made.
 */
const [dayUs, minuteUs, hourUs] = [86_400_000_000, 60_000_000, 3_600_000_000];
const startUs = 20_700 * dayUs;
const monthDays = 30;

export const seeded = (seed) => {
  let state = (seed * 2_654_435_761) | 0;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const normal = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  const between = (low, high) => low + (high - low) * next();
  const logNormal = (median, sigma) => median * Math.exp(sigma * normal());
  return { next, normal, between, logNormal, pick: (list) => list[Math.floor(next() * list.length)] };
};

/** Dollars per million tokens. */
const prices = {
  'gpt-4o': { input: 2.5, output: 10, cachedRead: 1.25, cachedWrite: 2.5 },
  'gpt-4o-mini': { input: 0.15, output: 0.6, cachedRead: 0.075, cachedWrite: 0.15 },
  'claude-sonnet-4-5': { input: 3, output: 15, cachedRead: 0.3, cachedWrite: 3.75, cachedWrite1h: 6 },
};

/** Nano-dollars. */
export const price = ({ model }, { input, output, cachedRead, cachedWrite, cachedWrite1h }) => {
  const rates = prices[model];
  if (rates === undefined) return null;
  const full = input - cachedRead - cachedWrite - cachedWrite1h;
  const dear = cachedWrite * rates.cachedWrite + cachedWrite1h * (rates.cachedWrite1h ?? rates.cachedWrite);
  return Math.round(1000 * (full * rates.input + cachedRead * rates.cachedRead + dear + output * rates.output));
};

const models = Object.keys(prices);
const numberOf = (model) => models.indexOf(model) + 1;

/** Starts of calls: busier at noon and on weekdays, and some days more than others. */
function* arrivals(random, days, perDay) {
  for (let day = 0; day < days; day++) {
    const weekday = day % 7 < 5 ? 1 : 0.5;
    const volume = Math.round(random.logNormal(perDay, 0.25) * weekday);
    const times = Array.from({ length: volume }, () => (random.next() < 0.8 ? 0.5 + 0.16 * random.normal() : random.next()));
    for (const share of times.map((time) => ((time % 1) + 1) % 1).sort((a, b) => a - b)) yield startUs + Math.floor((day + share) * dayUs);
  }
}

/** A call with what every one has; keys one by one, since spreading objects would take most of the time. */
const callOf = (call) => {
  const whole = {
    trace: call.trace,
    run: 0,
    task: 0,
    user: call.user ?? 0,
    model: numberOf(call.model),
    startUs: call.startUs,
    input: call.input,
    output: call.output,
    cachedRead: call.cachedRead ?? 0,
    cachedWrite: 0,
    cachedWrite1h: 0,
    costNanos: 0,
    isError: false,
    callsOfRequest: 1,
    quality: call.quality ?? null,
    key: call.key ?? null,
    prefix: call.prefix ?? null,
    minHash: call.minHash ?? null,
  };
  whole.costNanos = price(call, whole);
  return whole;
};

/** What an estimate is given ends here. */
const seenUntilUs = startUs + monthDays * dayUs;

/** The first thirty days as an estimate is given them. */
export const evidenceOf = (calls, { tags = [], agent = 'made-up' } = {}) => {
  const range = { fromUs: startUs, toUs: seenUntilUs };
  const days = Array.from({ length: monthDays }, (_, at) => ({ startUs: startUs + at * dayUs, costNanos: 0 }));
  for (const call of calls) days[Math.floor((call.startUs - startUs) / dayUs)].costNanos += call.costNanos;
  const stretch = { range, calls };
  return {
    agent,
    tags,
    days,
    span: monthDays,
    stretches: [stretch],
    prompts: stretch,
    priced: 1,
    word: () => null,
    model: (number) => ({ provider: null, model: models[number - 1] }),
  };
};

/** Days over which the truth is averaged. */
const longDays = 150;
const dollarsAMonth = (nanos, days = longDays) => ((nanos / 1e9) * monthDays) / days;

/** People who ask again what they asked that day: word for word, nearly so, or quite differently. The store takes prompts alike to 90 %. */
export const repeating = (seed) => {
  const random = seeded(seed);
  const [again, exactly, nearly] = [random.between(0.1, 0.35), random.between(0.35, 0.6), random.between(0.3, 0.38)];
  const asked = new Map();
  const calls = [];
  let [saved, questions, unique] = [0, 0, 0];
  for (const at of arrivals(random, longDays, random.between(80, 400))) {
    const user = 1 + Math.floor(random.next() ** 2 * 150);
    const recent = (asked.get(user) ?? []).filter((question) => question.lastUs > at - 12 * hourUs);
    const isAgain = recent.length > 0 && random.next() < again * 1.3;
    const question = isAgain
      ? random.pick(recent)
      : { id: ++questions, bits: bitsOf(random), storedUs: Number.NEGATIVE_INFINITY, lastUs: at };
    const kind = random.next();
    const alike = !isAgain || kind < exactly ? 1 : kind < exactly + nearly ? random.between(0.8, 0.97) : random.between(0.4, 0.7);
    const call = callOf({
      ...{ trace: calls.length, user, model: 'gpt-4o', startUs: at },
      ...{ input: Math.round(random.logNormal(900, 0.6)), output: Math.round(random.logNormal(250, 0.6)) },
      key: alike === 1 ? question.id : -++unique,
      minHash: alike === 1 ? question.bits : flipped(random, question.bits, (1 - alike) / 2),
    });
    if (isAgain && alike >= 0.9 && at - question.storedUs <= 24 * hourUs) saved += call.costNanos;
    else if (alike === 1) question.storedUs = at;
    question.lastUs = at;
    asked.set(user, isAgain ? recent : [...recent, question]);
    if (at < seenUntilUs) calls.push(call);
  }
  return { evidence: evidenceOf(calls), truth: dollarsAMonth(saved) };
};

const bitsOf = (random) => Int32Array.from({ length: 4 }, () => (random.next() * 0x1_0000_0000) | 0);
const flipped = (random, bits, share) =>
  bits.map((word) => {
    let changed = word;
    for (let at = 0; at < 32; at++) if (random.next() < share) changed ^= 1 << at;
    return changed;
  });

/** Calls of a dear model, some of them of a cheap one already; `graded`: what they answered was judged. What it gets wrong is asked again. */
export const routable = (seed, graded = true) => {
  const random = seeded(seed);
  const [ratio, longer] = [Math.min(1.18, Math.max(0.86, 1 + 0.08 * random.normal())), random.between(0.82, 1.28)];
  const [good, worse] = [random.between(0.85, 0.97), graded ? random.between(0, 0.1) : random.between(0.06, 0.28)];
  const tried = graded ? random.between(0.1, 0.3) : 0;
  const calls = [];
  let saved = 0;
  for (const at of arrivals(random, longDays, random.between(60, 300))) {
    const isTried = random.next() < tried;
    const [input, output] = [Math.round(random.logNormal(1100, 0.7)), Math.round(random.logNormal(180, 0.7))];
    const model = isTried ? 'gpt-4o-mini' : 'gpt-4o';
    const [inputSeen, outputSeen] = isTried ? [Math.round(input * ratio), Math.round(output * ratio * longer)] : [input, output];
    const isGood = random.next() < good - (isTried ? worse : 0);
    const call = callOf({
      ...{ trace: calls.length, model, startUs: at, input: inputSeen, output: outputSeen },
      quality: graded && random.next() < 0.5 ? (isGood ? 1 : 0) : null,
    });
    if (at < seenUntilUs) calls.push(call);
    if (isTried || input > 4000 || output > 500) continue;
    const cheap = price(
      { model: 'gpt-4o-mini' },
      { cachedRead: 0, cachedWrite: 0, cachedWrite1h: 0, input: input * ratio, output: output * ratio * longer },
    );
    saved += call.costNanos - cheap - worse * call.costNanos;
  }
  return { evidence: evidenceOf(calls), truth: dollarsAMonth(saved) };
};

/** Prompts that begin alike, some of it read from the cache already. The truth depends on how long a prefix is paid to be kept. */
export const prefixed = (seed) => {
  const random = seeded(seed);
  const isClaude = random.next() < 0.5;
  const model = isClaude ? 'claude-sonnet-4-5' : 'gpt-4o';
  const minutes = isClaude ? 5 : random.between(5, 10);
  const reached = random.between(0.86, 0.99);
  const already = isClaude ? 0 : random.between(0, 0.5);
  const prefixes = Array.from({ length: 1 + Math.floor(random.next() * 4) }, (_, at) => ({
    hash: at + 1,
    tokens: Math.round(random.between(1200, 6000)),
    last: 0,
  }));
  const { input: full, cachedRead: cheap, cachedWrite: write, cachedWrite1h: dear = write } = prices[model];
  const calls = [];
  let [saved, hourly] = [0, 0];
  for (const at of arrivals(random, longDays, random.between(100, 500))) {
    const prefix = random.pick(prefixes);
    const gapUs = at - prefix.last;
    const inTime = gapUs <= minutes * minuteUs;
    prefix.last = at;
    const readsAlready = inTime && random.next() < already;
    const call = callOf({
      ...{ trace: calls.length, model, startUs: at, output: Math.round(random.logNormal(200, 0.6)) },
      input: prefix.tokens + Math.round(random.logNormal(600, 0.6)),
      cachedRead: readsAlready ? prefix.tokens : 0,
      prefix: { hash: prefix.hash, tokens: prefix.tokens },
    });
    if (at < seenUntilUs) calls.push(call);
    if (readsAlready) continue;
    const isReached = random.next() < reached;
    saved += 1000 * prefix.tokens * (inTime && isReached ? full - cheap : full - write);
    hourly += 1000 * prefix.tokens * (gapUs <= 60 * minuteUs && isReached ? full - cheap : full - dear);
  }
  const truth = ({ step }) => dollarsAMonth(step.hourly ? hourly : saved);
  return { evidence: evidenceOf(calls), truth };
};

/** Requests that nobody waits for, most of them. */
export const waiting = (seed) => {
  const random = seeded(seed);
  const patient = random.between(0.78, 0.99);
  const calls = [];
  let saved = 0;
  for (const at of arrivals(random, longDays, random.between(40, 250))) {
    const [input, output] = [Math.round(random.logNormal(1500, 0.7)), Math.round(random.logNormal(300, 0.7))];
    const call = callOf({ trace: calls.length, model: 'gpt-4o', startUs: at, input, output });
    if (at < seenUntilUs) calls.push(call);
    if (random.next() < patient) saved += call.costNanos / 2;
  }
  return { evidence: evidenceOf(calls, { tags: ['async'] }), truth: dollarsAMonth(saved) };
};

/** Requests of several steps, one in some hundreds of which runs away; stopped at a limit, each makes a step or so more. */
export const runaway = (seed) => {
  const random = seeded(seed);
  const [sigma, rare, more] = [random.between(0.4, 0.9), random.between(0.004, 0.009), random.between(0.3, 1.7)];
  const requests = [];
  for (const at of arrivals(random, longDays, random.between(150, 700))) {
    const isRunaway = random.next() < rare;
    const steps = isRunaway ? Math.round(random.between(40, 120)) : 3 + Math.floor(random.next() * 5);
    const costNanos = Math.round(random.logNormal(isRunaway ? 6e7 : 4e6, isRunaway ? 0.5 : sigma));
    requests.push({
      trace: requests.length,
      task: null,
      startUs: at,
      costNanos,
      steps,
      isError: isRunaway ? random.next() < 0.6 : random.next() < 0.02,
    });
  }
  const savedAt = (limitNanos) =>
    dollarsAMonth(
      requests.reduce(
        (sum, { costNanos, steps }) =>
          sum + Math.max(0, costNanos - limitNanos - (costNanos > limitNanos ? (more * costNanos) / steps : 0)),
        0,
      ),
    );
  const toUs = startUs + monthDays * dayUs;
  return { requests: requests.filter(({ startUs: at }) => at < toUs), startUs, days: monthDays, savedAt };
};

/** Every scenario by the strategy it is about, as `estimate` is to be given it; budgets come apart. */
export const scenarios = {
  'response-cache': repeating,
  routing: routable,
  'prompt-cache': prefixed,
  batching: waiting,
  'routing, untried': (seed) => routable(seed, false),
};

/**
 * What estimates come to on made-up agents: the share of the ranges that hold the truth, and half their width against their middle.
 * @param program the strategies under test
 */
export const measureEstimates = (program, seeds) => {
  const judges = {
    'response-cache': (evidence, draws) => program.adviseResponseCache(evidence, draws),
    routing: (evidence, draws) => program.adviseRouting(evidence, price, draws),
    'prompt-cache': (evidence, draws) => program.advisePromptCache(evidence, price, draws),
    batching: (evidence, draws) => program.adviseBatching(evidence, price, draws),
    'routing, untried': (evidence, draws) => program.adviseRouting(evidence, price, draws),
  };
  const draws = program.drawDays(seeded(1).next);
  const rows = Object.entries(scenarios).map(([name, scenario]) => {
    const found = seeds.map((seed) => {
      const { evidence, truth } = scenario(seed);
      const { drafts } = judges[name](evidence, draws);
      return { truth: typeof truth === 'function' && drafts.length > 0 ? truth(drafts[0]) : truth, drafts };
    });
    return rowOf(name, found);
  });
  const budgets = seeds.map((seed) => {
    const { requests, startUs: from, days: count, savedAt } = runaway(seed);
    const days = Array.from({ length: count }, (_, at) => ({ startUs: from + at * dayUs, costNanos: 0, requests: 0, costs: new Map() }));
    for (const { startUs: at, costNanos } of requests) {
      const day = days[Math.floor((at - from) / dayUs)];
      day.costNanos += costNanos;
      day.requests += 1;
      program.addTo(day.costs, costNanos);
    }
    const evidence = { agent: 'made-up', days, span: count, tasks: [{ task: null, requests: requests.length }] };
    const limit = program.requestLimit(evidence);
    const beyond = requests.filter(({ costNanos }) => costNanos > limit);
    return { truth: savedAt(limit), drafts: program.adviseBudget(evidence, limit, beyond, draws).drafts };
  });
  const isMeasured = ({ drafts }) => drafts[0]?.grade === 'measured';
  const [often, seldom] = [budgets.filter(isMeasured), budgets.filter((each) => !isMeasured(each))];
  return [
    ...rows,
    ...(often.length > 0 ? [rowOf('budget', often)] : []),
    ...(seldom.length > 0 ? [rowOf('budget, seldom needed', seldom)] : []),
  ];
};

const medianOf = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

const rowOf = (name, found) => {
  const ranges = found.map(({ truth, drafts }) => ({
    truth,
    low: drafts.reduce((sum, { saving }) => sum + saving.low, 0),
    mid: drafts.reduce((sum, { saving }) => sum + saving.mid, 0),
    high: drafts.reduce((sum, { saving }) => sum + saving.high, 0),
  }));
  const held = ranges.filter(({ truth, low, high }) => low <= truth && truth <= high).length;
  return {
    name,
    count: found.length,
    grade: found.flatMap(({ drafts }) => drafts)[0]?.grade ?? null,
    held: held / ranges.length,
    halfWidth: medianOf(ranges.map(({ low, mid, high }) => (high - low) / 2 / Math.max(1e-9, mid))),
    bias: medianOf(ranges.map(({ truth, mid }) => mid / truth - 1)),
  };
};
