import type { Cache } from '../../ground/store/port.ts';
import type { Range } from '../../ground/units/window.ts';
import { cutCodes, errorCodes, kind, splitPair, stateSql, statusError } from '../traces/codes.ts';
import { dictionaryOf } from '../traces/dictionary.cache.ts';
import type { ErrorType } from '../traces/span.ts';

/** A request may be under way for so long before its later calls are lost sight of, microseconds. */
const longestRequestUs = 3600 * 1_000_000;

const codeOf = (type: ErrorType): number => errorCodes.indexOf(type);
/** Ends of a call that its provider may answer for: what a guardrail or a tool ended is none of its doing. */
const providerErrors = (['llm', 'timeout', 'rate_limit', 'other'] as const).map(codeOf);

const [spanKind, status, errorType] = [stateSql('kind'), stateSql('status'), stateSql('errorType')];
const isBad = `(${status} = ${statusError} AND ${errorType} IN (${providerErrors.join(', ')}))`;
const isOf = (type: ErrorType): string => `(${status} = ${statusError} AND ${errorType} = ${codeOf(type)})`;
const startUs = 't.anchor_s * 1000000 + s.start_after_us';
/** Calls that began in a range, our own probes left out; those of a request are found by when it began. */
const fromCalls = `FROM run r CROSS JOIN span s ON s.trace_no = r.trace_no AND s.run_no = r.run_no JOIN trace t ON t.no = r.trace_no
  WHERE r.start_us >= ? AND r.start_us < ? AND r.synthetic = 0 AND ${spanKind} IN (${kind.llm}, ${kind.embedding})
    AND ${startUs} >= ? AND ${startUs} < ?`;
const places = ({ fromUs, toUs }: Range): readonly [number, number, number, number] => [fromUs - longestRequestUs, toUs, fromUs, toUs];

/** Who a call went to, in the spelling of traces; null where they do not tell. */
export interface Callee {
  readonly provider: string | null;
  readonly model: string | null;
}

const calleeReader = (cache: Cache): ((number: number) => Callee) => {
  const words = dictionaryOf(cache);
  const known = new Map<number, Callee>();
  return (number) => {
    const found = known.get(number);
    if (found !== undefined) return found;
    const [provider, model] = splitPair(words.word(number));
    known.set(number, { provider, model });
    return { provider, model };
  };
};

const wordReader = (cache: Cache): ((number: number) => string | null) => {
  const words = dictionaryOf(cache);
  return (number) => words.word(number);
};

/** The calls of one agent to one model that began in one minute. */
export interface CallMinute extends Callee {
  /** Start of the minute, UTC epoch ms. */
  readonly at: number;
  /** Null: it is nobody's of the fleet. */
  readonly agent: string | null;
  readonly n: number;
  /** That failed by no fault of a guardrail or a tool. */
  readonly bad: number;
  /** Of those, the ones that were refused for a rate limit. */
  readonly limited: number;
  readonly timedOut: number;
}

const minuteUs = 60_000_000;

/** Calls of a range by the minute in which they began, oldest first. */
export function* readCallMinutes(cache: Cache, range: Range): Iterable<CallMinute> {
  const [calleeOf, wordOf] = [calleeReader(cache), wordReader(cache)];
  const rows = cache.rows<readonly [number, number, number, number, number, number, number]>(
    `SELECT (${startUs}) / ${minuteUs}, r.agent, s.model, COUNT(*), SUM(${isBad}), SUM(${isOf('rate_limit')}), SUM(${isOf('timeout')})
     ${fromCalls} GROUP BY 1, 2, 3 ORDER BY 1`,
    ...places(range),
  );
  for (const [minute, agent, model, n, bad, limited, timedOut] of rows)
    yield { at: minute * 60_000, agent: wordOf(agent), ...calleeOf(model), n, bad, limited, timedOut };
}

/** One call of a model. Unknown is null. */
export interface TimedCall extends Callee {
  readonly agent: string | null;
  readonly durationUs: number | null;
  /** Until the first token. */
  readonly ttftUs: number | null;
  readonly isBad: boolean;
  readonly isLimited: boolean;
  readonly isTimeout: boolean;
  /** Whether the answer was cut at a limit of tokens; null: not told. */
  readonly isCut: boolean | null;
}

/** Calls that began in a range, one by one. */
export function* readTimedCalls(cache: Cache, range: Range): Iterable<TimedCall> {
  const [calleeOf, wordOf] = [calleeReader(cache), wordReader(cache)];
  const rows = cache.rows<readonly [number, number, number | null, number | null, number, number, number, number]>(
    `SELECT r.agent, s.model, s.dur_us, s.ttft_us, ${isBad}, ${isOf('rate_limit')}, ${isOf('timeout')}, ${stateSql('cut')} ${fromCalls}`,
    ...places(range),
  );
  for (const [agent, model, durationUs, ttftUs, bad, limited, timedOut, cut] of rows)
    yield {
      ...{ agent: wordOf(agent), ...calleeOf(model), durationUs, ttftUs },
      ...{ isBad: bad === 1, isLimited: limited === 1, isTimeout: timedOut === 1, isCut: cutCodes[cut] ?? null },
    };
}
