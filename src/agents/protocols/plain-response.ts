import type { Json } from '../../ground/json.ts';
import { compileJsonPath } from '../../ground/json-path.ts';
import type { ToolCall, Usage } from './port.ts';
import { toldCostNanos, toldToolCalls, toldUsage } from './told-facts.ts';

/** Where the parts of an answer stand: JSONPath texts that are known to compile. */
export interface ResponsePaths {
  readonly text?: string | undefined;
  readonly delta?: string | undefined;
  readonly done?: string | undefined;
  readonly output?: string | undefined;
  readonly tool_calls?: string | undefined;
  readonly usage?: string | Readonly<Record<string, string | undefined>> | undefined;
  readonly cost?: string | undefined;
  readonly stop_reason?: string | undefined;
  readonly error?: string | undefined;
  readonly trace_id?: string | undefined;
}

/** What one JSON value tells beside its text; what it does not tell is null or empty. */
export interface PlainFacts {
  readonly structured: Json;
  readonly toolCalls: readonly ToolCall[];
  readonly usage: Usage | null;
  readonly costNanos: number | null;
  readonly stopReason: string | null;
  readonly traceId: string | null;
  readonly error: Json;
}

export interface PlainResponse {
  /** The text at its path; null where nothing is there. */
  text(value: Json): string | null;
  delta(event: Json): string;
  isLast(event: Json): boolean;
  facts(value: Json): PlainFacts;
}

export const noFacts: PlainFacts = {
  structured: null,
  toolCalls: [],
  usage: null,
  costNanos: null,
  stopReason: null,
  traceId: null,
  error: null,
};

/** Reads answers by the paths of an endpoint. */
export const plainResponse = (paths: ResponsePaths): PlainResponse => {
  const [text, delta, done, output] = [matchesAt(paths.text), matchesAt(paths.delta), matchesAt(paths.done), matchesAt(paths.output)];
  const [calls, cost, stop, error, trace] = [paths.tool_calls, paths.cost, paths.stop_reason, paths.error, paths.trace_id].map(matchesAt);
  const usage = usageAt(paths.usage);
  return {
    text: (value) => joined(text(value)),
    delta: (event) => joined(delta(event)) ?? '',
    isLast: (event) => done(event).some(tellsSomething),
    facts: (value) => ({
      structured: output(value)[0] ?? null,
      toolCalls: toldToolCalls(calls?.(value) ?? []),
      usage: usage(value),
      costNanos: toldCostNanos(cost?.(value)[0]),
      stopReason: textOf(stop?.(value)[0]),
      traceId: textOf(trace?.(value)[0]),
      error: error?.(value).find(tellsSomething) ?? null,
    }),
  };
};

/** Facts of a stream: what a later event tells replaces what an earlier one told; tool calls add up. */
export const laterFacts = (earlier: PlainFacts, later: PlainFacts): PlainFacts => ({
  structured: later.structured ?? earlier.structured,
  toolCalls: [...earlier.toolCalls, ...later.toolCalls],
  usage: later.usage ?? earlier.usage,
  costNanos: later.costNanos ?? earlier.costNanos,
  stopReason: later.stopReason ?? earlier.stopReason,
  traceId: later.traceId ?? earlier.traceId,
  error: later.error ?? earlier.error,
});

const matchesAt = (source: string | undefined): ((value: Json) => readonly Json[]) => {
  const compiled = source === undefined ? null : compileJsonPath(source);
  return compiled?.ok === true ? compiled.path.all : () => [];
};

const usageAt = (paths: ResponsePaths['usage']): ((value: Json) => Usage | null) => {
  if (typeof paths !== 'object') {
    const whole = matchesAt(paths);
    return (value) => toldUsage(whole(value)[0]);
  }
  const parts = Object.entries(paths).map(([name, source]) => [name, matchesAt(source)] as const);
  return (value) => toldUsage(Object.fromEntries(parts.map(([name, matches]) => [name, matches(value)[0] ?? null])));
};

const tellsSomething = (value: Json): boolean => value !== null && value !== false && value !== '';

const textOf = (value: Json | undefined): string | null => {
  if (value === undefined || value === null) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
};

const joined = (matches: readonly Json[]): string | null => {
  const texts = matches.flatMap((match) => textOf(match) ?? []);
  return texts.length === 0 ? null : texts.join('');
};
