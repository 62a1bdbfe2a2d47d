import type { Json } from '../../ground/json.ts';
import type { RecordedAct } from '../runbooks/acts.ts';
import type { Incident } from './incident.ts';

/** What of an incident a time line is made for. */
export type Subject = Pick<Incident, 'id' | 'agent' | 'startedAt' | 'resolvedAt'>;

/** When each thing happened, UTC epoch ms; null: it has not. */
export interface Milestones {
  /** When the trouble began, as far as it is known. */
  readonly started: number;
  /** When the incident was opened. */
  readonly detected: number | null;
  readonly acked: number | null;
  /** When the last effect of the last run that acted was seen. */
  readonly contained: number | null;
  /** When the traces were silent. */
  readonly quiet: number | null;
  readonly verified: number | null;
  /** When the last mitigation was taken back; null while any is in force. */
  readonly reverted: number | null;
  readonly resolved: number | null;
}

/** One approval of a plan. */
export interface Approval {
  readonly at: number;
  readonly by: readonly string[];
  readonly runbook: string | null;
  readonly planHash: string | null;
}

/** What was changed, as the driver knows it, and what came of it. */
export interface ChangeTold {
  readonly at: number;
  readonly agent: string;
  readonly step: string;
  readonly action: string | null;
  readonly target: string | null;
  readonly from: Json;
  readonly to: Json;
  /** The last word on it: `done`, `failed`, `in_doubt`, `undone` …; `intent` while nothing more is known. */
  readonly status: string;
}

/** A mitigation that nobody has taken back. */
export interface InForce {
  readonly id: string;
  readonly agent: string;
  readonly action: string | null;
  readonly target: string | null;
  readonly since: number;
  readonly expiresAt: number | null;
}

/** What the chain tells of one incident. */
export interface Timeline {
  /** In the order of the chain. */
  readonly acts: readonly RecordedAct[];
  readonly milestones: Milestones;
  readonly approvals: readonly Approval[];
  readonly changes: readonly ChangeTold[];
  readonly inForce: readonly InForce[];
}

/**
 * The time line of an incident, derived from the audit chain alone: its own records, those of runs that name it, and what was done to its agent
 * or frozen for the whole fleet from its start until it was resolved.
 * @param recorded the acts of the chain, oldest first
 */
export const timelineOf = (subject: Subject, recorded: readonly RecordedAct[]): Timeline => {
  const acts = actsOf(subject, recorded);
  const inForce = mitigationsOf(acts);
  return { acts, milestones: milestonesOf(subject, acts, inForce), approvals: approvalsOf(acts), changes: changesOf(acts), inForce };
};

/** What is undone after the resolution of an incident belongs to it still: expiry comes hours later. */
const actsOf = ({ id, agent, startedAt, resolvedAt }: Subject, recorded: readonly RecordedAct[]): readonly RecordedAct[] => {
  const isDuring = ({ at }: RecordedAct) => at >= startedAt && (resolvedAt === null || at <= resolvedAt);
  const isNear = (act: RecordedAct) =>
    act.incident === null && isDuring(act) && ((agent !== null && act.subject === agent) || act.kind.startsWith('freeze.'));
  const runs = new Set<string>();
  for (const act of recorded) if (act.run !== null && (act.incident === id || isNear(act))) runs.add(act.run);
  return recorded.filter((act) => act.incident === id || isNear(act) || (act.run !== null && runs.has(act.run)));
};

const lastOf = (acts: readonly RecordedAct[], fits: (act: RecordedAct) => boolean): RecordedAct | undefined => acts.filter(fits).at(-1);

const milestonesOf = ({ startedAt }: Subject, acts: readonly RecordedAct[], inForce: readonly InForce[]): Milestones => {
  const moment = (fits: (act: RecordedAct) => boolean): number | null => lastOf(acts, fits)?.at ?? null;
  const verified = lastOf(acts, ({ kind }) => kind === 'runbook.verify');
  const reverted = moment((act) => isReverted(act) || (act.kind === 'runbook.undo' && act.status === 'undone'));
  return {
    started: startedAt,
    detected: acts.find(({ kind }) => kind === 'incident.open')?.at ?? null,
    acked: moment(({ kind }) => kind === 'incident.ack'),
    contained: afterStart(acts, 'containMs') ?? moment(({ kind, status }) => kind === 'runbook.confirm' && status === 'seen'),
    quiet: afterStart(acts, 'quietMs'),
    verified: verified?.status === 'pass' ? verified.at : null,
    reverted: inForce.length > 0 ? null : reverted,
    resolved: moment(({ kind }) => kind === 'incident.resolve'),
  };
};

/** What the end of a run measured from its start, as a moment; of the last run that measured it. */
const afterStart = (acts: readonly RecordedAct[], figure: 'containMs' | 'quietMs'): number | null => {
  const end = lastOf(acts, (act) => act.kind === 'runbook.end' && act[figure] !== null);
  const start = acts.find(({ kind, run }) => kind === 'runbook.start' && run === end?.run);
  return end === undefined || start === undefined ? null : start.at + (end[figure] ?? 0);
};

const isReverted = ({ kind, status }: RecordedAct): boolean =>
  (kind === 'mitigation.revert' || kind === 'mitigation.expire') && status === 'reverted';

const mitigationsOf = (acts: readonly RecordedAct[]): readonly InForce[] => {
  const known = new Map<string, InForce>();
  for (const act of acts) {
    const { mitigation: id } = act;
    if (id === null) continue;
    const before = known.get(id);
    if (act.kind === 'mitigation.start')
      known.set(id, { id, agent: act.subject, action: act.action, target: act.target, since: act.at, expiresAt: act.expiresAt });
    else if (act.kind === 'mitigation.extend' && before !== undefined) known.set(id, { ...before, expiresAt: act.expiresAt });
    else if (isReverted(act) || (act.kind === 'runbook.undo' && act.status === 'undone')) known.delete(id);
  }
  return [...known.values()];
};

const approvalsOf = (acts: readonly RecordedAct[]): readonly Approval[] =>
  acts
    .filter(({ kind }) => kind === 'runbook.approve')
    .map(({ at, by, actor, runbook, planHash }) => ({ at, by: by.length === 0 ? [actor] : by, runbook, planHash }));

/** One line for each step that meant to change something. */
const changesOf = (acts: readonly RecordedAct[]): readonly ChangeTold[] => {
  const known = new Map<string, ChangeTold>();
  for (const { kind, run, step, at, subject, action, target, from, to, status } of acts) {
    if (run === null || step === null) continue;
    const key = JSON.stringify([run, step]);
    const before = known.get(key);
    if (kind === 'runbook.step' && (from !== null || to !== null))
      known.set(key, { at: before?.at ?? at, agent: subject, step, action, target, from, to, status: status ?? 'intent' });
    else if (before !== undefined && status !== null && (kind === 'runbook.step' || kind === 'runbook.undo'))
      known.set(key, { ...before, status: kind === 'runbook.undo' && status !== 'undone' ? `undo ${status}` : status });
  }
  return [...known.values()];
};
