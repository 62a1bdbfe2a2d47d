import { isoTime, jsonDocument } from '../ground/output/json.ts';
import { renderLine, renderParagraph } from '../ground/output/line.ts';
import type { Cell, Look, Tone } from '../ground/output/look.ts';
import { ago, localTime, plural } from '../ground/output/phrases.ts';
import { type Column, renderTable } from '../ground/output/table.ts';
import { formatMoney, formatShare, toUsd } from '../ground/units/amount.ts';
import { agentNamed } from '../oversight/alerts/subject.ts';
import type { BudgetReport, BudgetStanding } from '../oversight/status/budget-report.ts';
import { joined, missing, type ViewOptions } from './words.ts';

/** A budget with what to type where a stage of it is passed; null: nothing. */
export interface ShownBudget extends BudgetStanding {
  readonly next: string | null;
}

/** The answer of `agentops budget show`. */
export interface BudgetAnswer extends BudgetReport {
  readonly budgets: readonly ShownBudget[];
  /** Whom was asked for; null: everybody. */
  readonly subject: string | null;
}

const whose = ({ of }: BudgetStanding): string => agentNamed(of) ?? 'the fleet';
const periods = { hour: 'last hour', day: 'today', month: 'this month' } as const;

const columns: readonly Column[] = [
  { title: 'BUDGET', flexible: true, minWidth: 9 },
  { title: 'OF' },
  { title: 'USED', align: 'right' },
  { title: 'SPENT', align: 'right', optional: true },
  { title: 'LEFT', align: 'right' },
  { title: 'LIMIT', align: 'right' },
  { title: 'STAGE', align: 'right' },
  { title: 'BY ITS END', align: 'right' },
  { title: '95%', align: 'right', optional: true },
];

const toneOf = ({ used, stages, stage }: BudgetStanding): Tone =>
  used > 1 ? 'bad' : stage !== null && stage !== stages[0] ? 'warn' : 'plain';

const rowOf = (budget: BudgetStanding): readonly Cell[] => {
  const { per, used, spentNanos, leftNanos, limitNanos, stage, forecast } = budget;
  const isTooMuch = forecast !== null && forecast.expected > limitNanos;
  return [
    { text: whose(budget), tone: 'strong' },
    { text: periods[per] },
    { text: formatShare(used), tone: toneOf(budget) },
    { text: formatMoney(spentNanos) },
    { text: formatMoney(leftNanos) },
    { text: formatMoney(limitNanos), tone: 'dim' },
    { text: stage === null ? missing : formatShare(stage), tone: toneOf(budget) },
    { text: forecast === null ? missing : formatMoney(Math.round(forecast.expected)), tone: isTooMuch ? 'warn' : 'plain' },
    { text: forecast === null ? '' : `${formatMoney(Math.round(forecast.low))} to ${formatMoney(Math.round(forecast.high))}`, tone: 'dim' },
  ];
};

/** What one budget asks for, under the table. */
const notesOf = (budget: ShownBudget, zone: string): readonly string[] => {
  const { per, rule, spentUpAt, next } = budget;
  const name = `${whose(budget)}, ${periods[per]}`;
  return [
    ...(spentUpAt === null ? [] : [`${name}: used up at about ${localTime(spentUpAt, zone)}, as things go`]),
    ...(rule === null ? [`${name}: no rule tells anybody of it`] : []),
    ...(next === null ? [] : [`${name}: ${next}`]),
  ];
};

/** Why there is no forecast, once for all budgets that lack one for the same reason; that an hour slides needs no word. */
const unforeseenLines = (budgets: readonly BudgetStanding[]): readonly string[] =>
  (['day', 'month'] as const).flatMap((per) => {
    const reasons = budgets.filter((each) => each.per === per).map(({ unforeseen }) => unforeseen);
    return [...new Set(reasons)].flatMap((reason) => (reason === null ? [] : [`no forecast of a ${per}: ${reason}`]));
  });

/** What was spent before anything was read is in no sum. */
const unknownLines = ({ budgets, knownFrom }: BudgetAnswer): readonly string[] => {
  const month = budgets.find(({ per }) => per === 'month');
  if (month === undefined || knownFrom === null || knownFrom <= month.period.fromMs) return [];
  return [
    `nothing is known of this month before ${new Date(knownFrom).toISOString().slice(0, 10)}: agentops sync --since 31d reads further back`,
  ];
};

const paragraph = (look: Look, text: string, tone: Tone): readonly string[] =>
  renderParagraph(look, { indent: 0, hang: 2, maxLines: 3 }, [{ text, tone }]);

const renderText = (answer: BudgetAnswer, { look, zone }: ViewOptions): string => {
  const { fleet, generatedAt, budgets, knownTo, unpriced, subject } = answer;
  const facts = [
    plural(budgets.length, 'budget'),
    knownTo === null ? 'no trace was read yet' : `traces up to ${ago(knownTo, generatedAt)}`,
  ];
  const head = renderLine(look, 0, [
    { text: fleet, tone: 'strong' },
    { text: joined(look, ['', ...facts]), tone: 'dim' },
  ]);
  if (budgets.length === 0)
    return [head, '', `the manifest sets no budget of an hour, a day or a month for ${agentWord(subject)}`, ''].join('\n');
  const { head: titles, rows } = renderTable(look, columns, budgets.map(rowOf));
  const missingCosts =
    unpriced === 0
      ? []
      : [`${plural(unpriced, 'call')} without a known cost ${unpriced === 1 ? 'is' : 'are'} in no sum: agentops cost --unpriced`];
  const notes = [
    ...budgets.flatMap((budget) => notesOf(budget, zone)).flatMap((note) => paragraph(look, note, 'plain')),
    ...unforeseenLines(budgets).flatMap((line) => paragraph(look, line, 'dim')),
    ...unknownLines(answer).flatMap((line) => paragraph(look, line, 'warn')),
    ...missingCosts.flatMap((line) => paragraph(look, line, 'warn')),
  ];
  return [head, '', titles, ...rows, ...(notes.length === 0 ? [] : ['', ...notes]), ''].join('\n');
};

const agentWord = (subject: string | null): string => (subject === null ? 'the fleet or any agent' : (agentNamed(subject) ?? 'the fleet'));

const usd = (nanos: number): number => toUsd(Math.round(nanos));

const facts = ({ of, per, period, forecast, ...budget }: ShownBudget) => ({
  agent: agentNamed(of),
  per,
  period: { from: isoTime(period.fromMs), to: isoTime(period.toMs) },
  limit_usd: usd(budget.limitNanos),
  used_usd: usd(budget.spentNanos),
  left_usd: usd(budget.leftNanos),
  used_share: budget.used,
  forecast: forecast === null ? null : { expected_usd: usd(forecast.expected), low_usd: usd(forecast.low), high_usd: usd(forecast.high) },
  unforeseen: budget.unforeseen,
  spent_up_at: isoTime(budget.spentUpAt),
  rule: budget.rule,
  stages: budget.stages,
  stage: budget.stage,
  next: budget.next,
});

/** Every format of `agentops budget show`. */
export const budgetFormats = (answer: BudgetAnswer) => ({
  text: (options: ViewOptions) => renderText(answer, options),
  json: () =>
    jsonDocument(answer.fleet, answer.generatedAt, {
      known_from: isoTime(answer.knownFrom),
      known_to: isoTime(answer.knownTo),
      unpriced_spans: answer.unpriced,
      budgets: answer.budgets.map(facts),
    }),
});
