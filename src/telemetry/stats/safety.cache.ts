import type { Cache } from '../../ground/store/port.ts';
import { type Range, widthUs } from '../../ground/units/window.ts';
import { kind, stateSql, statusError } from '../traces/codes.ts';
import { dictionaryOf } from '../traces/dictionary.cache.ts';
import { isOneOf, noWord } from './filter.cache.ts';

/** What the traces of one agent say of its safety. */
export interface SafetyEvidence {
  /** Calls of each tool, where they were asked for. */
  readonly toolCalls: ReadonlyMap<string, number>;
  /** Requests that a guardrail stopped, or stepped into. */
  readonly blocked: number;
  /** How often each of the scores that were asked for failed. */
  readonly failedScores: ReadonlyMap<string, number>;
}

/** What is asked for besides guardrails. */
export interface SafetyQuery {
  /** Agents whose tool calls are wanted. */
  readonly toolsOf: readonly string[];
  /** Names of scores, by agent. */
  readonly scoresOf: ReadonlyMap<string, readonly string[]>;
  /** Only of traces that arrived after the one of this number, and of what was over before the window ended; absent: of all. */
  readonly arrivedAfter?: number;
  /** Beside those, late spans of known traces that were noted after this number (traces/late). */
  readonly notedAfter?: number;
}

/** Something in one request, or a score of it, that may be a safety event. Times are UTC epoch microseconds. */
export interface SafetyTrace {
  readonly agent: string;
  /** When the request began. */
  readonly startUs: number;
  /** From when to when it counts: the request, or the instant of the score. */
  readonly fromUs: number;
  readonly toUs: number;
  /** `blocked`: a guardrail stepped in; `tool` and `score`: whatever their names mean to the agent. */
  readonly kind: 'blocked' | 'tool' | 'score';
  readonly name: string;
  readonly count: number;
}

/** A request is looked for that long before the window: it may run on into it, and a grade comes later still. */
export const lookedBackUs = 4 * widthUs.hour;
/** Scores are judged as pass or fail on a scale from 0 to 1. */
const failsBelow = 0.5;

/** A span `s` that tells of a guardrail that stepped in. */
export const guarded = `${stateSql('kind')} = ${kind.guardrail} AND ${stateSql('status')} = ${statusError}`;
/** A score `s` that failed. */
export const failed = `(s.value < ${failsBelow} OR s.value IS NULL AND lower(s.label) IN ('fail', 'failed', 'false', 'no', 'unsafe'))`;

/** As `readSafety`, one by one and for all windows within a range: of requests that began in it. */
export function* readSafetyTraces(cache: Cache, { fromUs, toUs }: Range, query: Omit<SafetyQuery, 'arrivedAfter'>): Iterable<SafetyTrace> {
  const words = dictionaryOf(cache);
  const numbersOf = (agents: Iterable<string>) => ({
    numbers: [...agents].map((agent) => words.find('agent', agent)).filter((number) => number !== null),
  });
  const word = (number: number): string => words.word(number) ?? noWord;
  const called = `${stateSql('kind')} = ${kind.tool} AND ${isOneOf('r.agent', numbersOf(query.toolsOf))}`;
  for (const [agent, startUs, durationUs, isGuard, name, count] of cache.rows<
    readonly [number, number, number | null, number, number, number]
  >(
    `SELECT r.agent, r.start_us, r.dur_us, ${stateSql('kind')} = ${kind.guardrail}, s.name, COUNT(*)
     FROM run r CROSS JOIN span s ON s.trace_no = r.trace_no AND s.run_no = r.run_no
     WHERE r.start_us >= ? AND r.start_us < ? AND r.synthetic = 0 AND (${guarded} OR ${called}) GROUP BY r.trace_no, r.run_no, 4, 5`,
    ...[fromUs, toUs],
  )) {
    const times = { startUs, fromUs: startUs, toUs: startUs + (durationUs ?? 0) };
    if (isGuard === 1) yield { agent: word(agent), ...times, kind: 'blocked', name: '', count: 1 };
    else yield { agent: word(agent), ...times, kind: 'tool', name: word(name), count };
  }
  if (query.scoresOf.size === 0) return;
  for (const [agent, startUs, name, atUs] of cache.rows<readonly [number, number, number, number]>(
    `SELECT r.agent, r.start_us, s.name, s.at_us FROM run r CROSS JOIN score s ON s.trace_no = r.trace_no AND s.run_no = r.run_no
     WHERE r.start_us >= ? AND r.start_us < ? AND r.synthetic = 0 AND ${isOneOf('r.agent', numbersOf(query.scoresOf.keys()))} AND ${failed}`,
    ...[fromUs, toUs],
  ))
    if (query.scoresOf.get(word(agent))?.includes(word(name)))
      yield { agent: word(agent), startUs, fromUs: atUs, toUs: atUs, kind: 'score', name: word(name), count: 1 };
}

/** What was seen of each agent in requests that ran, and in scores that were given, in a window. Probes of ours do not count. */
export const readSafety = (cache: Cache, { fromUs, toUs }: Range, query: SafetyQuery): ReadonlyMap<string, SafetyEvidence> => {
  const words = dictionaryOf(cache);
  const found = new Map<string, { toolCalls: Map<string, number>; blocked: number; failedScores: Map<string, number> }>();
  const at = (agent: number) => {
    const name = words.word(agent) ?? noWord;
    const known = found.get(name) ?? { toolCalls: new Map(), blocked: 0, failedScores: new Map() };
    found.set(name, known);
    return known;
  };
  const numbersOf = (agents: Iterable<string>) => ({
    numbers: [...agents].map((agent) => words.find('agent', agent)).filter((number) => number !== null),
  });
  const { arrivedAfter = null, notedAfter = Number.MAX_SAFE_INTEGER } = query;
  const recent = 'r.start_us >= ? AND r.start_us < ? AND r.synthetic = 0 AND r.trace_no > ?';
  // Written out: of what arrived late only, and numbers of our own.
  const noted = `SELECT 1 FROM late_span l WHERE l.trace_no = s.trace_no AND l.span_id = s.span_id AND l.no > ${notedAfter}`;
  const arrived = `(r.trace_no > ? OR (r.trace_no IN (SELECT trace_no FROM late_span WHERE no > ${notedAfter}) AND EXISTS (${noted})))`;
  const isOver = (endUs: string): string => (arrivedAfter === null ? `${endUs} >= ?` : `${endUs} >= ? AND ${endUs} < ${toUs}`);
  const called = `${stateSql('kind')} = ${kind.tool} AND ${isOneOf('r.agent', numbersOf(query.toolsOf))}`;
  const calls = cache.all<{ agent: number; is_guard: number; name: number; calls: number; requests: number }>(
    `SELECT r.agent, ${stateSql('kind')} = ${kind.guardrail} AS is_guard, s.name, COUNT(*) AS calls,
       COUNT(DISTINCT r.trace_no << 16 | r.run_no) AS requests
     FROM run r CROSS JOIN span s ON s.trace_no = r.trace_no AND s.run_no = r.run_no
     WHERE r.start_us >= ? AND r.start_us < ? AND r.synthetic = 0 AND ${arrived} AND ${isOver('r.start_us + COALESCE(r.dur_us, 0)')} AND (${guarded} OR ${called}) GROUP BY 1, 2, 3`,
    ...[fromUs - lookedBackUs, toUs, arrivedAfter ?? 0, fromUs],
  );
  for (const { agent, is_guard, name, calls: count, requests } of calls) {
    if (is_guard === 1) at(agent).blocked += requests;
    else at(agent).toolCalls.set(words.word(name) ?? noWord, count);
  }
  if (query.scoresOf.size === 0) return found;
  const scores = cache.all<{ agent: number; name: number; n: number }>(
    `SELECT r.agent, s.name, COUNT(*) AS n FROM run r CROSS JOIN score s ON s.trace_no = r.trace_no AND s.run_no = r.run_no
     WHERE ${recent} AND ${isOneOf('r.agent', numbersOf(query.scoresOf.keys()))} AND s.at_us >= ? AND s.at_us < ${toUs} AND ${failed} GROUP BY 1, 2`,
    ...[fromUs - lookedBackUs, toUs, arrivedAfter ?? 0, fromUs],
  );
  for (const { agent, name, n } of scores) {
    const word = words.word(name) ?? noWord;
    if (query.scoresOf.get(words.word(agent) ?? noWord)?.includes(word)) at(agent).failedScores.set(word, n);
  }
  return found;
};
