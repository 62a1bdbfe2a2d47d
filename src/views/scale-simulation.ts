import { isoTime, jsonDocument } from '../ground/output/json.ts';
import { renderParagraph } from '../ground/output/line.ts';
import type { Cell } from '../ground/output/look.ts';
import { localTime } from '../ground/output/phrases.ts';
import { renderTable } from '../ground/output/table.ts';
import { formatShare } from '../ground/units/amount.ts';
import { humanDuration } from '../ground/units/duration.ts';
import type { ScaleSimulation, SimulatedCourse } from '../response/scale/simulate-scale.ts';
import { durationOrMissing, moneyOrMissing, shareOrMissing, type ViewOptions } from './words.ts';

/** The answer of `agentops scale simulate`. */
export interface ScaleSimulated extends ScaleSimulation {
  readonly fleet: string;
  /** UTC epoch ms. */
  readonly generatedAt: number;
}

const sources = { queue: 'counted at its queue', traffic: 'as requests in traces, by the quarter of an hour' } as const;
const rates = {
  given: 'as given',
  queue: 'as measured while all of them had work',
  latency: 'by the median latency, one at a time',
} as const;

const figure = (value: number, digits = 1): string => value.toLocaleString('en-US', { maximumFractionDigits: digits });

const policyWords = ({ policy }: SimulatedCourse, { rule, workers }: ScaleSimulated): string =>
  ({ rule: 'this rule', target: `a target of ${figure(rule.upAt)}`, fixed: `always ${workers}` })[policy];

const costOf = ({ workerHours }: SimulatedCourse, { workerHourNanos }: ScaleSimulated): number | null =>
  workerHourNanos === null ? null : Math.round(workerHours * workerHourNanos);

const renderSimulated = (answer: ScaleSimulated, { look, zone }: ViewOptions): string => {
  const { agent, from, to, source, coverage, work, perMinute, rateBy, startMs, rule, courses, workerHourNanos } = answer;
  const head = [
    `${figure(work, 0)} pieces of work from ${localTime(from, zone)} to ${localTime(to, zone)}, ${sources[source]}`,
    coverage < 0.995 ? ` (${formatShare(coverage)} of the time is on record; in between it goes on as before)` : '',
    `. One worker ends ${figure(perMinute, 2)} a minute, ${rates[rateBy]}, and begins ${humanDuration(startMs)} after it is asked for.`,
  ];
  const isLimited = rule.waitMs !== null;
  const columns = [
    { title: 'Scaled by', flexible: true, minWidth: 11 },
    { title: 'Wait p50', align: 'right' },
    { title: 'p95', align: 'right' },
    { title: 'Longest', align: 'right', optional: true },
    ...(isLimited ? [{ title: `Over ${humanDuration(rule.waitMs ?? 0)}`, align: 'right' } as const] : []),
    { title: 'Most', align: 'right', optional: true },
    { title: 'Worker hours', align: 'right' },
    ...(workerHourNanos === null ? [] : [{ title: 'Cost', align: 'right' } as const]),
    { title: 'Changes', align: 'right' },
    { title: 'Flaps/h', align: 'right' },
  ] as const;
  const rowOf = (course: SimulatedCourse): readonly Cell[] => [
    { text: policyWords(course, answer), tone: course.policy === 'rule' ? 'strong' : 'plain' },
    { text: durationOrMissing(course.waits.p50Ms) },
    { text: durationOrMissing(course.waits.p95Ms) },
    { text: durationOrMissing(course.waits.longestMs) },
    ...(isLimited ? [{ text: shareOrMissing(course.lateShare) }] : []),
    { text: figure(course.mostWorkers) },
    { text: figure(course.workerHours) },
    ...(workerHourNanos === null ? [] : [{ text: moneyOrMissing(costOf(course, answer)) }]),
    { text: figure(course.acts.length) },
    { text: figure(course.flapsInHour), tone: course.flapsInHour > 1 ? 'warn' : 'plain' },
  ];
  const table = renderTable(look, columns, courses.map(rowOf));
  return [
    ...renderParagraph(look, { indent: 0, hang: 0, maxLines: 6 }, [{ text: `${agent}: `, tone: 'strong' }, { text: head.join('') }]),
    '',
    table.head,
    ...table.rows,
    '',
    ...renderParagraph(look, { indent: 0, hang: 0, maxLines: 3 }, [
      { text: 'Flaps/h: the most within one hour; a flap puts back what was taken away less than an hour before.', tone: 'dim' },
    ]),
    '',
  ].join('\n');
};

/** Every format of `agentops scale simulate`. */
export const scaleSimulatedFormats = (answer: ScaleSimulated) => ({
  text: (options: ViewOptions) => renderSimulated(answer, options),
  json: () =>
    jsonDocument(answer.fleet, answer.generatedAt, {
      agent: answer.agent,
      from: isoTime(answer.from),
      to: isoTime(answer.to),
      source: answer.source,
      coverage: answer.coverage,
      work: Math.round(answer.work),
      per_worker_per_minute: answer.perMinute,
      per_worker_by: answer.rateBy,
      start_ms: answer.startMs,
      workers_at_first: answer.workers,
      wait_ms: answer.rule.waitMs,
      courses: answer.courses.map((course) => ({
        policy: course.policy,
        wait_p50_ms: rounded(course.waits.p50Ms),
        wait_p95_ms: rounded(course.waits.p95Ms),
        wait_longest_ms: rounded(course.waits.longestMs),
        late_share: course.lateShare,
        deepest: course.deepest,
        most_workers: course.mostWorkers,
        worker_hours: course.workerHours,
        cost_usd: dollars(costOf(course, answer)),
        changes: course.acts.length,
        flaps_in_hour: course.flapsInHour,
      })),
    }),
});

const rounded = (ms: number | null): number | null => (ms === null ? null : Math.round(ms));
const dollars = (nanos: number | null): number | null => (nanos === null ? null : nanos / 1e9);
