import type { Alert } from '../../oversight/alerts/alert.ts';
import type { Incident } from '../incidents/incident.ts';
import type { Ended } from '../runbooks/expire-mitigations.ts';
import type { CalledRun } from './called-run.ts';
import type { DutyName } from './duties.ts';

/** What keeps a tick from being whole. Texts may come from outside. */
export interface TickProblem {
  readonly duty: DutyName | 'watchdog';
  readonly message: string;
  readonly hint: string | null;
  /** Work that was to be done was not; otherwise only worth knowing. */
  readonly isFailure: boolean;
}

/** How much was done; null: that duty was not wanted, or did not come to its end. */
export interface TickCounts {
  /** Checks that were asked. */
  readonly checks: number | null;
  /** Spans that were new or had changed. */
  readonly syncedSpans: number | null;
  readonly rules: number | null;
  /** Messages that arrived. */
  readonly notifications: number | null;
  /** Mitigations that were ended. */
  readonly mitigationsExpired: number | null;
}

/** What one tick has done. */
export interface Tick {
  /** UTC epoch ms. */
  readonly at: number;
  readonly tookMs: number;
  /** Another process was at it: nothing was done. */
  readonly isBusy: boolean;
  readonly duties: readonly { readonly duty: DutyName; readonly tookMs: number }[];
  readonly ran: TickCounts;
  readonly firing: readonly Alert[];
  /** Incidents that it opened. */
  readonly incidents: readonly Incident[];
  readonly runs: readonly CalledRun[];
  readonly ended: readonly Ended[];
  readonly problems: readonly TickProblem[];
}

export const hasFailed = ({ problems }: Pick<Tick, 'problems'>): boolean => problems.some(({ isFailure }) => isFailure);

/** One sentence for logs, and for whoever looks at the watchdog. */
export const summaryOf = ({ ran, firing, incidents, runs, problems, isBusy }: Tick): string => {
  if (isBusy) return 'another tick is at it; nothing was done';
  // What is held did not begin, and is found so by every tick until somebody sees to it.
  const held = runs.filter(({ status }) => status === 'held').length;
  const waiting = runs.filter(({ status }) => status === 'waiting').length;
  const ended = runs.filter(({ status }) => status === 'aborted').length;
  const begun = runs.length - held - waiting - ended;
  const done = [
    counted(ran.checks, 'check', 'checks'),
    counted(ran.syncedSpans, 'span', 'spans'),
    counted(ran.rules, 'rule', 'rules'),
    `${firing.length} firing`,
    counted(ran.notifications, 'message sent', 'messages sent'),
    incidents.length === 0 ? null : counted(incidents.length, 'incident opened', 'incidents opened'),
    begun === 0 ? null : counted(begun, 'runbook called', 'runbooks called'),
    waiting === 0 ? null : counted(waiting, 'runbook waits for a person', 'runbooks wait for a person'),
    ended === 0 ? null : counted(ended, 'runbook given up', 'runbooks given up'),
    held === 0 ? null : counted(held, 'runbook held', 'runbooks held'),
    counted(ran.mitigationsExpired, 'mitigation ended', 'mitigations ended'),
    problems.length === 0 ? null : counted(problems.length, 'problem', 'problems'),
  ];
  return done.filter((part) => part !== null).join(', ');
};

const counted = (count: number | null, one: string, several: string): string | null =>
  count === null ? null : `${count.toLocaleString('en-US')} ${count === 1 ? one : several}`;
