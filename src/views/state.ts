import { isoTime, jsonDocument } from '../ground/output/json.ts';
import { renderLine } from '../ground/output/line.ts';
import { localTime, plural } from '../ground/output/phrases.ts';
import type { CountedTable } from '../ground/store/journal-tables.ts';
import type { HeldLease } from '../ground/store/lease.ts';
import { stateSigns, symbolOf, type ViewOptions } from './words.ts';

/** The answer of `agentops state show`. */
export interface StateAnswer {
  readonly fleet: string;
  readonly generatedAt: number;
  readonly keeper: 'file' | 'postgres';
  /** A path, or host, database and schema. */
  readonly journal: string;
  /** Null: a file, which SQLite keeps. */
  readonly server: string | null;
  /** The version of its tables. */
  readonly version: number;
  readonly bytes: number;
  /** Where cache and snapshot are. */
  readonly folder: string;
  readonly tables: readonly CountedTable[];
  readonly leases: readonly HeldLease[];
}

const sizeOf = (bytes: number): string =>
  bytes < 1024 * 1024 ? `${Math.ceil(bytes / 1024).toLocaleString('en-US')} KiB` : `${(bytes / 1024 / 1024).toFixed(1)} MiB`;

const factLines = (facts: readonly (readonly [string, string])[], { look }: ViewOptions): readonly string[] => {
  const width = Math.max(...facts.map(([name]) => name.length));
  return facts.map(([name, value]) => renderLine(look, 0, [{ text: `${name.padEnd(width)}  `, tone: 'dim' }, { text: value }]));
};

/** Holders are `who id`; the id tells two of one name apart, and says nothing to people. */
const holderOf = (owner: string): string => owner.replace(/ ?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, '') || 'somebody';

const renderState = (answer: StateAnswer, options: ViewOptions): string => {
  const filled = answer.tables.filter(({ rows }) => rows > 0);
  const facts: readonly (readonly [string, string])[] = [
    ['journal', answer.journal],
    ['kept by', answer.server === null ? 'SQLite, for this machine' : `PostgreSQL ${answer.server}, for a team`],
    ['format', String(answer.version)],
    ['size', sizeOf(answer.bytes)],
    ['cache', answer.folder],
    ...filled.map(({ table, rows }) => [table, plural(rows, 'row')] as const),
    ...answer.leases.map(
      ({ name, owner, expiresAt }) => [name, `held by ${holderOf(owner)} until ${localTime(expiresAt, options.zone)}`] as const,
    ),
    ...(answer.leases.length === 0 ? [['leases', 'nobody holds one'] as const] : []),
  ];
  return factLines(facts, options)
    .map((line) => `${line}\n`)
    .join('');
};

/** Every format of `agentops state show`. */
export const stateFormats = (answer: StateAnswer) => ({
  text: (options: ViewOptions) => renderState(answer, options),
  json: () => {
    const { fleet, generatedAt, keeper, journal, server, version, bytes, folder, tables, leases } = answer;
    return jsonDocument(fleet, generatedAt, {
      ...{ keeper, journal, server, format: version, bytes, folder, tables },
      leases: leases.map(({ name, owner, fence, expiresAt }) => ({ name, owner, fence, expires_at: isoTime(expiresAt) })),
    });
  },
});

/** The answer of `agentops state migrate`. */
export interface MigrationAnswer {
  readonly fleet: string;
  readonly generatedAt: number;
  readonly from: string;
  readonly to: string;
  readonly tables: readonly CountedTable[];
  /** Records of the audit chain. */
  readonly records: number;
  /** The hash its last record has at both ends; null: nothing is recorded. */
  readonly head: string | null;
  /** What `state:` is to say now; null: it says so already. */
  readonly manifest: string | null;
}

const renderMigration = ({ from, to, tables, records, head, manifest }: MigrationAnswer, { look }: ViewOptions): string => {
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  const lines = [
    renderLine(look, 0, [
      { text: `${symbolOf(look, stateSigns.green)} `, tone: stateSigns.green.tone },
      { text: `${plural(rows, 'row')} copied from ${from} to ${to}` },
    ]),
    renderLine(look, 2, [
      { text: `the audit chain is the same at both ends: ${plural(records, 'record')}${head === null ? '' : `, ${head.slice(0, 16)}…`}` },
    ]),
    renderLine(look, 2, [
      {
        text:
          manifest === null
            ? `${from} is left as it was, and not used any more`
            : `write state: ${JSON.stringify(manifest)} into the manifest of everybody who shares it`,
      },
    ]),
  ];
  return lines.map((line) => `${line}\n`).join('');
};

/** Every format of `agentops state migrate`. */
export const migrationFormats = (answer: MigrationAnswer) => ({
  text: (options: ViewOptions) => renderMigration(answer, options),
  json: () => {
    const { fleet, generatedAt, from, to, tables, records, head } = answer;
    return jsonDocument(fleet, generatedAt, { from, to, tables, audit_records: records, audit_head: head });
  },
});
