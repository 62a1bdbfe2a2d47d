import { isoTime, jsonDocument } from '../ground/output/json.ts';
import { renderLine, renderParagraph } from '../ground/output/line.ts';
import type { Look } from '../ground/output/look.ts';
import { listOf, plural } from '../ground/output/phrases.ts';
import { formatMoney, formatShare, toUsd } from '../ground/units/amount.ts';
import type { TrafficEvent } from '../quality/evals/online/grade-traffic.ts';
import type { PostingTally } from '../quality/evals/online/send-scores.ts';
import type { TrafficReport, TrafficTally } from '../quality/evals/online/traffic-report.ts';
import type { ViewOptions } from './words.ts';

/** The answer of `agentops eval online`. */
export interface OnlineReport extends TrafficReport {
  readonly fleet: string;
  /** What was written back, by backend; null: it was not asked for. */
  readonly posted: readonly PostingTally[] | null;
}

/** `support  12/40  $0.08`, as one line. */
export const renderOnlineProgress = (look: Look, { agent, done, drawn, spentNanos }: TrafficEvent): string =>
  renderLine(look, 0, [
    { text: `${agent}  ` },
    { text: `${done}/${drawn} answers`, tone: 'dim' },
    { text: spentNanos === 0 ? '' : `  ${formatMoney(spentNanos)}` },
  ]);

/** Every format of `agentops eval online`. */
export const onlineFormats = (report: OnlineReport) => ({
  text: (view: ViewOptions) => renderOnlineText(report, view),
  json: () => renderOnlineJson(report),
});

const renderOnlineText = (report: OnlineReport, { look }: ViewOptions): string => {
  const { subjects, stop, isRehearsal, posted } = report;
  const shape = { indent: 0, hang: 2, maxLines: 6 };
  const head = isRehearsal
    ? [renderLine(look, 0, [{ text: 'a rehearsal: nobody was asked, nothing is kept', tone: 'dim' }])]
    : stop === null
      ? []
      : renderParagraph(look, shape, [{ text: `stopped: ${stop.because}`, tone: 'warn' }]);
  return [
    ...head,
    ...subjects.flatMap((subject) => subjectLines(subject, look)),
    renderLine(look, 0, [{ text: spendText(report), tone: 'dim' }]),
    ...(posted ?? []).flatMap((each) => postedLines(each, look)),
    '',
  ].join('\n');
};

const subjectLines = (subject: TrafficTally, look: Look): readonly string[] => {
  const { agent, standard, rate, requests, drawn, graded, gradedBefore, scores, trouble } = subject;
  const counts = [
    [subject.unjudged, 'could not be judged, to be tried again'],
    [subject.givenUp, 'given up'],
    [subject.lost, 'lost to a kill'],
    [subject.running, 'still running'],
    [subject.failed, 'failed, with no answer to grade'],
    [subject.withoutText, 'without their text'],
  ] as const;
  const others = counts.flatMap(([count, what]) => (count === 0 ? [] : [`${count} ${what}`]));
  const coverage = requests === 0 ? '' : ` (${formatShare((graded + gradedBefore) / requests)} of the traffic)`;
  return [
    renderLine(look, 0, [
      { text: agent, tone: 'strong' },
      { text: `  by ${standard}`, tone: 'dim' },
    ]),
    renderLine(look, 2, [
      { text: `${plural(graded, 'answer')} graded${gradedBefore === 0 ? '' : `, ${gradedBefore} before`}${coverage}; ` },
      { text: `${drawn} drawn of ${plural(requests, 'request')} at ${formatShare(rate)}`, tone: 'dim' },
    ]),
    ...(others.length === 0 ? [] : [renderLine(look, 2, [{ text: listOf(others), tone: 'warn' }])]),
    ...(trouble === null ? [] : renderParagraph(look, { indent: 2, hang: 2, maxLines: 3 }, [{ text: trouble, tone: 'dim' }])),
    ...[...scores].map(([name, { count, sum }]) =>
      renderLine(look, 2, [
        { text: `${name}  ` },
        { text: (sum / count).toFixed(2), tone: 'strong' },
        { text: `  mean of ${count}`, tone: 'dim' },
      ]),
    ),
  ];
};

const spendText = ({ spentNanos, todayNanos, capNanos, asksJudges }: TrafficReport): string => {
  if (!asksJudges) return 'no judge was needed: this costs nothing';
  const cap = capNanos === null ? 'with no cap (--max-usd 3/day)' : `of ${formatMoney(capNanos)} a day`;
  return `judges: ${formatMoney(spentNanos)} now, ${formatMoney(todayNanos)} today, ${cap}`;
};

const postedLines = ({ backend, posted, failed, trouble }: PostingTally, look: Look): readonly string[] => [
  renderLine(look, 0, [{ text: `written back to ${backend}: ${plural(posted, 'answer')}`, tone: 'dim' }]),
  ...(trouble === null
    ? []
    : renderParagraph(look, { indent: 0, hang: 2, maxLines: 4 }, [
        { text: `not written back: ${failed === 0 ? '' : `${plural(failed, 'answer')}: `}${trouble}`, tone: 'warn' },
      ])),
];

const rounded = (value: number): number => Math.round(value * 10_000) / 10_000;

/** The public document of `agentops eval online --json`. */
const renderOnlineJson = (report: OnlineReport): string => {
  const { fleet, generatedAt, rate, capNanos, isRehearsal, subjects, stop, spentNanos, todayNanos, posted } = report;
  return jsonDocument(fleet, generatedAt, {
    dry_run: isRehearsal,
    rate,
    stopped: stop?.kind ?? null,
    stopped_because: stop?.because ?? null,
    judge_cost_usd: toUsd(spentNanos),
    judge_cost_today_usd: toUsd(todayNanos),
    cap_usd_per_day: capNanos === null ? null : toUsd(capNanos),
    agents: subjects.map((subject) => ({
      agent: subject.agent,
      backend: subject.source,
      standard: subject.standard,
      from: isoTime(Math.floor(subject.fromUs / 1000)),
      to: isoTime(Math.floor(subject.toUs / 1000)),
      rate: subject.rate,
      requests: subject.requests,
      drawn: subject.drawn,
      graded: subject.graded,
      graded_before: subject.gradedBefore,
      unjudged: subject.unjudged,
      given_up: subject.givenUp,
      lost: subject.lost,
      running: subject.running,
      failed: subject.failed,
      without_text: subject.withoutText,
      trouble: subject.trouble,
      coverage: subject.requests === 0 ? null : rounded((subject.graded + subject.gradedBefore) / subject.requests),
      scores: [...subject.scores].map(([name, { count, sum }]) => ({ name, count, mean: rounded(sum / count) })),
    })),
    posted: posted?.map(({ backend, posted: answers, failed, trouble }) => ({ backend, answers, failed, trouble })) ?? null,
  });
};
