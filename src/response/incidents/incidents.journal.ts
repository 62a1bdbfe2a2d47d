import { isObject, type Json, type JsonObject, parseJson } from '../../ground/json.ts';
import type { Journal, Write } from '../../ground/store/port.ts';
import type { RunbookClass } from '../runbooks/runbook.ts';
import { type Incident, type IncidentCause, type IncidentStatus, incidentId, incidentNumber } from './incident.ts';

interface Row {
  readonly id: string;
  readonly title: string;
  readonly agent: string | null;
  readonly class: RunbookClass;
  readonly severity: 'page' | 'notify';
  readonly status: IncidentStatus;
  readonly opened_at: number;
  readonly acked_at: number | null;
  readonly resolved_at: number | null;
  readonly facts: string;
}

const columns = 'id, title, agent, class, severity, status, opened_at, acked_at, resolved_at, facts';

const incidentOf = (row: Row): Incident => {
  const facts = parseJson(row.facts);
  const known: JsonObject = isObject(facts) ? facts : {};
  const startedAt = known['started_at'];
  return {
    id: row.id,
    title: row.title,
    agent: row.agent,
    class: row.class,
    severity: row.severity,
    status: row.status,
    startedAt: typeof startedAt === 'number' ? startedAt : row.opened_at,
    openedAt: row.opened_at,
    ackedAt: row.acked_at,
    resolvedAt: row.resolved_at,
    cause: causeOf(known['cause'] ?? null),
  };
};

const causeOf = (cause: Json): IncidentCause =>
  isObject(cause) && (cause['kind'] === 'cap' || cause['kind'] === 'alert') ? (cause as unknown as IncidentCause) : { kind: 'person' };

/** One incident, by an id as it was typed; null: there is none. */
export const readIncident = async (journal: Journal, typed: string): Promise<Incident | null> => {
  const number = incidentNumber(typed);
  if (number === null) return null;
  const [row] = await journal.all<Row>(`SELECT ${columns} FROM incident WHERE id = ?`, incidentId(number));
  return row === undefined ? null : incidentOf(row);
};

/** Incidents, the newest first; without resolved ones unless they are asked for. */
export const listIncidents = async (
  journal: Journal,
  { agent = null, resolved, limit }: { readonly agent?: string | null; readonly resolved: boolean; readonly limit: number },
): Promise<readonly Incident[]> => {
  const conditions = [...(resolved ? [] : ["status <> 'resolved'"]), ...(agent === null ? [] : ['agent = ?'])];
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  const rows = await journal.all<Row>(
    `SELECT ${columns} FROM incident ${where} ORDER BY opened_at DESC, length(id) DESC, id DESC LIMIT ?`,
    ...(agent === null ? [] : [agent]),
    limit,
  );
  return rows.map(incidentOf);
};

/** More are never looked through. */
const mostIncidents = 10_000;

/** Incidents that began in a time (UTC epoch ms), oldest first. @param agent null: of every agent */
export const incidentsBetween = async (
  journal: Journal,
  { from, to, agent }: { readonly from: number; readonly to: number; readonly agent: string | null },
): Promise<readonly Incident[]> => {
  const all = await listIncidents(journal, { agent, resolved: true, limit: mostIncidents });
  return all.filter(({ startedAt }) => startedAt >= from && startedAt < to).sort((a, b) => a.startedAt - b.startedAt);
};

/** The id of the next incident. Who opens it fails (`Conflict`) where somebody else took the id. */
export const nextIncidentId = async (journal: Journal): Promise<string> => {
  const [row] = await journal.all<{ last: number | null }>('SELECT MAX(CAST(substr(id, 5) AS INTEGER)) AS last FROM incident');
  return incidentId(Number(row?.last ?? 0) + 1);
};

/** The write that opens an incident. */
export const incidentWrite = (incident: Incident): Write => ({
  sql: `INSERT INTO incident (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  params: [
    incident.id,
    incident.title,
    incident.agent,
    incident.class,
    incident.severity,
    incident.status,
    incident.openedAt,
    incident.ackedAt,
    incident.resolvedAt,
    JSON.stringify({ started_at: incident.startedAt, cause: incident.cause }),
  ],
  rows: 1,
});

/** The write that moves an incident on; it fails (`Conflict`) where somebody else did meanwhile. @param at UTC epoch ms */
export const statusWrite = ({ id, status }: Incident, to: 'acked' | 'resolved', at: number): Write => ({
  sql:
    to === 'acked'
      ? "UPDATE incident SET status = 'acked', acked_at = ? WHERE id = ? AND status = ?"
      : "UPDATE incident SET status = 'resolved', resolved_at = ? WHERE id = ? AND status = ?",
  params: [at, id, status],
  rows: 1,
});
