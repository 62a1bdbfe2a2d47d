import { short } from './attribute-values.ts';
import type { Attributes, RawSpan } from './raw-span.ts';
import { numericScore, type Score } from './span.ts';

/**
 * Grades as OpenInference has them in attributes: `annotations.0.annotation.score`, or `evaluations`; with `trace.` before it of the whole
 * trace. Those of a `session.` grade nothing that is kept here. Source: OpenInference's semantic conventions.
 */
const annotation =
  /^(trace\.)?(?:annotations|evaluations)\.(\d{1,4})\.(?:annotation|evaluation)\.(name|score|label|annotator_kind|identifier)$/;

/** The grades on a span. A span of kind `EVALUATOR` that links to another grades that one, which had ended. */
export const annotationScores = (span: RawSpan): readonly Score[] => {
  const found = new Map<string, Map<string, unknown>>();
  for (const [key, value] of span.attributes) {
    // Most spans have none, and most attributes begin otherwise.
    if (!key.startsWith('annotations.') && !key.startsWith('evaluations.') && !key.startsWith('trace.')) continue;
    const [, scope = '', at = '', field = ''] = annotation.exec(key) ?? [];
    if (field === '') continue;
    const place = `${key.slice(0, scope.length + 'annotations'.length)} ${at}`;
    const told = found.get(place) ?? new Map<string, unknown>([['scope', scope]]);
    found.set(place, told.set(field, value));
  }
  return [...found.values()].flatMap((told) => scoreOf(span, told));
};

const isEvaluator = (attributes: Attributes): boolean => attributes.get('openinference.span.kind') === 'EVALUATOR';

/** Nothing for a grade without a name, or without both value and label. */
const scoreOf = (span: RawSpan, told: ReadonlyMap<string, unknown>): readonly Score[] => {
  const graded = isEvaluator(span.attributes) ? (span.link ?? span) : span;
  const text = (field: string) => {
    const value = told.get(field);
    return typeof value === 'string' ? short(value) : null;
  };
  const [name, value, label] = [text('name'), numericScore(told.get('score')), text('label')];
  if (name === null || (value === null && label === null)) return [];
  const spanId = told.get('scope') === '' ? graded.spanId : null;
  const atUs = span.endUs ?? span.startUs;
  const id = [graded.traceId, spanId ?? '', 'annotation', name, text('identifier') ?? ''].join('/');
  const source = text('annotator_kind')?.toLowerCase() ?? 'eval';
  return [{ id, traceId: graded.traceId, spanId, name, value, label, source, atUs, updatedUs: atUs }];
};
