import type { Interval } from '../ground/math/intervals.ts';
import { jsonDocument } from '../ground/output/json.ts';
import { renderLine } from '../ground/output/line.ts';
import type { Tone } from '../ground/output/look.ts';
import { plural } from '../ground/output/phrases.ts';
import { formatMoney, formatShare, toUsd } from '../ground/units/amount.ts';
import type { Share } from '../quality/expect/judges/calibration.ts';
import type { Evaluation } from '../quality/expect/judges/evaluate-judge.ts';
import type { ViewOptions } from './words.ts';

/** The answer of `agentops eval calibrate`. */
export interface CalibrateReport {
  readonly fleet: string;
  readonly generatedAt: number;
  readonly judge: string;
  readonly floor: number | 'none';
  /** One for each form of question that was labelled. */
  readonly forms: readonly (Evaluation & {
    readonly identity: string;
    /** Why the judge is only advisory, going on from its name; null: it decides. */
    readonly reservation: string | null;
  })[];
  /** Where it was written beside the journal, as it was named; null: nowhere. */
  readonly file: string | null;
}

type Form = CalibrateReport['forms'][number];

const assertionOf: Readonly<Record<Form['form'], string>> = { rubric: 'llm-rubric', factuality: 'factuality' };
const mostShown = 10;
const nameWidth = 13;

/** Every format of `agentops eval calibrate`. */
export const calibrateFormats = (report: CalibrateReport) => ({
  text: (view: ViewOptions) => `${report.forms.flatMap((form) => formLines(report, form, view)).join('\n')}\n`,
  json: () =>
    jsonDocument(report.fleet, report.generatedAt, {
      judge: report.judge,
      floor: report.floor === 'none' ? null : report.floor,
      file: report.file,
      results: report.forms.map(jsonOf),
    }),
});

const formLines = ({ judge, floor }: CalibrateReport, form: Form, { look, verbose }: ViewOptions): readonly string[] => {
  const { calibration, disagreements, judging } = form;
  const line = (indent: number, text: string, tone: Tone = 'plain') => renderLine(look, indent, [{ text, tone }]);
  const fact = (name: string, text: string) => renderLine(look, 2, [{ text: name.padEnd(nameWidth), tone: 'dim' }, { text }]);
  const head = form.reservation === null ? 'decides' : `is advisory: it ${form.reservation}`;
  const shown = verbose ? disagreements : disagreements.slice(0, mostShown);
  const { kappa, kappaInterval, abstained, labels } = calibration;
  return [
    line(0, `${judge} ${head} (${assertionOf[form.form]})`, form.reservation === null ? 'good' : 'warn'),
    fact('labels', `${labels}${abstained === 0 ? '' : `, and ${plural(abstained, 'answer')} without a verdict`}`),
    fact('agreement', `${shareText(calibration.agreement)}`),
    fact(
      'kappa',
      `${kappa === null ? 'unknown' : kappa.toFixed(2)}${rangeText(kappaInterval, (value) => value.toFixed(2))}; floor ${floor}`,
    ),
    fact('sensitivity', `${shareText(calibration.sensitivity)} of what people let pass`),
    fact('specificity', `${shareText(calibration.specificity)} of what people failed`),
    fact('cost', `${judging.costNanos === null ? 'unknown' : formatMoney(judging.costNanos)}, ${plural(judging.asked, 'request')}`),
    ...(disagreements.length === 0 ? [] : [line(2, `${plural(disagreements.length, 'answer')} not judged as people did:`)]),
    ...shown.flatMap(({ id, human, judge: said, answer, reason }) => [
      line(4, `${id}  people ${human}, judge ${said ?? 'no verdict'}: ${answer}`),
      line(8, reason, 'dim'),
    ]),
    ...(shown.length < disagreements.length
      ? [line(4, `and ${disagreements.length - shown.length} more: --verbose shows all`, 'dim')]
      : []),
  ];
};

const shareText = ({ hits, of, interval }: Share): string =>
  of === 0
    ? 'unknown'
    : `${formatShare(hits / of)} (${hits} of ${of}${interval === null ? '' : `; 95 %: ${formatShare(interval.low)} to ${formatShare(interval.high)}`})`;

const rangeText = (interval: Interval | null, format: (value: number) => string): string =>
  interval === null ? '' : ` (95 %: ${format(interval.low)} to ${format(interval.high)})`;

const rounded = (value: number): number => Math.round(value * 10_000) / 10_000;
const pairOf = (interval: Interval | null) => (interval === null ? null : [rounded(interval.low), rounded(interval.high)]);
const jsonShare = ({ hits, of, interval }: Share) => ({ value: of === 0 ? null : rounded(hits / of), hits, of, ci: pairOf(interval) });

const jsonOf = ({ form, identity, reservation, calibration, disagreements, judging }: Form) => ({
  assertion: assertionOf[form],
  identity,
  decides: reservation === null,
  reason: reservation ?? '',
  labels: calibration.labels,
  abstained: calibration.abstained,
  agreement: jsonShare(calibration.agreement),
  kappa: calibration.kappa === null ? null : rounded(calibration.kappa),
  kappa_ci: pairOf(calibration.kappaInterval),
  sensitivity: jsonShare(calibration.sensitivity),
  specificity: jsonShare(calibration.specificity),
  cost_usd: judging.costNanos === null ? null : toUsd(judging.costNanos),
  requests: judging.asked,
  disagreements: disagreements.map(({ id, criterion, answer, human, judge, reason }) => ({
    id,
    criterion,
    answer,
    people: human,
    judge,
    reason,
  })),
});
