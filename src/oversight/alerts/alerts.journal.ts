import { createHash } from 'node:crypto';
import { parseJson } from '../../ground/json.ts';
import type { Journal, Write } from '../../ground/store/port.ts';
import type { Ack, Alert, AlertEvent, AlertKey } from './alert.ts';
import type { AlertInstance } from './alert-state.ts';
import type { Quieting, Told } from './announcement.ts';
import type { Judgement } from './judgement.ts';

interface Row extends AlertKey {
  readonly severity: Alert['severity'];
  readonly category: Alert['category'];
  readonly instance: string;
  readonly judgement: string;
  readonly exemplar: string | null;
  readonly told: string | null;
  readonly quiet: string | null;
  readonly ack: string | null;
}

const columns = 'rule, agent, label, severity, category, instance, judgement, exemplar, told, quiet, ack';

const read = <Value>(text: string): Value => parseJson(text) as unknown as Value;
const readOrNull = <Value>(text: string | null): Value | null => (text === null ? null : read<Value>(text));
const written = (value: object | null): string | null => (value === null ? null : JSON.stringify(value));

const alertOf = (row: Row): Alert => ({
  rule: row.rule,
  agent: row.agent,
  label: row.label,
  severity: row.severity,
  category: row.category,
  instance: instanceOf(read(row.instance)),
  judgement: read<Judgement>(row.judgement),
  exemplar: row.exemplar,
  told: readOrNull<Told>(row.told),
  quiet: readOrNull<Quieting>(row.quiet),
  ack: readOrNull<Ack>(row.ack),
});

/** JSON has no infinity: an alert that was never judged was so at the beginning of time. */
const instanceOf = (instance: AlertInstance): AlertInstance => ({ ...instance, judgedAt: instance.judgedAt ?? Number.NEGATIVE_INFINITY });

/** Every alert whose condition held at some time, the ones that are over too, by rule, agent and label. */
export const readAlerts = async (journal: Journal): Promise<readonly Alert[]> => {
  const rows = await journal.all<Row>(`SELECT ${columns} FROM alert ORDER BY rule, agent, label`);
  return rows.map(alertOf);
};

/** The alerts that are not at rest: open, told of, or changed since an instant (UTC epoch ms), which flapping is judged by. */
export const readStandingAlerts = async (journal: Journal, since: number): Promise<readonly Alert[]> => {
  const rows = await journal.all<Row>(
    `SELECT ${columns} FROM alert WHERE state IN ('pending', 'firing', 'recovering') OR told IS NOT NULL OR since >= ? ORDER BY rule, agent, label`,
    since,
  );
  return rows.map(alertOf);
};

/** The alerts that are pending, firing or recovering. */
export const readOpenAlerts = async (journal: Journal): Promise<readonly Alert[]> => {
  const rows = await journal.all<Row>(
    `SELECT ${columns} FROM alert WHERE state IN ('pending', 'firing', 'recovering') ORDER BY rule, agent, label`,
  );
  return rows.map(alertOf);
};

/** One alert; null: its condition never held. */
export const readAlert = async (journal: Journal, { rule, agent, label }: AlertKey): Promise<Alert | null> => {
  const [row] = await journal.all<Row>(`SELECT ${columns} FROM alert WHERE rule = ? AND agent = ? AND label = ?`, rule, agent, label);
  return row === undefined ? null : alertOf(row);
};

/** The write that keeps how an alert stands. Its ack is left as it is: people write that, and may do so meanwhile. */
export const alertWrite = (alert: Alert): Write => ({
  sql: `INSERT INTO alert (rule, agent, label, state, since, severity, category, instance, judgement, exemplar, told, quiet, ack)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)
    ON CONFLICT (rule, agent, label) DO UPDATE SET state = excluded.state, since = excluded.since, severity = excluded.severity,
      category = excluded.category, instance = excluded.instance, judgement = excluded.judgement, exemplar = excluded.exemplar,
      told = excluded.told, quiet = excluded.quiet`,
  params: [
    alert.rule,
    alert.agent,
    alert.label,
    alert.instance.state,
    alert.instance.since,
    alert.severity,
    alert.category,
    JSON.stringify(alert.instance),
    JSON.stringify(alert.judgement),
    alert.exemplar,
    written(alert.told),
    written(alert.quiet),
  ],
  rows: 1,
});

/** The write with which somebody takes a firing on; it fails (`Conflict`) where the alert ended meanwhile. */
export const ackWrite = ({ rule, agent, label }: AlertKey, ack: Ack): Write => ({
  sql: "UPDATE alert SET ack = ? WHERE rule = ? AND agent = ? AND label = ? AND state IN ('firing', 'recovering')",
  params: [JSON.stringify(ack), rule, agent, label],
  rows: 1,
});

interface EventRow extends AlertKey {
  readonly kind: AlertEvent['kind'];
  readonly event_at: number;
  readonly at: number;
  readonly is_late: number;
  readonly body: string;
}

/** The same for an event that is added again. */
const eventId = ({ rule, agent, label, kind, eventAt, at }: AlertEvent): string =>
  createHash('sha256')
    .update(JSON.stringify([rule, agent, label, kind, eventAt, at]))
    .digest('hex')
    .slice(0, 24);

/** The write that adds to the time line of an alert. */
export const eventWrite = (event: AlertEvent): Write => ({
  sql: `INSERT INTO alert_event (id, rule, agent, label, kind, event_at, at, is_late, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT DO NOTHING`,
  params: [
    eventId(event),
    event.rule,
    event.agent,
    event.label,
    event.kind,
    event.eventAt,
    event.at,
    event.isLate ? 1 : 0,
    JSON.stringify({ detail: event.detail }),
  ],
});

/** What happened to alerts from an instant on (event time, UTC epoch ms), oldest first. */
export const readEvents = async (
  journal: Journal,
  { since, rule = null, agent = null }: { readonly since: number; readonly rule?: string | null; readonly agent?: string | null },
): Promise<readonly AlertEvent[]> => {
  const conditions = ['event_at >= ?', ...(rule === null ? [] : ['rule = ?']), ...(agent === null ? [] : ['agent = ?'])];
  const rows = await journal.all<EventRow>(
    `SELECT rule, agent, label, kind, event_at, at, is_late, body FROM alert_event WHERE ${conditions.join(' AND ')}
     ORDER BY event_at, at, rule, agent, label, CASE WHEN kind IN ('told', 'reminded', 'told-end') THEN 1 ELSE 0 END, id`,
    ...[since, rule, agent].filter((param) => param !== null),
  );
  return rows.map(({ event_at: eventAt, is_late: isLate, body, ...row }) => ({
    ...row,
    eventAt,
    isLate: isLate === 1,
    detail: read<{ readonly detail: string }>(body).detail,
  }));
};
