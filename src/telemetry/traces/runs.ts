import { kind, statusError } from './codes.ts';
import { type Claim, ownersOf } from './ownership.ts';
import { runsOfScores } from './score-runs.ts';
import { growTree } from './tree.ts';
import { isUnpriced } from './unpriced.ts';

/** A span as the cache holds it: words as numbers of its dictionary (0: none), times in microseconds, money in nano-dollars. */
export interface SpanFacts {
  readonly id: string;
  readonly parentId: string | null;
  readonly kind: number;
  readonly name: number;
  readonly model: number;
  readonly startUs: number;
  readonly durationUs: number | null;
  readonly ttftUs: number | null;
  readonly status: number;
  readonly errorType: number;
  readonly inTok: number | null;
  readonly outTok: number | null;
  readonly cacheR: number | null;
  readonly cacheW: number | null;
  readonly cacheW1h: number | null;
  readonly reasonTok: number | null;
  readonly costNanos: number | null;
  readonly costSource: number;
  readonly labels: number;
  readonly user: number;
  readonly session: number;
  readonly task: number;
  readonly env: number;
  readonly release: number;
  readonly prompt: number;
  readonly updatedUs: number | null;
  /** 48 bits of a keyed hash of the prompt or the arguments, signed. */
  readonly inputHash: number | null;
  /** What `prompt-sketch` keeps of a prompt, a byte a character. */
  readonly promptSketch: string | null;
  readonly synthetic: number;
  /** A position of `cutCodes`; absent is its first. */
  readonly cut?: number;
}

export interface ScoreFacts {
  readonly id: string;
  readonly spanId: string | null;
  readonly name: number;
  readonly value: number | null;
  readonly label: string | null;
  readonly origin: number;
  /** The agent whose token it came with; 0: none. */
  readonly sender: number;
  readonly atUs: number;
  readonly updatedUs: number | null;
}

/** One request to one agent. Sums are over the spans that are this agent's alone, usage counted once. */
export interface RunFacts {
  readonly entryId: string;
  readonly callerRun: number | null;
  readonly agent: number;
  /** The agent that handed over; 0: nobody. */
  readonly caller: number;
  readonly user: number;
  readonly session: number;
  readonly task: number;
  readonly env: number;
  readonly release: number;
  readonly prompt: number;
  readonly startUs: number;
  readonly durationUs: number | null;
  /** From the start of the request to the first token of any of its calls. */
  readonly ttftUs: number | null;
  readonly isError: number;
  readonly errorType: number;
  readonly spans: number;
  /** Calls of models, tools, retrievals and guardrails: how deep a loop went. */
  readonly steps: number;
  readonly llmCalls: number;
  readonly toolCalls: number;
  readonly retrievals: number;
  readonly inTok: number;
  readonly cachedTok: number;
  readonly outTok: number;
  /** Spans that carry usage, by whether their cost is known. */
  readonly priced: number;
  readonly unpriced: number;
  /** Null where no cost is known. */
  readonly costNanos: number | null;
  readonly qualityN: number;
  /** Millionths, so that sums do not depend on their order. */
  readonly qualityMicro: number;
  readonly synthetic: number;
}

export interface TraceDigest {
  /** Of each span, in the order given. */
  readonly runOf: readonly number[];
  /** Whether its usage counts, and whether a model call is one and not the wrapper of one. */
  readonly counts: readonly boolean[];
  /** Of each score: the run of its span, else the first of its sender, else the first; `noRun` where that is of another than its sender. */
  readonly runOfScore: readonly number[];
  readonly runs: readonly RunFacts[];
}

const isModel = (code: number): boolean => code === kind.llm || code === kind.embedding;
const isStep = (code: number): boolean => code >= kind.llm;

/**
 * Cuts a trace into requests, one for each span where another agent takes over, and decides which usage counts. A model call counts unless
 * the same call is told again below it; anything else that has usage is a fee, or a total, which counts unless anything below has usage.
 */
export const digestTrace = (
  spans: readonly SpanFacts[],
  claims: readonly Claim<number>[],
  scores: readonly ScoreFacts[],
  qualityOf: (agent: number) => number,
): TraceDigest => {
  const tree = growTree(spans);
  const owners = ownersOf(tree, claims);
  const counts = countedUsage(spans, tree.parent, tree.order);
  const runOf: number[] = new Array(spans.length).fill(0);
  const parts: { entry: number; callerRun: number | null; members: number[] }[] = [];
  for (const at of tree.order) {
    const above = tree.parent[at] ?? -1;
    if (above !== -1 && owners[above] === owners[at]) {
      const runNo = runOf[above] ?? 0;
      runOf[at] = runNo;
      parts[runNo]?.members.push(at);
    } else {
      runOf[at] = parts.length;
      parts.push({ entry: at, callerRun: above === -1 ? null : (runOf[above] ?? 0), members: [at] });
    }
  }
  const synthetic = spans.some((span) => span.synthetic === 1) ? 1 : 0;
  const agents = parts.map(({ entry }) => owners[entry] ?? 0);
  const runOfScore = runsOfScores(spans, scores, runOf, agents);
  const ofTrace = firstTold(spans, spans.keys());
  const runs = parts.map(({ entry, callerRun, members }, runNo): RunFacts => {
    const agent = agents[runNo] ?? 0;
    const isLoose = entry === tree.root && (tree.isHeadless || members.some((at) => at !== entry && spans[at]?.parentId === null));
    const quality = scores.filter(({ value, name }, at) => runOfScore[at] === runNo && value !== null && name === qualityOf(agent));
    return {
      ...sumsOf(spans, counts, members),
      ...outcomeOf(spans, entry, members, isLoose, tree.adopted),
      ...aboutOf(spans[entry] as SpanFacts, firstTold(spans, members), ofTrace),
      entryId: spans[entry]?.id ?? '',
      callerRun,
      agent,
      caller: callerRun === null ? 0 : (owners[parts[callerRun]?.entry ?? 0] ?? 0),
      qualityN: quality.length,
      qualityMicro: quality.reduce((sum, { value }) => sum + Math.round((value ?? 0) * 1e6), 0),
      synthetic,
    };
  });
  return { runOf, counts, runOfScore, runs };
};

const countedUsage = (spans: readonly SpanFacts[], parent: readonly number[], order: readonly number[]): readonly boolean[] => {
  const callBelow = new Uint8Array(spans.length);
  const usageBelow = new Uint8Array(spans.length);
  const counts: boolean[] = new Array(spans.length).fill(false);
  for (let step = order.length - 1; step >= 0; step--) {
    const at = order[step] as number;
    const { kind: code, inTok, outTok, costNanos } = spans[at] as SpanFacts;
    const hasUsage = inTok !== null || outTok !== null || costNanos !== null;
    counts[at] = isModel(code) ? callBelow[at] === 0 : hasUsage && usageBelow[at] === 0;
    const above = parent[at] ?? -1;
    if (above === -1) continue;
    if (hasUsage || usageBelow[at] === 1) usageBelow[above] = 1;
    if (isSameCall(code) && (hasUsage || callBelow[at] === 1)) callBelow[above] = 1;
  }
  return counts;
};

/** Whether a span below a model call can be the same call told again; a tool or an agent below it uses models on its own account. */
const isSameCall = (code: number): boolean => isModel(code) || code === kind.other;

const sumsOf = (spans: readonly SpanFacts[], counts: readonly boolean[], members: readonly number[]) => {
  const sums = {
    spans: members.length,
    steps: 0,
    llmCalls: 0,
    toolCalls: 0,
    retrievals: 0,
    inTok: 0,
    cachedTok: 0,
    outTok: 0,
    priced: 0,
    unpriced: 0,
  };
  let costNanos: number | null = null;
  for (const at of members) {
    const span = spans[at] as SpanFacts;
    const isWrapper = isModel(span.kind) && !counts[at];
    if (isStep(span.kind) && !isWrapper) {
      sums.steps += 1;
      if (span.kind === kind.llm) sums.llmCalls += 1;
      else if (span.kind === kind.tool) sums.toolCalls += 1;
      else if (span.kind === kind.retrieval) sums.retrievals += 1;
    }
    if (!counts[at]) continue;
    sums.inTok += span.inTok ?? 0;
    sums.cachedTok += span.cacheR ?? 0;
    sums.outTok += span.outTok ?? 0;
    if (span.costNanos === null) sums.unpriced += isUnpriced(span.inTok, span.outTok, span.status === statusError ? 1 : 0) ? 1 : 0;
    else {
      sums.priced += 1;
      costNanos = (costNanos ?? 0) + span.costNanos;
    }
  }
  return { ...sums, costNanos };
};

/** How a request went and how long it took: as its entry span says, or all that hangs loose in its place where that span is a stand-in. */
const outcomeOf = (
  spans: readonly SpanFacts[],
  entry: number,
  members: readonly number[],
  isLoose: boolean,
  adopted: ReadonlySet<number>,
) => {
  const first = spans[entry] as SpanFacts;
  let startUs = first.startUs;
  let endUs = first.durationUs === null ? null : first.startUs + first.durationUs;
  let isError = first.status === statusError;
  let errorType = isError ? first.errorType : 0;
  let firstTokenUs = Number.POSITIVE_INFINITY;
  for (const at of members) {
    const span = spans[at] as SpanFacts;
    if (span.ttftUs !== null) firstTokenUs = Math.min(firstTokenUs, span.startUs + span.ttftUs);
    if (!isLoose) continue;
    startUs = Math.min(startUs, span.startUs);
    if (span.durationUs !== null) endUs = Math.max(endUs ?? 0, span.startUs + span.durationUs);
    if (!isError && adopted.has(at) && span.status === statusError) {
      isError = true;
      errorType = span.errorType;
    }
  }
  if (isError && isVague(errorType)) errorType = causeOf(spans, members) ?? errorType;
  const ttftUs = first.ttftUs ?? (Number.isFinite(firstTokenUs) ? Math.max(0, firstTokenUs - startUs) : null);
  return { startUs, durationUs: endUs === null ? null : endUs - startUs, ttftUs, isError: isError ? 1 : 0, errorType };
};

const otherError = 6;
const isVague = (errorType: number): boolean => errorType === 0 || errorType === otherError;

/** The type of the last error below that says more than "other". */
const causeOf = (spans: readonly SpanFacts[], members: readonly number[]): number | null => {
  let cause: SpanFacts | null = null;
  for (const at of members) {
    const span = spans[at] as SpanFacts;
    if (span.status !== statusError || isVague(span.errorType)) continue;
    if (cause === null || span.startUs > cause.startUs || (span.startUs === cause.startUs && span.id > cause.id)) cause = span;
  }
  return cause?.errorType ?? null;
};

const abouts = ['user', 'session', 'task', 'env', 'release', 'prompt'] as const;
type About = (typeof abouts)[number];

/** Whom and what a request was about: as its entry span says, else the first of its spans that says, else the first of the trace. */
const aboutOf = (entry: SpanFacts, ofRun: Record<About, number>, ofTrace: Record<About, number>): Record<About, number> => {
  const about = { user: 0, session: 0, task: 0, env: 0, release: 0, prompt: 0 };
  for (const fact of abouts) about[fact] = entry[fact] || ofRun[fact] || (fact === 'prompt' ? 0 : ofTrace[fact]);
  return about;
};

/** Each fact as the earliest span tells it that tells it at all. */
const firstTold = (spans: readonly SpanFacts[], among: Iterable<number>): Record<About, number> => {
  const first: Partial<Record<About, SpanFacts>> = {};
  for (const at of among) {
    const span = spans[at] as SpanFacts;
    for (const fact of abouts) {
      if (span[fact] === 0) continue;
      const known = first[fact];
      if (known === undefined || span.startUs < known.startUs || (span.startUs === known.startUs && span.id < known.id)) first[fact] = span;
    }
  }
  const told = { user: 0, session: 0, task: 0, env: 0, release: 0, prompt: 0 };
  for (const fact of abouts) told[fact] = first[fact]?.[fact] ?? 0;
  return told;
};
