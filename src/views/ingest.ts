import { jsonDocument } from '../ground/output/json.ts';
import { renderLine, renderParagraph } from '../ground/output/line.ts';
import type { Look } from '../ground/output/look.ts';
import { listOf, plural } from '../ground/output/phrases.ts';
import { humanDuration } from '../ground/units/duration.ts';
import type { StreamReport } from '../telemetry/traces/ingest-stream.ts';
import { joined, missing, stateSigns, symbolOf, type ViewOptions } from './words.ts';

/** The answer of `agentops ingest`. */
export interface IngestReport extends StreamReport {
  readonly fleet: string;
  /** UTC epoch ms. */
  readonly generatedAt: number;
  readonly files: readonly string[];
  /** The backend that the spans count as. */
  readonly backend: string;
  readonly tookMs: number;
  /** False after Ctrl-C: the rest was not read. */
  readonly complete: boolean;
}

/** How far a file is read. */
export interface IngestProgress {
  readonly file: string;
  readonly readBytes: number;
  /** Null: not known beforehand. */
  readonly size: number | null;
  readonly spans: number;
  readonly tookMs: number;
}

const count = (number: number): string => number.toLocaleString('en-US');
const spansOf = ({ added, changed, unchanged }: StreamReport): number => added + changed + unchanged;

/** `history.jsonl · 42 % · 1,234,567 spans · 85,000 a second · 2m left`, as one line. */
export const renderIngestProgress = (look: Look, { file, readBytes, size, spans, tookMs }: IngestProgress): string => {
  const share = size === null || size === 0 ? null : Math.min(1, readBytes / size);
  const leftMs = share === null || share < 0.01 ? null : (tookMs / share) * (1 - share);
  return renderLine(look, 0, [
    {
      text: joined(look, [
        file,
        ...(share === null ? [] : [`${Math.floor(share * 100)} %`]),
        plural(spans, 'span'),
        ...(tookMs < 1000 ? [] : [`${count(Math.round((spans / tookMs) * 1000))} a second`]),
        ...(leftMs === null || leftMs < 1000 ? [] : [`${humanDuration(Math.round(leftMs / 1000) * 1000)} left`]),
      ]),
    },
  ]);
};

const renderIngestText = (report: IngestReport, { look, verbose }: ViewOptions): string => {
  const { added, changed, unchanged, traces, scores, rejected, reasons, unreadable, trouble, unpriced } = report;
  const isWell = rejected === 0 && unreadable === 0;
  const sign = isWell ? stateSigns.green : stateSigns.yellow;
  const wide = { indent: 2, hang: 2, maxLines: 6 };
  const facts = [
    `${count(added)} new`,
    ...(changed === 0 ? [] : [`${count(changed)} newer than known`]),
    ...(unchanged === 0 ? [] : [`${count(unchanged)} known already`]),
    plural(traces, 'new trace'),
    ...(scores === 0 ? [] : [plural(scores, 'score')]),
  ];
  const shown = verbose ? unpriced : unpriced.slice(0, 5);
  const hidden = unpriced.length - shown.length;
  return [
    renderLine(look, 0, [
      { text: `${symbolOf(look, sign)} `, tone: sign.tone },
      { text: plural(spansOf(report), 'span'), tone: 'strong' },
      { text: ` of ${report.files.length === 1 ? report.files[0] : plural(report.files.length, 'file')} for ${report.backend}` },
      { text: ` in ${humanDuration(report.tookMs)}${report.complete ? '' : ', then stopped'}`, tone: 'dim' },
    ]),
    renderLine(look, 2, [{ text: joined(look, facts) }]),
    ...(rejected === 0
      ? []
      : renderParagraph(look, wide, [{ text: `${plural(rejected, 'span')} left out: `, tone: 'warn' }, { text: listOf(reasons) }])),
    ...(unreadable === 0
      ? []
      : renderParagraph(look, wide, [
          { text: `${plural(unreadable, 'request')} could not be read: `, tone: 'warn' },
          { text: trouble ?? missing },
        ])),
    ...(unpriced.length === 0
      ? []
      : renderParagraph(look, wide, [
          { text: 'cost unknown: ', tone: 'warn' },
          { text: `${shown.join(', ')}${hidden > 0 ? ` and ${hidden} more` : ''}` },
        ])),
    '',
  ].join('\n');
};

const renderIngestJson = (report: IngestReport): string =>
  jsonDocument(report.fleet, report.generatedAt, {
    backend: report.backend,
    files: report.files,
    complete: report.complete,
    took_ms: report.tookMs,
    spans: spansOf(report),
    added: report.added,
    changed: report.changed,
    unchanged: report.unchanged,
    new_traces: report.traces,
    scores: report.scores,
    rejected: report.rejected,
    reasons: report.reasons,
    unreadable_requests: report.unreadable,
    unreadable_reason: report.trouble,
    unpriced_models: report.unpriced,
  });

/** Every format of `agentops ingest`, by the name `--output` takes. */
export const ingestFormats = (report: IngestReport) => ({
  text: (options: ViewOptions) => renderIngestText(report, options),
  json: () => renderIngestJson(report),
});
