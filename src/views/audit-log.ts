import { type AuditRecord, bodyOf, isInstant } from '../ground/audit/chain.ts';
import { renderCsv } from '../ground/output/csv.ts';
import { isoTime, jsonDocument } from '../ground/output/json.ts';
import type { Look } from '../ground/output/look.ts';
import { localTime } from '../ground/output/phrases.ts';
import { renderTable } from '../ground/output/table.ts';
import { joined, missing, type ViewOptions } from './words.ts';

/** The answer of `agentops audit log`. */
export interface AuditLog {
  readonly fleet: string;
  readonly generatedAt: number;
  /** Newest first. */
  readonly records: readonly AuditRecord[];
}

/** A record that somebody altered may name no moment and hold no body; the log shows it all the same. */
const factsOf = ({ seq, at, actor, kind, subject, body, prev, hash }: AuditRecord) => ({
  seq,
  at: isInstant(at) ? isoTime(at) : null,
  actor,
  kind,
  subject,
  body: bodyOf(body),
  prev,
  hash,
});

const detailsOf = (look: Look, body: string): string => {
  const value = bodyOf(body);
  if (value === null) return body;
  const facts = Object.entries(value).filter(([, fact]) => fact !== null);
  return joined(
    look,
    facts.map(([name, fact]) => `${name} ${typeof fact === 'string' ? fact : JSON.stringify(fact)}`),
  );
};

/** So much of the details of a record stands on its line, in characters, however wide that may be. */
const longestDetails = 160;

/** Without half a sign at its end. */
const cut = (text: string): string => (text.length <= longestDetails ? text : `${[...text].slice(0, longestDetails - 1).join('')}…`);

const renderText = ({ records }: AuditLog, { look, zone }: ViewOptions): string => {
  if (records.length === 0) return 'nothing of the kind is recorded\n';
  const details = records.map(({ body }) => detailsOf(look, body));
  const isCut = details.some((text) => cut(text) !== text);
  const { head, rows } = renderTable(
    look,
    [
      { title: 'Seq', align: 'right' },
      { title: 'When' },
      { title: 'Who', flexible: true },
      { title: 'What' },
      { title: 'Whom', flexible: true },
      { title: 'Details', flexible: true, minWidth: 16 },
    ],
    records.map(({ seq, at, actor, kind, subject }, row) => [
      { text: String(seq), tone: 'dim' as const },
      { text: isInstant(at) ? localTime(at, zone) : missing },
      { text: actor },
      { text: kind },
      { text: subject },
      { text: cut(details[row] ?? '') },
    ]),
  );
  const more = isCut ? ['', 'whole: agentops audit log --json'] : [];
  return [head, ...rows, ...more].map((line) => `${line}\n`).join('');
};

/** Every format of `agentops audit log`. */
export const auditLogFormats = (log: AuditLog) => ({
  text: (options: ViewOptions) => renderText(log, options),
  json: () => jsonDocument(log.fleet, log.generatedAt, { records: log.records.map(factsOf) }),
  csv: () =>
    renderCsv(
      ['seq', 'at', 'actor', 'kind', 'subject', 'body', 'prev', 'hash'],
      log.records.map((record) => Object.values({ ...factsOf(record), body: record.body })),
    ),
});
