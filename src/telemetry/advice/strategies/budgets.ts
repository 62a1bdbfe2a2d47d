import { quantilesOf, type Sketch } from '../../../ground/math/sketch.ts';
import { formatMoney, formatShare } from '../../../ground/units/amount.ts';
import type { Day } from '../call.ts';
import { type Advice, mostExemplars } from '../draft.ts';
import { type DayDraws, noSaving, savingOf } from '../estimate.ts';
import type { Assumption } from '../saving.ts';

/** Fewer requests say nothing about the rarest. */
export const leastRequests = 30;
/** With fewer requests beyond the limit, how many there are in a month is chance. */
const enoughBeyond = 50;
/** A request dearer than this many times the median is beyond what the task needs. */
const timesMedian = 3;
/** A task of which more is stopped than this is not running away: it is dear. */
const mostOfTask = 0.2;
/** What is spent between the limit and the stop, of the cost of one step. */
const overshoot: Assumption = { name: 'steps a request still makes before it is stopped', value: 1, low: 0, high: 2 };

/** What is known of an agent's requests. */
export interface RequestEvidence {
  readonly agent: string;
  /** From its first day to the last. */
  readonly days: readonly (Day & { readonly costs: Sketch; readonly requests: number })[];
  readonly span: number;
  /** Requests by task; the name of a task is null where none is told. */
  readonly tasks: readonly { readonly task: string | null; readonly requests: number }[];
}

/** A request beyond the limit. */
export interface Beyond {
  readonly trace: number;
  readonly task: string | null;
  readonly startUs: number;
  readonly costNanos: number;
  readonly steps: number;
  readonly isError: boolean;
}

/**
 * The most that one request of an agent may cost, nano-dollars: three times the median or the 99th percentile, whichever is more, rounded up to
 * two digits. A limit at three times the median alone would stop one request in seven where costs vary much. Null: too few requests.
 */
export const requestLimit = ({ days }: Pick<RequestEvidence, 'days'>): number | null => {
  const all: Sketch = new Map();
  for (const { costs } of days) for (const [bin, count] of costs) all.set(bin, (all.get(bin) ?? 0) + count);
  const n = [...all.values()].reduce((sum, count) => sum + count, 0);
  const [median, rarest] = quantilesOf(all, [0.5, 0.99]);
  if (n < leastRequests || median === null || median === undefined || rarest === null || rarest === undefined || rarest <= 0) return null;
  return roundedUp(Math.max(timesMedian * median, rarest));
};

const roundedUp = (nanos: number): number => {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(nanos)) - 1);
  return Math.ceil(nanos / unit) * unit;
};

/** What a limit on single requests would have saved, and what it would have spoiled, by playing it on the requests of the window. */
export const adviseBudget = (evidence: RequestEvidence, limitNanos: number, beyond: readonly Beyond[], draws: DayDraws): Advice => {
  const { agent, days, span } = evidence;
  const daily = noSaving(days);
  for (const [day, { costNanos }] of days.entries()) daily.seen[day] = costNanos;
  const firstUs = days[0]?.startUs ?? 0;
  for (const { startUs, costNanos, steps } of beyond) {
    const day = Math.floor((startUs - firstUs) / usPerDay);
    const after = (more: number) => Math.max(0, costNanos - limitNanos - (more * costNanos) / Math.max(1, steps));
    daily.low[day] = (daily.low[day] ?? 0) + after(overshoot.high);
    daily.mid[day] = (daily.mid[day] ?? 0) + after(overshoot.value);
    daily.high[day] = (daily.high[day] ?? 0) + after(overshoot.low);
  }
  const saving = savingOf(daily, days, span, draws);
  if (saving === null) return { drafts: [], lacks: [{ strategy: 'budget', missing: 'no request has a known cost' }] };
  const dearest = [...beyond].sort((a, b) => b.costNanos - a.costNanos);
  return {
    drafts: [
      {
        agent,
        task: null,
        saving,
        grade: beyond.length >= enoughBeyond ? 'measured' : 'modelled',
        coverage: 1,
        assumptions: [overshoot],
        harm: harmOf(evidence, limitNanos, beyond),
        traces: [...new Set(dearest.map(({ trace }) => trace))].slice(0, mostExemplars),
        step: { kind: 'budget', perRequestNanos: limitNanos },
      },
    ],
    lacks: [],
  };
};

const usPerDay = 86_400_000_000;

const harmOf = ({ days, tasks }: RequestEvidence, limitNanos: number, beyond: readonly Beyond[]): readonly string[] => {
  const requests = days.reduce((sum, day) => sum + day.requests, 0);
  const succeeded = beyond.filter(({ isError }) => !isError).length;
  const first =
    beyond.length === 0
      ? `None of ${requests.toLocaleString('en-US')} requests cost more than ${formatMoney(limitNanos)}: it guards against what has not happened yet.`
      : `Would have stopped ${beyond.length.toLocaleString('en-US')} of ${requests.toLocaleString('en-US')} requests (${formatShare(beyond.length / Math.max(1, requests))}); ${succeeded.toLocaleString('en-US')} of them had succeeded.`;
  const dear = tasks.flatMap(({ task, requests: of }) => {
    const stopped = beyond.filter((request) => request.task === task).length;
    return of >= leastRequests && stopped > mostOfTask * of
      ? [
          `Of the task ${task ?? '(none)'} it would have stopped ${formatShare(stopped / of)}: what is dear there is usual, and wants an agent of its own.`,
        ]
      : [];
  });
  return [first, ...dear];
};
