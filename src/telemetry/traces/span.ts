/** What a span is. `other`: chains, workflows and whatever nobody classed. */
export type SpanKind = 'agent' | 'llm' | 'tool' | 'retrieval' | 'guardrail' | 'embedding' | 'other';

export type SpanStatus = 'ok' | 'error' | 'unset';

export type ErrorType = 'llm' | 'tool' | 'guardrail' | 'timeout' | 'rate_limit' | 'other';

/** Where a cost comes from: told by the source, computed from a price table, or not known. */
export type CostSource = 'reported' | 'priced' | 'unknown';

/** Tokens of one model call, normalised to inclusive counts. Null: not told, never 0. */
export interface SpanTokens {
  /** Cached tokens, read and written, included. */
  readonly input: number | null;
  /** Reasoning tokens included. */
  readonly output: number | null;
  readonly cachedRead: number | null;
  /** Written for five minutes, or for a time that is not told. */
  readonly cachedWrite: number | null;
  /** Written for an hour (Anthropic). */
  readonly cachedWrite1h: number | null;
  readonly reasoning: number | null;
}

/**
 * One step of a request, in the normal form every source is brought to. Instants are UTC epoch microseconds, durations microseconds.
 * Text is untrusted.
 */
export interface Span {
  /** As the source has it; lower-case hex where it is hex. */
  readonly traceId: string;
  readonly spanId: string;
  /** Null for a root. The parent may arrive later, or never. */
  readonly parentId: string | null;
  readonly kind: SpanKind;
  readonly name: string;
  /** What the emitter calls the agent, on spans that say so; whose span it is, is decided by `ownership`. */
  readonly agentName: string | null;
  readonly provider: string | null;
  readonly model: string | null;
  readonly startUs: number;
  /** Null while it runs. */
  readonly durationUs: number | null;
  /** Time to first token. */
  readonly ttftUs: number | null;
  readonly status: SpanStatus;
  /** Null unless the status is error. */
  readonly errorType: ErrorType | null;
  /** Of a model call: whether its answer was cut at a limit of tokens; absent or null: nobody told why it stopped. */
  readonly isCut?: boolean | null;
  /** What went wrong, in the source's words; null where it does not say. */
  readonly statusMessage: string | null;
  readonly tokens: SpanTokens;
  /** Nano-dollars the source reports; null: it reports none. */
  readonly reportedCostNanos: number | null;
  /** Tier the call was served at, where told: `batch`, `flex`, `priority`. */
  readonly serviceTier: string | null;
  readonly user: string | null;
  readonly session: string | null;
  readonly task: string | null;
  readonly environment: string | null;
  readonly release: string | null;
  readonly promptName: string | null;
  readonly promptVersion: string | null;
  readonly serviceName: string | null;
  /** The name of the whole trace, where the source has one. */
  readonly traceName: string | null;
  readonly tags: readonly string[];
  /** Further facts a manifest may match on. */
  readonly metadata: Readonly<Record<string, string>>;
  /** When the source last changed this row; null where it does not tell. Of two versions the newer one wins. */
  readonly updatedUs: number | null;
  /** What was asked of a model, or the arguments of a tool: text for keyed hashes, kept only under `capture: io`. Null: not sent. */
  readonly input: string | null;
  readonly output: string | null;
}

/** A grade on a trace or on one span of it. */
export interface Score {
  /** The source's own id, or one derived from trace, span, name and source. */
  readonly id: string;
  readonly traceId: string;
  readonly spanId: string | null;
  readonly name: string;
  /** Numeric value; booleans are 0 and 1; null for a category. */
  readonly value: number | null;
  readonly label: string | null;
  /** Who graded: `api`, `eval`, `annotation`, … as the source has it. */
  readonly source: string;
  readonly atUs: number;
  readonly updatedUs: number | null;
}

/** What a grade is as a number; null: it is none. */
export const numericScore = (value: unknown): number | null => {
  if (typeof value === 'boolean') return value ? 1 : 0;
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
};

/** No tokens told. */
export const noTokens: SpanTokens = {
  input: null,
  output: null,
  cachedRead: null,
  cachedWrite: null,
  cachedWrite1h: null,
  reasoning: null,
};

/** A span that tells nothing but what is given: what adapters start from. */
export const spanOf = (told: Pick<Span, 'traceId' | 'spanId' | 'name' | 'startUs'> & Partial<Span>): Span => ({
  parentId: null,
  kind: 'other',
  agentName: null,
  provider: null,
  model: null,
  durationUs: null,
  ttftUs: null,
  status: 'unset',
  errorType: null,
  statusMessage: null,
  tokens: noTokens,
  reportedCostNanos: null,
  serviceTier: null,
  user: null,
  session: null,
  task: null,
  environment: null,
  release: null,
  promptName: null,
  promptVersion: null,
  serviceName: null,
  traceName: null,
  tags: [],
  metadata: {},
  updatedUs: null,
  input: null,
  output: null,
  ...told,
});

/** Cached tokens counted beside the input rather than in it give themselves away: there are more of them than input. */
export const inclusiveTokens = (tokens: SpanTokens): SpanTokens => {
  const cached = (tokens.cachedRead ?? 0) + (tokens.cachedWrite ?? 0) + (tokens.cachedWrite1h ?? 0);
  return tokens.input !== null && cached > tokens.input ? { ...tokens, input: tokens.input + cached } : tokens;
};
