import type { Check } from '../../fleet/agent.ts';
import { freshUntil } from '../../quality/health/due.ts';
import type { Beat } from '../../quality/health/heartbeat.ts';
import type { KeptResult } from '../../quality/health/past-results.journal.ts';
import { isAnswered } from '../../quality/health/result.ts';
import { foldDepth } from '../../quality/health/streak.ts';
import { countUpTo } from './in-order.ts';
import { type CheckFindings, driftFacts, missedFacts, redCheckOf, redFact, unsafeFacts } from './metrics/check-facts.ts';

/** What the journal holds of one check, asked as of one moment after the other. */
export interface CheckPast {
  /** Takes what ended next, oldest first; moments that lie before it are still to be asked for. */
  take(results: readonly KeptResult[], beats: readonly Beat[]): void;
  /** Lets go what no moment from here on looks at; UTC epoch ms. */
  forget(moment: number): void;
  /** What the check says as of a moment (UTC epoch ms), as metrics/read-checks reads it live. */
  at(moment: number): CheckFindings;
  /** The instants, of what was taken last, at which that can be another than before; UTC epoch ms. */
  edges(): readonly number[];
}

/** Nothing of it is known yet. @param safetyWidths the windows in which a failure is a safety event, ms */
export const openCheckPast = (check: Check, safetyWidths: readonly number[]): CheckPast => {
  const depth = foldDepth(check);
  const safetyMs = check.safety ? Math.max(0, ...safetyWidths) : 0;
  let [slots, failures, beats]: [KeptResult[], KeptResult[], Beat[]] = [[], [], []];
  let edges: readonly number[] = [];
  return {
    take(results, beaten) {
      const slotted = results.filter(({ slotAt }) => slotAt !== null);
      const failed = check.safety ? results.filter(({ status }) => status === 'fail') : [];
      slots.push(...slotted);
      failures.push(...failed);
      beats.push(...beaten);
      edges = [
        ...slotted.flatMap(({ endedAt }) => [endedAt, freshUntil(check, endedAt) + 1]),
        ...failed.flatMap(({ endedAt }) => [endedAt, ...safetyWidths.map((width) => endedAt + width + 1)]),
        ...beaten.flatMap(({ at }) => [at, at + (check.heartbeat?.everyMs ?? 0) + (check.heartbeat?.graceMs ?? 0) + 1]),
      ];
    },
    forget(moment) {
      slots = slots.slice(Math.max(0, countUpTo(slots, endOf, moment) - depth));
      failures = failures.slice(countUpTo(failures, endOf, moment - safetyMs - 1));
      beats = beats.slice(Math.max(0, countUpTo(beats, ({ at }) => at, moment) - 1));
    },
    at(moment) {
      const known = countUpTo(slots, endOf, moment);
      const newestFirst = slots.slice(Math.max(0, known - depth), known).reverse();
      const [newest] = newestFirst;
      const red = newest === undefined ? null : redCheckOf(check, newestFirst, moment);
      const decisive = red === null ? null : (newestFirst.find(({ id }) => id === red.evidence.id) ?? null);
      const unsafe = failures.slice(
        countUpTo(failures, endOf, moment - safetyMs - 1),
        check.safety ? countUpTo(failures, endOf, moment) : 0,
      );
      // One by an answer before one without, as `lastFailure` has it.
      const failure = unsafe.findLast(({ outcome }) => isAnswered(outcome)) ?? unsafe.at(-1);
      return {
        hasRun: newest !== undefined,
        red: red === null ? [] : [redFact(check, red, decisive, decisive?.endedAt ?? null)],
        drift: driftFacts(check, newest ?? null),
        missed: missedFacts(check, beats[countUpTo(beats, ({ at }) => at, moment) - 1] ?? null, moment),
        unsafe: unsafeFacts(check, failure === undefined ? null : { at: failure.endedAt, reason: failure.reason }),
      };
    },
    edges: () => edges,
  };
};

const endOf = ({ endedAt }: KeptResult): number => endedAt;
