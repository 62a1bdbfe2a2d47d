import { toUsd } from '../../ground/units/amount.ts';
import type { OutgoingScore, OutgoingTrial } from '../../telemetry/traces/port.ts';
import { scoreId } from './online/score-card.ts';
import type { EvalRun } from './run.ts';
import type { Trial } from './trial.ts';

/** Characters of a comment: what backends take without cutting. */
const longestComment = 480;

/** A trial as it is shown elsewhere: its texts as they are kept, which is masked, capped, and only under `capture: io`. */
export const outgoingTrial = ({ id: runId, suite }: Pick<EvalRun, 'id' | 'suite'>, trial: Trial): OutgoingTrial => {
  const { caseId, arm, index, status, reason, traceId, conversation, startedAt, endedAt, costNanos, judgeNanos } = trial;
  const id = scoreId(['trial', runId, arm, String(index), caseId]);
  const inputs = conversation?.map(({ input }) => input) ?? null;
  return {
    id,
    itemId: scoreId(['case', suite, caseId]),
    caseId,
    index,
    status,
    reason,
    scores: status === 'error' ? [] : scoresOf(id, trial),
    traceId,
    input: inputs === null ? null : inputs.length === 1 ? (inputs[0] ?? '') : JSON.stringify(inputs),
    output: conversation?.at(-1)?.answer ?? null,
    startedAt,
    endedAt,
    costUsd: costNanos === null ? null : toUsd(costNanos + (judgeNanos ?? 0)),
  };
};

/** Whether it passed, its score, and the mean of each metric its assertions name. */
const scoresOf = (id: string, { status, reason, score, assertions }: Trial): readonly OutgoingScore[] => {
  const named = (name: string, value: number, comment: string): OutgoingScore => ({
    id: scoreId([id, name]),
    name,
    value: Math.min(1, Math.max(0, value)),
    comment: comment.slice(0, longestComment),
  });
  const metrics = new Map<string, number[]>();
  for (const { metric, score: value, advisory } of assertions)
    if (metric !== null && value !== null && advisory !== true) metrics.set(metric, [...(metrics.get(metric) ?? []), value]);
  return [
    named('pass', status === 'pass' ? 1 : 0, reason),
    ...(score === null ? [] : [named('score', score, '')]),
    ...[...metrics]
      .filter(([name]) => name !== 'pass' && name !== 'score')
      .map(([name, values]) => named(name, values.reduce((sum, value) => sum + value, 0) / values.length, '')),
  ];
};
