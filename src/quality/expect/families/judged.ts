import { z } from 'zod';
import { plural } from '../../../ground/output/phrases.ts';
import { excerpt } from '../../../ground/redaction/redaction.ts';
import { answerText, outputOf } from '../answer.ts';
import { wordsField } from '../fields.ts';
import { judged, unjudged } from '../grading.ts';
import { type RelationScores, rulingOf, usualScores } from '../judges/ruling.ts';
import type { Aids, Assertion, Exchange, Family, Grade, Hearing, JudgeQuestion, Settings } from '../port.ts';

type Seen = Parameters<Assertion<unknown>['grade']>[1];

/** The conversation as a judge reads it. */
const exchangesOf = (seen: Seen, inputs: readonly string[] = []): readonly Exchange[] =>
  seen.map((turn, at) => {
    const output = outputOf(turn);
    return { input: inputs[at] ?? null, answer: typeof output === 'string' ? output : JSON.stringify(output) };
  });

/** Asks the judge and counts the votes. */
const hear = async (question: JudgeQuestion, { judge }: Aids, settings: Settings, scores = usualScores): Promise<Grade> => {
  if (judge === undefined) return unjudged('there is no judge to ask');
  const { seats, advisory, judging } = await judge.hear(question, settings.judge);
  const beside = { judging, ...(advisory === null ? {} : { advisory }) };
  const decision = rulingOf(seats, { threshold: settings.threshold, scores });
  if (decision.verdict === 'split') {
    const isUnheard = decision.passes + decision.fails === 0;
    return { ...unjudged(splitText(seats, decision)), ...beside, ...(isUnheard ? { unheard: true } : {}) };
  }
  const { verdict, score, reason } = decision;
  const count = seats.length === 1 ? 'the judge says' : `${decision.votes} of ${seats.length} votes say`;
  const message = `${count} ${verdict}, with a score of ${score.toFixed(2)}: ${excerpt(reason)}`;
  return { verdict, score, saw: excerpt(question.exchanges.at(-1)?.answer ?? ''), message, ...beside };
};

const splitText = (seats: Hearing['seats'], { passes, fails }: { readonly passes: number; readonly fails: number }): string => {
  const troubles = seats.flatMap(({ judge, trouble }) => (trouble === null ? [] : [`${judge}: ${excerpt(trouble)}`]));
  const split = passes + fails > 0 && seats.length > 1 ? `the votes are split, ${passes} pass and ${fails} fail of ${seats.length}` : null;
  return `could not be judged: ${[split, ...new Set(troubles)].filter((part) => part !== null).join('; ')}`;
};

const llmRubric: Assertion<string> = {
  type: 'llm-rubric',
  summary: 'A judge (see judges:) finds that the answer meets this criterion, with a score of `threshold` at least.',
  args: wordsField(),
  needs: ['judge'],
  grade: (criterion, seen, aids, settings) =>
    hear({ form: 'rubric', criterion, exchanges: exchangesOf(seen, aids.inputs) }, aids, settings),
};

const share = () => z.number({ error: 'must be a number from 0 to 1' }).min(0).max(1).optional();

interface Reference {
  readonly reference: string;
  readonly scores: RelationScores;
}

const factuality: Assertion<Reference> = {
  type: 'factuality',
  summary: 'A judge (see judges:) finds no fact in the answer that contradicts this reference; or { reference, scores }.',
  args: z
    .union(
      [
        wordsField(),
        z.strictObject({
          reference: wordsField().describe('What is known to be right.'),
          scores: z
            .strictObject({ subset: share(), superset: share(), agree: share(), disagree: share(), differButFactual: share() })
            .optional()
            .describe('What each relation of the answer to the reference scores; above 0, or from threshold on, passes.'),
        }),
      ],
      { error: 'must be text, or { reference, scores }' },
    )
    .transform((given): Reference => {
      if (typeof given === 'string') return { reference: given, scores: usualScores };
      const own = Object.fromEntries(Object.entries(given.scores ?? {}).filter(([, score]) => score !== undefined));
      return { reference: given.reference, scores: { ...usualScores, ...own } };
    }),
  needs: ['judge'],
  grade: ({ reference, scores }, seen, aids, settings) =>
    hear({ form: 'factuality', criterion: reference, exchanges: exchangesOf(seen, aids.inputs) }, aids, settings, scores),
};

/** promptfoo's default. */
const defaultLikeness = 0.75;

/** One reference, or several of which the nearest counts. */
const similar: Assertion<readonly string[]> = {
  type: 'similar',
  summary: 'The answer means nearly this (cosine of embeddings, `threshold` 0.75); it never decides alone.',
  args: z
    .union([wordsField(), z.array(wordsField()).min(1)], { error: 'must be text, or a list of texts' })
    .transform((given): readonly string[] => (typeof given === 'string' ? [given] : given)),
  needs: ['embedder'],
  grade: async (references, seen, { embedder }, settings) => {
    if (embedder === undefined) return unjudged('there are no embeddings to compare by');
    const text = answerText(seen);
    const { similarities, trouble, judging } = await embedder.compare(text, references, settings.judge);
    if (similarities === null) return { ...unjudged(`could not be compared: ${excerpt(trouble ?? 'no answer')}`), judging, unheard: true };
    const threshold = settings.threshold ?? defaultLikeness;
    const nearest = Math.max(...similarities);
    const to = references.length === 1 ? 'the reference' : `the nearest of ${plural(references.length, 'reference')}`;
    const message = `the answer has a similarity of ${nearest.toFixed(3)} to ${to}; the threshold is ${threshold}`;
    return { ...judged(nearest >= threshold, excerpt(text), message), score: Math.min(1, Math.max(0, nearest)), judging };
  },
};

const family: Family = { 'llm-rubric': llmRubric, factuality, similar };

export default family;
