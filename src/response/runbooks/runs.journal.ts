import { unableError } from '../../ground/errors.ts';
import { canonicalJson, digString, isObject, type Json, type JsonObject, parseJson } from '../../ground/json.ts';
import type { Journal, Write } from '../../ground/store/port.ts';
import { isIntactPlan } from './plan-file.ts';
import type { RecordedEvent, RunEvent, RunHead, RunStatus } from './run.ts';
import { hasEnded } from './step-state.ts';

interface Row {
  readonly id: string;
  readonly runbook: string;
  readonly class: RunHead['class'];
  readonly agents: string;
  readonly plan: string;
  readonly plan_hash: string;
  readonly cause: string;
  readonly actor: string;
  readonly incident: string | null;
  readonly status: RunStatus;
  readonly started_at: number;
  readonly ended_at: number | null;
  readonly facts: string;
}

const columns = 'id, runbook, class, agents, plan, plan_hash, cause, actor, incident, status, started_at, ended_at, facts';

/** What is kept of the course of a run beside its events: measured once, at its end. */
export interface RunFacts {
  readonly why: string;
  readonly containMs: number | null;
  readonly quietMs: number | null;
  /** It was planned for an alert and never begun: nobody has approved it. Absent: it was begun. */
  readonly isUnbegun?: true;
}

/** A run with how it stands. */
export interface KnownRun extends RunFacts {
  readonly head: RunHead;
  readonly status: RunStatus;
  /** UTC epoch ms. */
  readonly endedAt: number | null;
}

/** A run, looked at closely. */
export interface WholeRun extends KnownRun {
  /** False: its plan is not the one that it was begun with, or cannot be read. */
  readonly isWhole: boolean;
}

const noFacts: RunFacts = { why: '', containMs: null, quietMs: null };

/** What is kept of a run that waits for its approval, or was given up while it did. */
export const unbegun: RunFacts = { ...noFacts, isUnbegun: true };

const knownRun = (row: Row): KnownRun => ({
  head: {
    id: row.id,
    runbook: row.runbook,
    class: row.class,
    agents: parseJson(row.agents) as unknown as RunHead['agents'],
    plan: parseJson(row.plan) as unknown as RunHead['plan'],
    cause: parseJson(row.cause) as unknown as RunHead['cause'],
    actor: row.actor,
    incident: row.incident,
    startedAt: Number(row.started_at),
  },
  status: row.status,
  endedAt: row.ended_at === null ? null : Number(row.ended_at),
  ...(parseJson(row.facts) as unknown as RunFacts),
});

const isPlanOf = (plan: Json | undefined, hash: string): boolean => isIntactPlan(plan) && digString(plan, 'hash') === hash;

/** The write that begins a run; the commit fails (`Conflict`) where there is one of its id. */
export const beginWrite = (head: RunHead): Write => ({
  sql: `INSERT INTO runbook_run (id, runbook, class, agents, plan, plan_hash, cause, actor, incident, status, started_at, ended_at, facts)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'running', ?, NULL, ?) ON CONFLICT DO NOTHING`,
  params: [
    head.id,
    head.runbook,
    head.class,
    canonicalJson(head.agents),
    // As it stands, not canonical: the order of arguments is the author's.
    JSON.stringify(head.plan),
    head.plan.hash,
    JSON.stringify(head.cause),
    head.actor,
    head.incident,
    head.startedAt,
    JSON.stringify(noFacts),
  ],
  rows: 1,
});

/** The writes of one event, in the commit of what it tells of; it fails (`Conflict`) where another event took its place. */
export const eventWrites = (run: string, { seq, at, event }: RecordedEvent, facts: RunFacts | null): readonly Write[] => {
  const { kind } = event;
  const step = 'step' in event ? (event.step ?? '') : '';
  const append: Write = {
    sql: 'INSERT INTO runbook_event (run_id, seq, step, kind, at, body) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
    params: [run, seq, step, kind, at, JSON.stringify(event)],
    rows: 1,
  };
  if (event.kind !== 'status') return [append];
  const update: Write = {
    sql: 'UPDATE runbook_run SET status = ?, ended_at = ?, facts = ? WHERE id = ?',
    params: [
      event.status,
      hasEnded(event.status) ? at : null,
      JSON.stringify({ ...noFacts, ...facts, why: event.why } satisfies RunFacts),
      run,
    ],
    rows: 1,
  };
  return [append, update];
};

/** The events of a run behind one, in order. Throws an unable error where one cannot be read. @param after 0: from the beginning */
export const readEvents = async (journal: Journal, run: string, after: number): Promise<readonly RecordedEvent[]> => {
  const rows = await journal.all<{ seq: number; at: number; body: string }>(
    'SELECT seq, at, body FROM runbook_event WHERE run_id = ? AND seq > ? ORDER BY seq',
    run,
    after,
  );
  return rows.map(({ seq, at, body }) => {
    const event = parseJson(body);
    if (isObject(event) && typeof event['kind'] === 'string')
      return { seq: Number(seq), at: Number(at), event: event as unknown as RunEvent };
    throw unableError({
      code: 'run_altered',
      message: `event ${seq} of run ${run} cannot be read in the journal`,
      hint: 'agentops audit verify, then agentops audit log --kind runbook.step tells what it did',
    });
  });
};

export const readRun = async (journal: Journal, id: string): Promise<WholeRun | null> => {
  const [row] = await journal.all<Row>(`SELECT ${columns} FROM runbook_run WHERE id = ?`, id);
  return row === undefined ? null : { ...knownRun(row), isWhole: isPlanOf(parseJson(row.plan), row.plan_hash) };
};

/** Runs that began at or after an instant (UTC epoch ms), newest first. @param open only those that have not ended */
export const findRuns = async (
  journal: Journal,
  { since, open }: { readonly since: number; readonly open: boolean },
  limit: number,
): Promise<readonly KnownRun[]> => {
  const rows = await journal.all<Row>(
    `SELECT ${columns} FROM runbook_run WHERE started_at >= ? ${open ? 'AND ended_at IS NULL' : ''} ORDER BY started_at DESC, id LIMIT ?`,
    since,
    limit,
  );
  return rows.map(knownRun);
};

/** Somebody's word that a plan may be carried out, bound to its hash. */
export interface Approval {
  readonly planHash: string;
  /** Who approved: by name where it was given at a terminal, by the principal of the key where it was signed. */
  readonly signer: string;
  /** UTC epoch ms. */
  readonly at: number;
  /** An armored SSH signature over the plan's hash; null: not signed. */
  readonly signature: string | null;
}

/** The write of an approval; the last word of one person counts. */
export const approvalWrite = ({ planHash, signer, at, signature }: Approval): Write => ({
  sql: `INSERT INTO approval (plan_hash, signer, at, body) VALUES (?, ?, ?, ?)
    ON CONFLICT (plan_hash, signer) DO UPDATE SET at = excluded.at, body = excluded.body`,
  params: [planHash, signer, at, JSON.stringify({ signature } satisfies JsonObject)],
});

/** The approvals of a plan that no run was begun on yet, oldest first: what was approved once is not approved for every time to come. */
export const readApprovals = async (journal: Journal, planHash: string): Promise<readonly Approval[]> => {
  const rows = await journal.all<{ signer: string; at: number; body: string }>(
    `SELECT signer, at, body FROM approval WHERE plan_hash = ?
      AND at > COALESCE((SELECT MAX(started_at) FROM runbook_run WHERE plan_hash = ?), -1) ORDER BY at, signer`,
    planHash,
    planHash,
  );
  return rows.map(({ signer, at, body }) => ({ planHash, signer, at: Number(at), signature: digString(parseJson(body), 'signature') }));
};
