import { type Act, type AuditRecord, bodyOf } from '../../ground/audit/chain.ts';
import { digArray, digNumber, digString, type Json, type JsonObject } from '../../ground/json.ts';
import { isoTime } from '../../ground/output/json.ts';

/** What the chain tells of a response, in the order in which it mostly happens. */
export const actKinds = [
  'incident.open',
  'incident.ack',
  'incident.note',
  'incident.resolve',
  'freeze.on',
  'freeze.off',
  'lock.break',
  'runbook.start',
  'runbook.approve',
  'runbook.step',
  'runbook.confirm',
  'runbook.verify',
  'runbook.undo',
  'runbook.end',
  'mitigation.start',
  'mitigation.extend',
  'mitigation.expire',
  'mitigation.revert',
] as const;

export type ActKind = (typeof actKinds)[number];

/** The facts of an act; null: it has none of that kind. Texts of targets and evidence are untrusted. */
export interface ActFacts {
  readonly run: string | null;
  readonly incident: string | null;
  readonly mitigation: string | null;
  readonly runbook: string | null;
  readonly planHash: string | null;
  readonly step: string | null;
  /** Of a step: its `Action`, or its kind where it has no control. */
  readonly action: string | null;
  /** What is at stake, for people. */
  readonly target: string | null;
  /** The touched fields as they were and as they are to be, as a driver knows them. */
  readonly from: Json;
  readonly to: Json;
  /**
   * `runbook.step`: intent, then done, skipped, failed or in_doubt · `runbook.confirm`: seen, not-yet, contradicted · `runbook.verify`: pass, fail,
   * inconclusive · `runbook.undo`: intent, then undone, failed or in_doubt · `runbook.end`: a `RunStatus` ·
   * `mitigation.expire`, `mitigation.revert`: reverted, overdue, failed · others: null, or a word of their own.
   */
  readonly status: string | null;
  /** One sentence with what was seen, or what a person said: a note, the reason of a freeze or of a broken glass. */
  readonly evidence: string | null;
  /** How long it took, ms. `runbook.confirm`: from the act until its effect was seen. `runbook.end`: the whole run. */
  readonly durationMs: number | null;
  /** `runbook.end`: from the start until the last effect was seen, and until the traces were silent, ms. */
  readonly containMs: number | null;
  readonly quietMs: number | null;
  /** `mitigation.start`, `mitigation.extend`: UTC epoch ms; null: until a person reverts it. */
  readonly expiresAt: number | null;
  /** Who approved. */
  readonly by: readonly string[];
  /** What began it: a cause of a run, an alert of an incident. */
  readonly cause: Json;
}

/** A record of a response, read back. */
export interface RecordedAct extends ActFacts {
  readonly kind: ActKind;
  readonly seq: number;
  /** UTC epoch ms. */
  readonly at: number;
  readonly actor: string;
  readonly subject: string;
}

/**
 * What one act is recorded as. Facts that are null or empty are left out of the chain.
 * @param subject an agent; where it concerns none, the id of the run or incident, or the name of a lock
 */
export const responseAct = (kind: ActKind, subject: string, facts: Partial<ActFacts>): Act => {
  const body: JsonObject = {
    run: facts.run ?? null,
    incident: facts.incident ?? null,
    mitigation: facts.mitigation ?? null,
    runbook: facts.runbook ?? null,
    plan_hash: facts.planHash ?? null,
    step: facts.step ?? null,
    action: facts.action ?? null,
    target: facts.target ?? null,
    from: facts.from ?? null,
    to: facts.to ?? null,
    status: facts.status ?? null,
    evidence: facts.evidence ?? null,
    duration_ms: facts.durationMs ?? null,
    contain_ms: facts.containMs ?? null,
    quiet_ms: facts.quietMs ?? null,
    expires_at: isoTime(facts.expiresAt ?? null),
    by: facts.by === undefined || facts.by.length === 0 ? null : facts.by,
    cause: facts.cause ?? null,
  };
  return { kind, subject, body: Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null)) };
};

const isActKind = (kind: string): kind is ActKind => (actKinds as readonly string[]).includes(kind);

/** The act behind a record; null where the record tells of something else, or its body is not readable. */
export const readAct = ({ kind, body: text, seq, at, actor, subject }: AuditRecord): RecordedAct | null => {
  const body = bodyOf(text);
  if (!isActKind(kind) || body === null) return null;
  const expires = Date.parse(digString(body, 'expires_at') ?? '');
  return {
    kind,
    seq,
    at,
    actor,
    subject,
    run: digString(body, 'run'),
    incident: digString(body, 'incident'),
    mitigation: digString(body, 'mitigation'),
    runbook: digString(body, 'runbook'),
    planHash: digString(body, 'plan_hash'),
    step: digString(body, 'step'),
    action: digString(body, 'action'),
    target: digString(body, 'target'),
    from: body['from'] ?? null,
    to: body['to'] ?? null,
    status: digString(body, 'status'),
    evidence: digString(body, 'evidence'),
    durationMs: digNumber(body, 'duration_ms'),
    containMs: digNumber(body, 'contain_ms'),
    quietMs: digNumber(body, 'quiet_ms'),
    expiresAt: Number.isNaN(expires) ? null : expires,
    by: digArray(body, 'by').filter((name) => typeof name === 'string'),
    cause: body['cause'] ?? null,
  };
};
