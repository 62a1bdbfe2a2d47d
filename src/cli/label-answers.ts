import { resolve } from 'node:path';
import { usageError } from '../ground/errors.ts';
import { inertText } from '../ground/output/escape.ts';
import type { Context } from '../ground/runtime/context.ts';
import type { Terminal } from '../ground/runtime/terminal.ts';
import { collectLabelItems, type LabelItems } from '../quality/evals/collect-label-items.ts';
import { loadSuite } from '../quality/evals/load-suite.ts';
import { requireRun } from '../quality/evals/read-verdict.ts';
import { type LabelItem, type LabelWord, labelLine } from '../quality/expect/judges/label.ts';
import { type LabelReport, labelFormats } from '../views/eval-label.ts';
import type { Outcome, Session } from './command.ts';
import { readLabelFile } from './read-label-file.ts';

/** Asks a person about each answer that has no label yet, and keeps each label at once: it can be left and taken up again. */
export const labelAnswers = async (session: Session, what: string, to: string): Promise<Outcome> => {
  const { ctx, terminal, cwd } = session;
  const { prompts } = terminal;
  if (prompts === null) {
    throw usageError({
      code: 'no_terminal',
      message: 'labels are asked for in a terminal, and there is none',
      hint: 'run it in a terminal; or write a line for each answer yourself: {"input": …, "answer": …, "rubric": …, "label": "pass"}',
    });
  }
  const file = resolve(cwd, to);
  const known = new Map((ctx.files.exists(file) ? readLabelFile(ctx, file) : []).map((item) => [item.id, item]));
  const { items, changed } = await itemsOf(session, what);
  const left = items.filter(({ id, label }) => label === null && (known.get(id)?.label ?? null) === null);
  const begun = items.length - left.length;
  const adopted = items.filter(({ id, label }) => label !== null && !known.has(id));
  for (const item of adopted) known.set(item.id, item);
  if (adopted.length > 0) save(ctx, file, [...known.values()]);

  const counts = { pass: 0, fail: 0, skip: 0 };
  for (const [at, item] of left.entries()) {
    show(terminal, item, `${begun + at + 1} of ${items.length}`);
    const word = await askLabel(prompts, ctx);
    if (word === 'quit') break;
    counts[word] += 1;
    known.set(item.id, { ...item, label: word });
    save(ctx, file, [...known.values()]);
  }
  const labelled = [...known.values()].filter(({ label }) => label === 'pass' || label === 'fail').length;
  const { fleet } = await session.fleet();
  const remaining = left.length - counts.pass - counts.fail - counts.skip;
  const report: LabelReport = { fleet: fleet.name, generatedAt: ctx.clock.now(), file: to, ...counts, labelled, remaining, changed };
  return { finding: 'none', formats: labelFormats(report), next: [`agentops eval calibrate --labels ${to}`] };
};

/** The answers of a file, or of a run where no such file is there. */
const itemsOf = async ({ ctx, fleet: load, cwd }: Session, what: string): Promise<LabelItems> => {
  const path = resolve(cwd, what);
  if (ctx.files.exists(path) && !ctx.files.isFolder(path)) return { items: readLabelFile(ctx, path), changed: 0 };
  const { fleet } = await load();
  const journal = await ctx.journal();
  const run = await requireRun(journal, what);
  const suite = await loadSuite(ctx, fleet, run.request.suitePath, { base: cwd, allowance: null, now: run.startedAt });
  return collectLabelItems(journal, run, suite);
};

const save = ({ files }: Pick<Context, 'files'>, file: string, items: readonly LabelItem[]): void =>
  files.writePrivate(file, items.map((item) => `${labelLine(item)}\n`).join(''));

/** What is asked for, then what was said. What the judge thought of it is not shown: it would be repeated. */
const show = ({ say, err }: Terminal, { question }: LabelItem, position: string): void => {
  const { form, criterion, exchanges } = question;
  say('');
  say(err.paint('dim', `— ${position} —`));
  for (const { input, answer } of exchanges) {
    if (input !== null) say(`${err.paint('strong', 'asked')}     ${inertText(input)}`);
    say(`${err.paint('strong', 'answered')}  ${inertText(answer)}`);
  }
  say(`${err.paint('strong', form === 'rubric' ? 'criterion' : 'reference')} ${inertText(criterion)}`);
};

const words: Readonly<Record<string, LabelWord | 'quit'>> = { p: 'pass', f: 'fail', s: 'skip', q: 'quit' };

const askLabel = async (prompts: NonNullable<Terminal['prompts']>, { signal }: Pick<Context, 'signal'>): Promise<LabelWord | 'quit'> => {
  for (;;) {
    const said = (await prompts.input('p pass, f fail, s skip, q quit:', signal)).trim().toLowerCase();
    const word = words[said.slice(0, 1)];
    if (word !== undefined && (said.length === 1 || word.startsWith(said))) return word;
  }
};
