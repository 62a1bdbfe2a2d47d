import { canonicalJson, digNumber, digString, isObject, type Json, type JsonObject, parseJson } from '../json.ts';
import { inertJsonText, isoTime } from '../output/json.ts';
import { type AuditRecord, type Break, bodyOf, isInstant } from './chain.ts';

/** A record as a value. What an altered one holds in place of a body or a moment is shown as it is, so that it stays visible. */
const recordDocument = ({ at, body, ...rest }: AuditRecord): JsonObject => ({
  ...rest,
  at: isInstant(at) ? isoTime(at) : at,
  body: bodyOf(body) ?? body,
});

/** A record as one line: canonical JSON, in which what a terminal would act on is escaped. Without `hash` it is what the hash is over. */
export const exportLine = (record: AuditRecord): string => `${inertJsonText(canonicalJson(recordDocument(record)))}\n`;

/** What stands in an export: the records up to the first line that is none. */
export interface Export {
  readonly records: readonly AuditRecord[];
  readonly broken: Break | null;
}

/** Reads an export again. A line that differs in as much as a space from the one that is written is no record. */
export const parseExport = (text: string): Export => {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  const records: AuditRecord[] = [];
  for (const [index, line] of lines.entries()) {
    const record = recordOf(parseJson(line));
    if (record === null || exportLine(record) !== `${line}\n`) {
      const message = `line ${index + 1} is not a record as audit export writes it`;
      return { records, broken: { seq: (records.at(-1)?.seq ?? 0) + 1, problem: 'unreadable', message } };
    }
    records.push(record);
  }
  return { records, broken: null };
};

const recordOf = (value: Json | undefined): AuditRecord | null => {
  if (!isObject(value)) return null;
  const text = (name: string) => digString(value, name) ?? '';
  const body = value['body'] ?? '';
  return {
    seq: digNumber(value, 'seq') ?? 0,
    at: digNumber(value, 'at') ?? Date.parse(text('at')),
    actor: text('actor'),
    kind: text('kind'),
    subject: text('subject'),
    body: typeof body === 'string' ? body : canonicalJson(body),
    prev: text('prev'),
    hash: text('hash'),
  };
};
