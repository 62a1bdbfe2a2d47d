import type { Outcome, Turn } from '../../agents/protocols/port.ts';
import type { GradedAssertion } from './grade-turns.ts';
import type { Judging, Verdict } from './port.ts';

/** What an outcome means before any assertion is asked: judge the answer, a fault of the agent, or a fault of the checker. */
const meaning: Record<Outcome, 'judge' | 'fail' | 'error'> = {
  ok: 'judge',
  refused: 'fail',
  interrupted: 'fail',
  truncated: 'fail',
  agent_error: 'fail',
  timeout: 'fail',
  unreachable: 'fail',
  malformed: 'fail',
  rate_limited: 'error',
  unauthorized: 'error',
  checker_error: 'error',
};

const sentence: Partial<Record<Outcome, string>> = {
  refused: 'the agent refused to answer',
  interrupted: 'the agent asks for input or approval',
  truncated: 'the answer was cut off',
  rate_limited: 'the agent is rate limited',
};

/** A conversation with what its assertions said. */
export interface GradedConversation {
  /** In order; the last is the one that ended the conversation. */
  readonly turns: readonly Turn[];
  /** The grades of each turn, as many as there are turns; empty for a turn that could not be held against its assertions. */
  readonly byTurn: readonly (readonly GradedAssertion[])[];
  /** Of the last answer and the conversation as a whole; empty where it ended early. */
  readonly overall: readonly GradedAssertion[];
}

/** True where an answer can be held against assertions at all: something was said, or an assertion speaks of the outcome itself. */
export const isJudgeable = (turn: Turn, expected: readonly { readonly base: string }[]): boolean =>
  turn.outcome === 'ok' ||
  turn.outcome === 'refused' ||
  turn.outcome === 'interrupted' ||
  turn.outcome === 'truncated' ||
  expected.some(({ base }) => base === 'outcome');

/** False for an expectation that only informs, as `weight: 0` says, in promptfoo too. */
export const decides = ({ weight, advisory }: GradedAssertion): boolean => weight > 0 && advisory === undefined;

/** Whether a turn ended in a way that may be judged by its assertions: it was answered, or one of its own grades expected this outcome. */
export const isAccepted = (turn: Turn, grades: readonly GradedAssertion[]): boolean => {
  if (meaning[turn.outcome] === 'judge') return true;
  if (turn.outcome === 'checker_error') return false;
  return grades
    .filter(decides)
    .some(
      ({ assertion, pass }) => pass === true && (assertion === 'outcome' || (assertion === 'is-refusal' && turn.outcome === 'refused')),
    );
};

/** The verdict on a conversation and one sentence why; the sentence is empty for a plain pass. */
export interface ConversationVerdict {
  readonly verdict: Verdict;
  readonly reason: string;
}

/**
 * Judges a conversation: its outcome first, then its grades. `error` is never the agent's fault; `skipped` means that nothing it
 * expects could be judged.
 * @param isPrompt false for a probe, which answers without text
 */
export const judgeConversation = ({ turns, byTurn, overall }: GradedConversation, isPrompt: boolean): ConversationVerdict => {
  const last = turns.at(-1);
  if (last === undefined) return { verdict: 'error', reason: 'nothing was asked' };
  if (!isAccepted(last, [...(byTurn.at(-1) ?? []), ...overall])) {
    const told = last.detail === '' ? (sentence[last.outcome] ?? `the outcome is ${last.outcome}`) : last.detail;
    return { verdict: meaning[last.outcome] === 'error' ? 'error' : 'fail', reason: told };
  }
  const all = [...byTurn.flat(), ...overall].filter(({ weight }) => weight > 0);
  const grades = decidingOf(all);
  const failed = grades.filter(({ pass }) => pass === false);
  const [first] = failed;
  if (first !== undefined) {
    return { verdict: 'fail', reason: `${first.message}${failed.length > 1 ? ` (and ${failed.length - 1} more)` : ''}` };
  }
  const unjudged = grades.find(({ verdict }) => verdict === 'error');
  if (unjudged !== undefined) return { verdict: 'error', reason: unjudged.message };
  if (isPrompt && isSilent(last) && !grades.some(speaksForSilence)) {
    return { verdict: 'fail', reason: 'the agent answered without saying anything' };
  }
  if (all.length > 0 && grades.length === 0) {
    const why = all.find(({ advisory }) => advisory !== undefined)?.advisory ?? alone;
    return { verdict: 'skipped', reason: `nothing it expects may decide: ${why}` };
  }
  const [skipped] = grades;
  if (skipped !== undefined && grades.every(({ verdict }) => verdict === 'skipped')) {
    return { verdict: 'skipped', reason: `nothing it expects could be judged: ${skipped.message}` };
  }
  return { verdict: 'pass', reason: '' };
};

const alone = 'similar never decides alone; expect something else beside it';

/**
 * The grades that decide: what is advisory is only shown. Nearness of words is no proof of a right answer, nor distance of a wrong
 * one: `similar` counts beside another assertion that decides.
 */
const decidingOf = (grades: readonly GradedAssertion[]): readonly GradedAssertion[] => {
  const deciding = grades.filter(decides);
  return deciding.every(({ assertion }) => /^(not-)?similar$/.test(assertion)) ? [] : deciding;
};

/** A complete answer in which there is none: HTTP 200 with an empty text. */
const isSilent = ({ outcome, text, structured, toolCalls, card }: Turn): boolean =>
  outcome === 'ok' && text.trim() === '' && structured === null && toolCalls.length === 0 && card === null;

/** What silence passes too, as every `not-…` does: it is no sign that silence was expected. */
const passedBySilence = new Set(
  'latency ttft cost max-tokens max-steps trajectory:step-count no-loop no-secrets no-pii no-injection-echo'.split(' '),
);

const speaksForSilence = ({ assertion, pass }: GradedAssertion): boolean =>
  pass === true && !assertion.startsWith('not-') && !passedBySilence.has(assertion);

export type Totals = Record<'latencyMs' | 'ttftMs' | 'costNanos', number | null> & Pick<Turn, 'costSource'>;

/** From the surest source to the least sure: a sum is as sure as its least sure part. */
const costSources = ['reported', 'manifest', 'list'] as const;

/** Time and money of a conversation; time to first token is that of its slowest turn. Null where no turn tells. */
export const totals = (turns: readonly Turn[]): Totals => {
  const told = (values: readonly (number | null)[]) => values.filter((value) => value !== null);
  const tokens = told(turns.map((turn) => turn.timings.firstTokenMs));
  const costs = told(turns.map((turn) => turn.costNanos));
  return {
    latencyMs: turns.length === 0 ? null : tenths(turns.reduce((sum, turn) => sum + turn.timings.totalMs, 0)),
    ttftMs: tokens.length === 0 ? null : tenths(Math.max(...tokens)),
    costNanos: costs.length === 0 ? null : costs.reduce((sum, cost) => sum + cost, 0),
    costSource: costSources.findLast((source) => turns.some(({ costSource }) => costSource === source)) ?? null,
  };
};

/** What the judges of a conversation took; `costNanos` is 0 where none was asked, null where the price of one is unknown. */
export const judgingOf = ({ byTurn, overall }: Pick<GradedConversation, 'byTurn' | 'overall'>): Judging =>
  sumJudging([...byTurn.flat(), ...overall].flatMap(({ judging }) => judging ?? []));

/** The sum of several judgements; what one cannot tell the sum cannot. */
export const sumJudging = (parts: readonly Judging[]): Judging =>
  parts.reduce(
    (sum, part) => ({
      asked: sum.asked + part.asked,
      costNanos: sum.costNanos === null || part.costNanos === null ? null : sum.costNanos + part.costNanos,
      inputTokens: sum.inputTokens + part.inputTokens,
      outputTokens: sum.outputTokens + part.outputTokens,
    }),
    noJudging,
  );

/** Nobody was asked. */
export const noJudging: Judging = { asked: 0, costNanos: 0, inputTokens: 0, outputTokens: 0 };

/** A tenth of a millisecond is all a clock across a network can mean. */
const tenths = (ms: number): number => Math.round(ms * 10) / 10;
