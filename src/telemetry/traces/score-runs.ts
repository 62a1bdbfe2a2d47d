import type { ScoreFacts, SpanFacts } from './runs.ts';

/** Where a score stands that grades nothing: it came with the token of an agent whose the request is not. */
export const noRun = -1;

/**
 * The run of each score: that of its span, else the first of its sender, else the first; `noRun` where that is of another than its sender.
 * @param runOf the run of each span
 * @param agents the agent of each run; 0: nobody's
 */
export const runsOfScores = (
  spans: readonly SpanFacts[],
  scores: readonly ScoreFacts[],
  runOf: readonly number[],
  agents: readonly number[],
): readonly number[] => {
  if (scores.length === 0) return [];
  const position = new Map(spans.map(({ id }, at) => [id, at]));
  return scores.map(({ spanId, sender }) => {
    const ofSpan = spanId === null ? undefined : runOf[position.get(spanId) ?? -1];
    const run = ofSpan ?? Math.max(0, sender === 0 ? 0 : agents.indexOf(sender));
    const agent = agents[run] ?? 0;
    return sender !== 0 && agent !== 0 && agent !== sender ? noRun : run;
  });
};
