import { annotationScores } from './annotation.ts';
import { short } from './attribute-values.ts';
import type { Attributes, Group } from './raw-span.ts';
import { numericScore, type Score } from './span.ts';

/** Name of the event of an evaluation in OpenTelemetry's GenAI conventions, as a log record or inside a span. */
const evaluationEvent = 'gen_ai.evaluation.result';

/** The grades that a group brings. A later one of the same name on the same span takes the place of the earlier. */
export const scoresOfGroup = (group: Group): readonly Score[] => [
  ...group.logs
    .filter(({ name, attributes }) => name === evaluationEvent || attributes.get('event.name') === evaluationEvent)
    .flatMap(({ traceId, spanId, atUs, attributes }) => scoreOf(traceId, spanId, atUs, attributes)),
  ...group.spans.flatMap(({ traceId, spanId, startUs, endUs, events }) =>
    events
      .filter(({ name }) => name === evaluationEvent)
      .flatMap(({ atUs, attributes }) => scoreOf(traceId, spanId, atUs ?? endUs ?? startUs, attributes)),
  ),
  ...group.spans.flatMap(annotationScores),
];

/** Nothing for an evaluation without a name, a time, or both value and label: one that failed. */
const scoreOf = (traceId: string, spanId: string | null, atUs: number | null, attributes: Attributes): readonly Score[] => {
  const name = short(attributes.get('gen_ai.evaluation.name') ?? null);
  const value = numericScore(attributes.get('gen_ai.evaluation.score.value'));
  const label = short(attributes.get('gen_ai.evaluation.score.label') ?? null);
  if (name === null || atUs === null || (value === null && label === null)) return [];
  const id = `${traceId}/${spanId ?? ''}/eval/${name}`;
  return [{ id, traceId, spanId, name, value, label, source: 'eval', atUs, updatedUs: atUs }];
};
