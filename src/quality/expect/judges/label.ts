import { createHash } from 'node:crypto';
import { z } from 'zod';
import { type Problem, readWith } from '../../../fleet/problems.ts';
import { canonicalJson, type Json, parseJson } from '../../../ground/json.ts';
import type { Exchange, JudgeQuestion } from '../port.ts';

/** What a person said of an answer; `skip`: that it cannot be said. */
export type LabelWord = 'pass' | 'fail' | 'skip';

/** An answer to be held against a criterion, by a person or a judge. */
export interface LabelItem {
  /** Of the question as a whole: equal questions have equal ids. */
  readonly id: string;
  readonly question: JudgeQuestion;
  /** Null: nobody has said yet. */
  readonly label: LabelWord | null;
}

const text = z.string({ error: 'must be text' });

const row = z
  .strictObject({
    id: text.optional(),
    input: text.optional(),
    answer: text,
    earlier: z.array(z.strictObject({ input: text.nullable().optional(), answer: text })).optional(),
    rubric: text.min(1).optional(),
    reference: text.min(1).optional(),
    label: z.enum(['pass', 'fail', 'skip'], { error: 'must be pass, fail or skip' }).nullable().optional(),
    case: text.optional(),
    note: text.optional(),
  })
  .superRefine(({ rubric, reference }, ctx) => {
    if ((rubric === undefined) === (reference === undefined))
      ctx.addIssue({ code: 'custom', message: 'needs either rubric (for llm-rubric) or reference (for factuality)', input: rubric });
  });

const exchangeOf = ({ input, answer }: { readonly input?: string | null | undefined; readonly answer: string }): Exchange => ({
  input: input ?? null,
  answer,
});

/** Equal questions have equal ids, whatever file or run they come from. */
export const labelId = (question: JudgeQuestion): string =>
  createHash('sha256')
    .update(canonicalJson(question as unknown as Json))
    .digest('hex')
    .slice(0, 16);

export type ReadLabels =
  | { readonly items: readonly LabelItem[]; readonly problems: null }
  | { readonly items: null; readonly problems: readonly { readonly line: number; readonly problem: Problem }[] };

/** Reads answers and labels, one JSON object a line. A later line about the same question replaces an earlier one. */
export const readLabels = (lines: string): ReadLabels => {
  const items = new Map<string, LabelItem>();
  const problems: { line: number; problem: Problem }[] = [];
  for (const [at, line] of lines.split('\n').entries()) {
    if (line.trim() === '') continue;
    const value = parseJson(line);
    const noJson: Problem = { path: [], about: 'value', message: 'the line is not JSON', hint: 'write one JSON object on each line' };
    const read = value === undefined ? { problems: [noJson] } : readWith(row, value);
    if ('problems' in read) {
      problems.push(...read.problems.map((problem) => ({ line: at + 1, problem })));
      continue;
    }
    const { input, answer, earlier = [], rubric, reference, label } = read.data;
    const question: JudgeQuestion = {
      form: rubric === undefined ? 'factuality' : 'rubric',
      criterion: rubric ?? reference ?? '',
      exchanges: [...earlier, { input, answer }].map(exchangeOf),
    };
    const id = labelId(question);
    items.set(id, { id, question, label: label ?? null });
  }
  return problems.length > 0 ? { items: null, problems } : { items: [...items.values()], problems: null };
};

/** One line of a file of labels. */
export const labelLine = ({ id, question, label }: LabelItem): string => {
  const { form, criterion, exchanges } = question;
  const last = exchanges.at(-1);
  const earlier = exchanges.slice(0, -1).map(({ input, answer }) => (input === null ? { answer } : { input, answer }));
  return JSON.stringify({
    id,
    ...(last === undefined || last.input === null ? {} : { input: last.input }),
    answer: last?.answer ?? '',
    ...(earlier.length === 0 ? {} : { earlier }),
    [form === 'rubric' ? 'rubric' : 'reference']: criterion,
    ...(label === null ? {} : { label }),
  });
};
