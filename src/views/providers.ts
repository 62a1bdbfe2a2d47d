import type { Dependent } from '../agents/providers/dependents.ts';
import type { ProviderProbe } from '../agents/providers/provider-probe.ts';
import { allowances, type RateLimits } from '../agents/providers/rate-limits.ts';
import type { Interval } from '../ground/math/intervals.ts';
import { isoTime, jsonDocument } from '../ground/output/json.ts';
import { renderParagraph } from '../ground/output/line.ts';
import type { Cell } from '../ground/output/look.ts';
import { ago, plural } from '../ground/output/phrases.ts';
import { type Column, renderTable } from '../ground/output/table.ts';
import { formatShare, grouped, toUsd } from '../ground/units/amount.ts';
import { humanDuration } from '../ground/units/duration.ts';
import type { CallFigures, Quantile } from '../oversight/providers/call-figures.ts';
import type { ProviderReport, ProviderRow } from '../oversight/providers/provider-report.ts';
import type { ProviderState } from '../oversight/providers/standing.ts';
import { countOf, latencyOf } from './figures.ts';
import { joined, missing, type Sign, stateSigns, symbolOf, type ViewOptions } from './words.ts';

/** The answer of `agentops providers status`. */
export interface ProvidersAnswer {
  readonly fleet: string;
  readonly generatedAt: number;
  readonly report: ProviderReport;
}

const signs: Readonly<Record<ProviderState, Sign>> = {
  up: stateSigns.green,
  degraded: stateSigns.yellow,
  out: stateSigns.red,
  unknown: stateSigns.unknown,
};

const columns: readonly Column[] = [
  { title: 'STATE' },
  { title: 'PROVIDER', flexible: true, minWidth: 14 },
  { title: 'CALLS', align: 'right' },
  { title: 'FAILED', align: 'right' },
  { title: '429', align: 'right' },
  { title: 'CUT', align: 'right', optional: true },
  { title: 'P50', align: 'right', optional: true },
  { title: 'P95', align: 'right' },
  { title: 'TTFT P95', align: 'right', optional: true },
];

const within = (interval: Interval | null, write: (value: number) => string): string =>
  interval === null ? '' : ` (${write(interval.low)} to ${write(interval.high)})`;

const shareOf = (hits: number, n: number, interval: Interval | null): string =>
  n === 0 ? missing : `${formatShare(hits / n)}${within(interval, formatShare)}`;

const figureCells = ({ n, bad, badShare, limited, stopTold, cut, p50, p95, ttftP95 }: CallFigures): readonly Cell[] => [
  { text: countOf(n) },
  { text: shareOf(bad, n, badShare) },
  { text: n === 0 ? missing : grouped(limited) },
  { text: stopTold === 0 ? missing : formatShare(cut / stopTold) },
  { text: latencyOf(p50.value) },
  { text: latencyOf(p95.value) },
  { text: latencyOf(ttftP95.value) },
];

const allowanceWords = (limits: RateLimits): readonly string[] =>
  allowances.flatMap((name) => {
    const { limit = null, remaining = null, resetMs = null } = limits[name] ?? {};
    if (remaining === null) return [];
    const of = limit === null ? '' : ` of ${grouped(limit)}`;
    const whole = resetMs === null ? '' : `, whole again in ${humanDuration(resetMs)}`;
    return [`${grouped(remaining)}${of} ${name.replace('_', ' ')} left${whole}`];
  });

const probeWords = (probe: ProviderProbe, now: number): string =>
  [
    `last probe ${ago(probe.at, now)}: ${probe.outcome === 'ok' ? 'answered' : probe.outcome.replace('_', ' ')} in ${humanDuration(probe.latencyMs)}`,
    ...(probe.cause === null ? [] : [probe.cause]),
    ...allowanceWords(probe.limits),
  ].join('; ');

const dependentWords = ({ agent, dependence, share, next }: Dependent): string => {
  const how = {
    calls: share === null ? 'calls it' : `${formatShare(share)} of its calls`,
    first: 'first of its chain',
    fallback: 'falls back on it',
  }[dependence];
  return `${agent} (${how}${dependence === 'fallback' ? '' : `, next ${next ?? 'nowhere'}`})`;
};

/** What latencies rest on, for whoever wants to know. */
const latencyWords = ({ timed, p50, p95, ttftTimed, ttftP50, ttftP95, stopTold, cut, cutShare }: CallFigures): readonly string[] => {
  const written = (word: string, { value, interval }: Quantile) => `${word} ${latencyOf(value)}${within(interval, latencyOf)}`;
  return [
    ...(stopTold === 0
      ? []
      : [`cut at a limit of tokens: ${grouped(cut)} of ${plural(stopTold, 'answer')}${within(cutShare, formatShare)}`]),
    ...(timed === 0 ? [] : [`answers of ${plural(timed, 'call')}: ${written('p50', p50)}, ${written('p95', p95)}`]),
    ...(ttftTimed === 0 ? [] : [`first tokens of ${plural(ttftTimed, 'call')}: ${written('p50', ttftP50)}, ${written('p95', ttftP95)}`]),
  ];
};

const detailLines = (row: ProviderRow, { look, verbose }: ViewOptions, now: number): readonly string[] => {
  const paragraph = (text: string, tone?: 'dim') =>
    renderParagraph(look, { indent: 4, hang: 2, maxLines: 4 }, [tone === undefined ? { text } : { text, tone }]);
  const needed = row.dependents.filter(({ dependence }) => dependence !== 'fallback');
  const spare = row.dependents.filter(({ dependence }) => dependence === 'fallback');
  return [
    ...row.reasons.flatMap((reason) => paragraph(reason)),
    ...(verbose ? latencyWords(row.figures).flatMap((words) => paragraph(words, 'dim')) : []),
    ...(needed.length === 0 ? [] : paragraph(`needed by ${needed.map(dependentWords).join(', ')}`)),
    ...(spare.length === 0 ? [] : paragraph(`spare of ${spare.map(({ agent }) => agent).join(', ')}`, 'dim')),
    ...(row.probe === null
      ? row.isDeclared
        ? paragraph('never probed: agentops providers drill', 'dim')
        : paragraph('not in providers: of the manifest, so that nothing can probe it', 'dim')
      : paragraph(probeWords(row.probe, now), 'dim')),
  ];
};

const renderText = ({ fleet, generatedAt, report }: ProvidersAnswer, options: ViewOptions): string => {
  const { look } = options;
  const { providers, from, to, syncedAt, unnamed } = report;
  const facts = [
    `the last ${humanDuration(to - from)}`,
    syncedAt === null ? 'no traces were read' : `traces up to ${ago(syncedAt, generatedAt)}`,
    ...(unnamed > 0 ? [`${plural(unnamed, 'call')} without a provider`] : []),
  ];
  const head = renderParagraph(look, { indent: 0, hang: 2, maxLines: 3 }, [
    { text: fleet, tone: 'strong' },
    { text: joined(look, ['', ...facts]), tone: 'dim' },
  ]);
  if (providers.length === 0) return [...head, '', 'no provider is in the manifest, and no call of one was seen', ''].join('\n');
  const lines = providers.flatMap((row) => {
    const sign = signs[row.state];
    const whole: readonly Cell[] = [
      { text: `${symbolOf(look, sign)} ${row.state}`, tone: sign.tone },
      { text: row.provider, tone: 'strong' },
      ...figureCells(row.figures),
    ];
    const models = row.models.map(({ model, figures }): readonly Cell[] => [
      { text: '' },
      { text: `  ${model}`, tone: 'dim' },
      ...figureCells(figures),
    ]);
    return [{ row, cells: [whole, ...models] }];
  });
  const table = renderTable(
    look,
    columns,
    lines.flatMap(({ cells }) => cells),
  );
  let at = 0;
  const body = lines.flatMap(({ row, cells }) => {
    const own = table.rows.slice(at, at + cells.length);
    at += cells.length;
    return [...own, ...detailLines(row, options, generatedAt)];
  });
  return [...head, '', table.head, ...body, ''].join('\n');
};

const ms = (us: number | null): number | null => (us === null ? null : Math.round(us) / 1000);
const quantileJson = ({ value, interval }: Quantile) => ({
  value_ms: ms(value),
  low_ms: ms(interval?.low ?? null),
  high_ms: ms(interval?.high ?? null),
});

const figuresJson = (figures: CallFigures) => ({
  requests: figures.n,
  errors: figures.bad,
  error_rate: figures.n === 0 ? null : figures.bad / figures.n,
  error_rate_ci: figures.badShare === null ? null : [figures.badShare.low, figures.badShare.high],
  rate_limited: figures.limited,
  rate_limited_ci: figures.limitedShare === null ? null : [figures.limitedShare.low, figures.limitedShare.high],
  timeouts: figures.timedOut,
  stop_told_n: figures.stopTold,
  truncated: figures.cut,
  truncated_share: figures.stopTold === 0 ? null : figures.cut / figures.stopTold,
  truncated_ci: figures.cutShare === null ? null : [figures.cutShare.low, figures.cutShare.high],
  latency_n: figures.timed,
  latency_p50: quantileJson(figures.p50),
  latency_p95: quantileJson(figures.p95),
  ttft_n: figures.ttftTimed,
  ttft_p50: quantileJson(figures.ttftP50),
  ttft_p95: quantileJson(figures.ttftP95),
});

const rounded = (time: number | null): number | null => (time === null ? null : Math.round(time * 1000) / 1000);

/** What a probe came to, as documents tell it. */
export const probeJson = (probe: ProviderProbe) => ({
  at: isoTime(probe.at),
  model: probe.model,
  outcome: probe.outcome,
  cause: probe.cause,
  detail: probe.detail,
  http_status: probe.httpStatus,
  latency_ms: rounded(probe.latencyMs),
  ttft_ms: rounded(probe.ttftMs),
  cost_usd: probe.costNanos === null ? null : toUsd(probe.costNanos),
  cost_source: probe.costSource,
  answered_by: probe.answeredBy,
  host: probe.answerer?.host ?? null,
  vendor: probe.answerer?.vendor ?? null,
  gateway: probe.answerer?.gateway ?? null,
  retry_after_ms: probe.retryAfterMs,
  rate_limits: Object.fromEntries(
    allowances.flatMap((name) => {
      const told = probe.limits[name];
      return told === undefined ? [] : [[name, { limit: told.limit, remaining: told.remaining, reset_ms: told.resetMs }]];
    }),
  ),
  trace_id: probe.traceId,
});

/** Every format of `agentops providers status`. */
export const providersFormats = (answer: ProvidersAnswer) => ({
  text: (options: ViewOptions) => renderText(answer, options),
  json: () => {
    const { fleet, generatedAt, report } = answer;
    return jsonDocument(fleet, generatedAt, {
      window: { from: isoTime(report.from), to: isoTime(report.to) },
      synced_at: report.syncedAt === null ? null : isoTime(report.syncedAt),
      unnamed_calls: report.unnamed,
      providers: report.providers.map(({ provider, isDeclared, state, reasons, figures, models, dependents, probe }) => ({
        provider,
        declared: isDeclared,
        state,
        reasons,
        ...figuresJson(figures),
        models: models.map(({ model, figures: of }) => ({ model, ...figuresJson(of) })),
        agents: dependents.map(({ agent, dependence, share, next }) => ({ agent, dependence, share, next })),
        last_probe: probe === null ? null : probeJson(probe),
      })),
    });
  },
});
