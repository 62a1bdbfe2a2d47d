import { z } from 'zod';
import { moneyField, shareField, slotField, timeoutField } from '../../fleet/fields.ts';
import { nanosPerDollar } from '../../ground/units/amount.ts';
import { datasetSource, traceSource } from './source-schema.ts';

const text = z.string().min(1).max(100_000);

/** What a case may be called: what runs are paired by, and what reports name. */
const caseId = z
  .union([z.string(), z.int()], { error: 'must be a name' })
  .transform(String)
  .pipe(
    z
      .string()
      .min(1)
      .max(200)
      .regex(/^[^\p{Cc}]*$/u, 'must stand on one line'),
  );

const severity = z.enum(['critical', 'normal', 'info']);
const tags = z.array(z.string().min(1).max(100));
const vars = z.record(z.string(), z.json());
const repeats = z.int().min(1).max(1000);
const expect = z.array(slotField('expect'));

const turn = z.strictObject({
  input: text.describe('What is said to the agent in this turn; {{name}} stands for a variable.'),
  expect: expect.optional().describe('Assertions on the answer to this turn.'),
});

interface Asking {
  readonly input?: unknown;
  readonly turns?: unknown;
}

const oneWayToAsk = (value: Asking, ctx: z.RefinementCtx) => {
  if (value.input === undefined || value.turns === undefined) return;
  ctx.addIssue({ code: 'custom', path: ['turns'], message: 'cannot stand beside input: a case asks in one way', input: value });
};

/** One case, in the YAML of a suite and in a line of JSON. */
export const caseSchema = z
  .strictObject({
    id: caseId
      .optional()
      .describe('Unique in its suite, and kept: runs are paired by it. Default: twelve hex digits of the hash of what is asked.'),
    severity: severity.optional().describe('critical must pass every repeat, info is shown and never decides; default: that of the suite.'),
    cluster: z.string().min(1).max(200).optional().describe('Cases that share a source share a cluster, because they fail together.'),
    tags: tags.optional().describe('Words to select cases by, beside those of the suite.'),
    vars: vars.optional().describe('Variables for {{name}} in what is asked and expected; they win over those of the suite.'),
    input: text.optional().describe('What is asked; {{name}} stands for a variable.'),
    turns: z.array(turn).min(1).max(50).optional().describe('Several inputs on one thread, each with its own expectations.'),
    expect: expect.optional().describe('Assertions on the last answer, or on the whole conversation.'),
    expected: z
      .union([z.string().min(1), z.number(), z.boolean()], { error: 'must be text' })
      .optional()
      .describe('The variable {{expected}}; where no assertion mentions it, the answer must equal it.'),
    repeats: repeats.optional().describe('How often it is asked in a run; default: repeats of the suite.'),
    timeout: timeoutField().optional().describe('How long one turn may take; default: that of the suite.'),
  })
  .superRefine(oneWayToAsk);

/** A share as authors write it: 5%, or 0.05 as statisticians do. */
const portion = () =>
  z.union([z.number().refine((part) => part >= 0 && part <= 1, 'is not a share'), shareField()], { error: 'is not a share' });

const gate = z.strictObject({
  min_pass_rate: portion().optional().describe('The pass rate that the agent may not be shown to lie below; default: none.'),
  alpha: portion().default(0.05).describe('The chance of a red verdict although nothing changed.'),
  broad_share: portion().default(0.5).describe('The part of alpha for a broad drop; the rest is for single cases that broke.'),
  min_effect: portion().default(0.02).describe('The smallest drop of the pass rate that matters.'),
  window: z.int().min(1).max(1000).default(10).describe('How many accepted runs the baseline is pooled from, newest first.'),
  max_extra_repeats: z.int().min(0).max(100).default(6).describe('How often one case may be asked again while the verdict is open.'),
  on_inconclusive: z
    .enum(['no-verdict', 'fail', 'pass'])
    .default('no-verdict')
    .describe('What an open verdict means for the exit: 3, 1 or 0.'),
});

/** Dollars: `$2.50`, or the bare number, since the key says the unit. */
const dollars = () =>
  z.union(
    [
      z
        .number()
        .nonnegative()
        .max(1_000_000)
        .transform((usd) => Math.round(usd * nanosPerDollar)),
      moneyField(),
    ],
    { error: 'is not an amount of money: write it like $2.50' },
  );

const oneOrMany = <T extends z.ZodType>(item: T) => z.union([z.array(item).min(1), item]);

const fileSource = z.string().min(1).max(1000);

const namedSource = z
  .strictObject({
    file: fileSource
      .optional()
      .describe(
        'A file of cases, relative to the suite; * and ** are understood. .yaml and .json hold a list, .jsonl one case a line, .csv a table with the columns id, input, expected, severity, cluster, tags, repeats, timeout, __expected (as promptfoo has it), and variables.',
      ),
    traces: traceSource.optional().describe('Requests of production, out of the local cache; needs capture: io in the manifest.'),
    'langfuse-dataset': datasetSource.optional().describe('The items of a dataset in Langfuse.'),
  })
  .superRefine((value, ctx) => {
    const given = Object.keys(value);
    const [first, second] = given;
    if (first === undefined)
      ctx.addIssue({ code: 'custom', message: 'names no source: write file, traces or langfuse-dataset', input: value });
    if (second !== undefined)
      ctx.addIssue({ code: 'custom', path: [second], message: `cannot stand beside ${first}: make it an item of its own`, input: value });
  });

/** A suite of eval cases. */
export const suiteSchema = z
  .strictObject({
    name: z.string().min(1).max(100).optional().describe('What its runs are kept under; default: the name of the file.'),
    description: z.string().optional().describe('What it looks for, in one sentence.'),
    agent: z.string().min(1).optional().describe('The agent that is asked where the command line names none.'),
    repeats: repeats.default(1).describe('How often each case is asked in a run: the k of pass@k and pass^k.'),
    timeout: timeoutField().optional().describe('How long one turn may take; default: that of the endpoint.'),
    max_usd: dollars().optional().describe('What one run may cost, judges included; default: no cap.'),
    gate: gate.prefault({}).describe('How a run is judged.'),
    severity: severity.default('normal').describe('Of cases that do not say theirs.'),
    cluster: z.string().min(1).max(200).optional().describe('Of cases that do not say theirs.'),
    tags: tags.default([]).describe('Of every case.'),
    vars: vars.default({}).describe('Variables of every case.'),
    defaults: z
      .strictObject({
        input: text.optional().describe('What is asked where a case does not say it, with the variables of the case.'),
        turns: z.array(turn).min(1).max(50).optional().describe('The same, as several turns on one thread.'),
        expect: expect.default([]).describe('Assertions on the last answer of every case, before its own.'),
      })
      .superRefine(oneWayToAsk)
      .prefault({})
      .describe('What cases take besides what they say themselves.'),
    cases: z.array(caseSchema).optional().describe('The cases, here in the file.'),
    from: oneOrMany(z.union([fileSource, namedSource]))
      .optional()
      .describe('Where further cases come from: files, traces of production, a dataset.'),
  })
  .superRefine((value, ctx) => {
    if (value.cases === undefined && value.from === undefined)
      ctx.addIssue({ code: 'custom', message: 'holds no cases: give it cases: or from:', input: value });
  });

export type ParsedSuite = z.output<typeof suiteSchema>;
export type ParsedCase = z.output<typeof caseSchema>;
