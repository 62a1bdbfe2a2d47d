import { inertLine } from '../ground/output/escape.ts';
import { renderLine, renderParagraph } from '../ground/output/line.ts';
import { type Cell, type Look, markOf } from '../ground/output/look.ts';
import { localTime, plural } from '../ground/output/phrases.ts';
import { cutToWidth, displayWidth } from '../ground/output/width.ts';
import type { ShownTrace } from '../telemetry/traces/trace.cache.ts';
import type { KeptText } from '../telemetry/traces/trace-list.cache.ts';
import type { Outline, OutlineLine } from '../telemetry/traces/trace-outline.ts';
import { branchPieces, branchWidth } from './branches.ts';
import { countOf, latencyOf } from './figures.ts';
import { joined, missing, moneyOrMissing, stateSigns, symbolOf, type ViewOptions } from './words.ts';

/** A trace with all that is shown of it. */
export interface TraceView {
  readonly trace: ShownTrace;
  readonly outline: Outline;
  /** The backend's own page; null: it has none. */
  readonly link: string | null;
  /** By span id; empty unless texts are kept. */
  readonly texts: ReadonlyMap<string, KeptText>;
}

/** Spans that are drawn unless all are asked for. */
const usualLines = 200;
const [timeColumns, costColumns, tokenColumns] = [8, 8, 13];

const nameOf = ({ span, agent, isEntry }: OutlineLine): string =>
  [
    span.kind === 'other' ? '' : span.kind,
    span.name,
    span.model ?? '',
    isEntry && agent !== null && agent !== span.name ? `(${agent})` : '',
  ]
    .filter((part) => part !== '')
    .join(' ');

const notesOf = ({ span, repeat, isAdopted }: OutlineLine): string =>
  [
    span.status === 'error' ? (span.errorType ?? 'failed') : '',
    repeat === null ? '' : `same call ${repeat.nth}/${repeat.of}`,
    isAdopted ? 'parent missing' : '',
  ]
    .filter((part) => part !== '')
    .join(', ');

const tokensOf = ({ span: { tokens } }: OutlineLine, look: Look): string =>
  tokens.input === null && tokens.output === null ? '' : `${countOf(tokens.input)}${look.unicode ? '→' : '>'}${countOf(tokens.output)}`;

/** When in the trace a span ran, as a bar; at least one mark, however short it was. */
const barOf = (look: Look, { span }: OutlineLine, { startUs, durationUs }: Outline, columns: number): readonly Cell[] => {
  const [full, empty] = look.unicode ? ['█', '·'] : ['#', '.'];
  const scale = durationUs === 0 ? 0 : columns / durationUs;
  const from = Math.min(columns - 1, Math.floor((span.startUs - startUs) * scale));
  const length = Math.max(1, Math.min(columns - from, Math.round((span.durationUs ?? 0) * scale)));
  const tone = span.status === 'error' ? 'bad' : 'plain';
  return [
    { text: empty.repeat(from), tone: 'dim' },
    { text: full.repeat(length), tone },
    { text: empty.repeat(columns - from - length), tone: 'dim' },
  ];
};

/** Widths of the columns that a stream has room for. */
const layoutOf = (look: Look, lines: readonly OutlineLine[]) => {
  const natural = Math.max(8, ...lines.map((line) => branchWidth(line.branches) + 2 + displayWidth(inertLine(nameOf(line)))));
  const hasTokens = look.width === null || look.width >= 100;
  const bar = look.width === null || look.width >= 100 ? 32 : 16;
  const notes = Math.max(0, ...lines.map((line) => Math.min(20, notesOf(line).length + 2)));
  const others = notes + timeColumns + costColumns + bar + 6 + (hasTokens ? tokenColumns + 2 : 0);
  const name = look.width === null ? natural : Math.max(12, Math.min(natural, look.width - others));
  return { name, hasTokens, bar };
};

const spanLine = (look: Look, line: OutlineLine, outline: Outline, layout: ReturnType<typeof layoutOf>): string => {
  const { span, branches, isCritical } = line;
  const room = layout.name - branchWidth(branches) - 2;
  const name = room <= 0 ? '' : cutToWidth(inertLine(nameOf(line)), room, markOf(look));
  const isError = span.status === 'error';
  const mark = isError ? symbolOf(look, stateSigns.red) : isCritical ? (look.unicode ? '▸' : '*') : ' ';
  const pad = ' '.repeat(Math.max(0, room - displayWidth(name)));
  const cost = span.counts ? (span.costNanos === null && span.tokens.input === null ? '' : moneyOrMissing(span.costNanos)) : '';
  return renderLine(look, 0, [
    ...branchPieces(look, branches),
    { text: `${mark} `, tone: isError ? 'bad' : 'strong' },
    { text: name, tone: isError ? 'bad' : isCritical ? 'strong' : 'plain' },
    { text: `${pad}  ` },
    { text: latencyOf(span.durationUs).padStart(timeColumns) },
    { text: '  ' },
    { text: cost.padStart(costColumns) },
    { text: '  ' },
    ...(layout.hasTokens ? [{ text: tokensOf(line, look).padStart(tokenColumns), tone: 'dim' as const }, { text: '  ' }] : []),
    ...barOf(look, line, outline, layout.bar),
    { text: notesOf(line) === '' ? '' : `  ${notesOf(line)}`, tone: isError ? 'bad' : 'warn' },
  ]);
};

const textLines = (look: Look, line: OutlineLine, { texts }: TraceView): readonly string[] => {
  const kept = texts.get(line.span.id);
  if (kept === undefined) return [];
  const said = { asked: kept.input, answered: kept.output, message: kept.message };
  return Object.entries(said).flatMap(([label, text]) =>
    text === null
      ? []
      : renderParagraph(look, { indent: branchWidth(line.branches) + 2, hang: 2, maxLines: 6 }, [
          { text: `${label} `, tone: 'dim' },
          { text },
        ]),
  );
};

const headOf = ({ trace, outline, link }: TraceView, { look, zone }: ViewOptions): readonly string[] => {
  const [first] = trace.runs;
  const cost = trace.runs.reduce<number | null>((sum, run) => (run.costNanos === null ? sum : (sum ?? 0) + run.costNanos), null);
  const steps = trace.runs.reduce((sum, run) => sum + run.steps, 0);
  const failed = first?.isError === true;
  const facts = [
    failed ? `failed (${first?.errorType ?? 'other'})` : 'ok',
    latencyOf(outline.durationUs),
    moneyOrMissing(cost),
    plural(steps, 'step'),
    plural(trace.spans.length, 'span'),
    localTime(outline.startUs / 1000, zone),
  ];
  const about = [
    ['user', first?.user],
    ['session', first?.session],
    ['task', first?.task],
    ['env', first?.environment],
    ['release', first?.release],
  ].flatMap(([label, word]) => (word == null ? [] : [`${label} ${word}`]));
  const remarks = [
    ...(outline.blamed === null || trace.runs.length < 2 ? [] : [`the failure began in ${outline.blamed}`]),
    ...outline.repeated.slice(0, 3).map(({ name, times }) => `${name} was called ${times} times with the same arguments`),
    ...trace.runs
      .filter(({ unpriced }) => unpriced > 0)
      .map((run) => `${plural(run.unpriced, 'call')} of ${run.agent ?? 'nobody'} without a known cost`),
  ];
  const scores = trace.scores.map(({ name, value, label }) => `${name} ${value ?? label ?? missing}`);
  return [
    ...renderParagraph(look, { indent: 0, hang: 2, maxLines: 3 }, [
      { text: first?.agent ?? '(unmatched)', tone: 'strong' },
      { text: '  ' },
      { text: joined(look, facts), tone: failed ? 'bad' : 'plain' },
    ]),
    ...renderParagraph(look, { indent: 0, hang: 2, maxLines: 3 }, [
      { text: joined(look, [`trace ${trace.traceId}`, `from ${trace.source}`, ...about]), tone: 'dim' },
    ]),
    ...(scores.length === 0 ? [] : renderParagraph(look, { indent: 0, hang: 2, maxLines: 2 }, [{ text: `scores: ${scores.join(', ')}` }])),
    ...remarks.flatMap((text) => renderParagraph(look, { indent: 0, hang: 2, maxLines: 2 }, [{ text, tone: 'warn' }])),
    ...(link === null ? [] : [renderLine({ ...look, width: null }, 0, [{ text: link, tone: 'dim' }])]),
  ];
};

/** One trace as a tree of spans with time bars; ▸ marks what the end waited for. */
export const renderTraceText = (view: TraceView, options: ViewOptions): string => {
  const { look, verbose } = options;
  const { outline } = view;
  const shown = verbose ? outline.lines : outline.lines.slice(0, usualLines);
  const layout = layoutOf(look, shown);
  const rest = outline.lines.length - shown.length;
  return [
    ...headOf(view, options),
    '',
    ...shown.flatMap((line) => [spanLine(look, line, outline, layout), ...(verbose ? textLines(look, line, view) : [])]),
    ...(rest > 0 ? [renderLine(look, 0, [{ text: `and ${plural(rest, 'span')} more: --verbose shows all`, tone: 'dim' }])] : []),
    '',
  ].join('\n');
};
