import { type CsvValue, renderCsv } from '../ground/output/csv.ts';
import { inertJsonLine, isoTime, jsonDocument } from '../ground/output/json.ts';
import { renderLine, renderParagraph } from '../ground/output/line.ts';
import { ago, localTime, plural } from '../ground/output/phrases.ts';
import type { Expired, Retention } from '../telemetry/stats/expire-cache.ts';
import type { Inventory } from '../telemetry/stats/inventory.cache.ts';
import { missing, stateSigns, symbolOf, type ViewOptions } from './words.ts';

interface Head {
  readonly fleet: string;
  readonly generatedAt: number;
  /** Where the files are. */
  readonly folder: string;
}

export interface StatsAnswer extends Head {
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
  readonly inventory: Inventory;
}

const sizeOf = (bytes: number): string =>
  bytes < 1024 * 1024 ? `${Math.ceil(bytes / 1024).toLocaleString('en-US')} KiB` : `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
const msOf = (us: number | null): number | null => (us === null ? null : Math.floor(us / 1000));

/** Bytes of the cache's files for each span in it; null: it has none. */
const bytesPerSpan = ({ files, inventory }: StatsAnswer): number | null => {
  const bytes = files.filter(({ name }) => name.startsWith('cache')).reduce((sum, file) => sum + file.bytes, 0);
  return inventory.spans === 0 ? null : Math.round(bytes / inventory.spans);
};

const renderStats = (answer: StatsAnswer, { look, zone }: ViewOptions): string => {
  const { files, inventory, generatedAt, folder } = answer;
  const at = (us: number | null) => (us === null ? missing : localTime(us / 1000, zone));
  const each = bytesPerSpan(answer);
  const facts: readonly (readonly [string, string])[] = [
    ['folder', folder],
    ...files.map(({ name, bytes }) => [name, sizeOf(bytes)] as const),
    ['traces', inventory.traces.toLocaleString('en-US')],
    ['requests', inventory.requests.toLocaleString('en-US')],
    ['spans', `${inventory.spans.toLocaleString('en-US')}${each === null ? '' : `, ${each} bytes each with everything`}`],
    ['scores', inventory.scores.toLocaleString('en-US')],
    ['texts kept', inventory.payloads.toLocaleString('en-US')],
    ['rollups', `${plural(inventory.rollups, 'cell')}, ${plural(inventory.dirty, 'bucket')} to recompute`],
    ['requests from', `${at(inventory.oldestUs)} to ${at(inventory.newestUs)}`],
    ['spans kept from', inventory.horizonUs === null ? 'the beginning' : at(inventory.horizonUs)],
    ['free', `${sizeOf(inventory.freeBytes)}, given back by agentops db vacuum`],
    ...inventory.sources.map(({ source, readToUs, syncedUs, isCutOff }): readonly [string, string] => [
      source,
      readToUs === null && !isCutOff && syncedUs !== null
        ? `spans last came ${ago(syncedUs / 1000, generatedAt)}`
        : `read to ${at(readToUs)}, ${syncedUs === null ? 'never' : ago(syncedUs / 1000, generatedAt)}${isCutOff ? ', cut off' : ''}`,
    ]),
  ];
  const width = Math.max(...facts.map(([name]) => name.length));
  return facts
    .map(([name, value]) => `${renderLine(look, 0, [{ text: `${name.padEnd(width)}  `, tone: 'dim' }, { text: value }])}\n`)
    .join('');
};

/** Every format of `agentops db stats`. */
export const statsFormats = (answer: StatsAnswer) => ({
  text: (options: ViewOptions) => renderStats(answer, options),
  json: () => {
    const { inventory, files, fleet, generatedAt, folder } = answer;
    const { oldestUs, newestUs, horizonUs, freeBytes, sources, dirty, payloads, ...counts } = inventory;
    return jsonDocument(fleet, generatedAt, {
      action: 'stats',
      folder,
      files,
      ...counts,
      payloads,
      bytes_per_span: bytesPerSpan(answer),
      oldest: isoTime(msOf(oldestUs)),
      newest: isoTime(msOf(newestUs)),
      horizon: isoTime(msOf(horizonUs)),
      dirty_buckets: dirty,
      free_bytes: freeBytes,
      sources: sources.map(({ source, readToUs, syncedUs, isCutOff }) => ({
        source,
        read_to: isoTime(msOf(readToUs)),
        synced: isoTime(msOf(syncedUs)),
        cut_off: isCutOff,
      })),
    });
  },
});

export interface PruneAnswer extends Head {
  readonly isRehearsal: boolean;
  readonly expired: Expired;
  readonly keep: Retention;
}

/** Every format of `agentops db prune`. */
export const pruneFormats = ({ fleet, generatedAt, isRehearsal, expired, keep }: PruneAnswer) => ({
  text: () => {
    const { traces, payloads, cells } = expired;
    const gone = [plural(traces, 'trace'), plural(payloads, 'kept text'), plural(cells, 'rollup cell')].join(', ');
    const rule = `texts stay ${keep.payloadDays} days, spans ${keep.spanDays}, quarter hours ${keep.quarterDays}, hours ${keep.hourDays}, days for ever`;
    return `${isRehearsal ? 'would delete' : 'deleted'} ${gone}\n${rule}\n`;
  },
  json: () => jsonDocument(fleet, generatedAt, { action: 'prune', dry_run: isRehearsal, ...expired }),
});

export interface VacuumAnswer extends Head {
  /** Bytes of the cache's files. */
  readonly before: number;
  readonly after: number;
}

/** Every format of `agentops db vacuum`. */
export const vacuumFormats = ({ fleet, generatedAt, before, after }: VacuumAnswer) => ({
  text: () => `the cache went from ${sizeOf(before)} to ${sizeOf(after)}\n`,
  json: () => jsonDocument(fleet, generatedAt, { action: 'vacuum', bytes_before: before, bytes_after: after }),
});

/** What was found of one part of the store. */
export interface StoreFinding {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
  /** What to type or do; null: nothing needs it. */
  readonly fix: string | null;
}

export interface CheckAnswer extends Head {
  readonly findings: readonly StoreFinding[];
}

/** Every format of `agentops db check`. */
export const checkFormats = ({ fleet, generatedAt, findings }: CheckAnswer) => ({
  text: ({ look }: ViewOptions) =>
    findings
      .flatMap(({ name, ok, detail, fix }) => {
        const sign = ok ? stateSigns.green : stateSigns.red;
        const line = [
          { text: symbolOf(look, sign), tone: sign.tone },
          { text: ` ${name}`, tone: 'strong' as const },
          { text: `  ${detail}` },
        ];
        const shape = { hang: 2, maxLines: 6 };
        return [
          ...renderParagraph(look, { indent: 0, ...shape }, line),
          ...(fix === null ? [] : renderParagraph(look, { indent: 2, ...shape }, [{ text: fix }])),
        ];
      })
      .map((line) => `${line}\n`)
      .join(''),
  json: () => jsonDocument(fleet, generatedAt, { action: 'check', findings }),
});

/** The lines of `agentops db export`. */
export const exportLine = {
  csvHead: (head: readonly string[]): string => renderCsv(head, []),
  csv: (row: readonly CsvValue[]): string => renderCsv([], [row]).slice(2),
  jsonl: (head: readonly string[], row: readonly CsvValue[]): string =>
    inertJsonLine(Object.fromEntries(head.map((name, at) => [name, row[at] ?? null]))),
};
