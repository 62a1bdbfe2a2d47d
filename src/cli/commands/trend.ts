import type { TrendQuery } from '../../telemetry/stats/collect-trend.ts';
import type { Leaf } from '../command.ts';
import { choiceFlag, filterFlag, windowFlag } from '../flags.ts';

interface Flags {
  readonly window: number;
  readonly agent?: string;
  readonly bucket?: NonNullable<TrendQuery['split']>;
  readonly filter?: TrendQuery['filter'];
}

const buckets = ['quarter', 'hour', 'day', 'week'] as const;
const metrics = ['cost', 'requests', 'error-rate', 'p95', 'per-request', 'quality', 'steps-max', 'ttft', 'output'] as const;

const trend: Leaf = {
  formats: ['text', 'json', 'csv', 'markdown'],
  arguments: [{ name: '[metric]', summary: `${metrics.join(', ')} and the other columns of status`, fallback: 'cost' }],
  flags: [
    { flags: '-w, --window <duration>', summary: 'how far back', parse: windowFlag, fallback: '7d' },
    { flags: '--agent <name>', summary: 'of this agent; default: the fleet' },
    { flags: `--bucket <${buckets.join('|')}>`, summary: 'the width of a column, UTC', parse: choiceFlag(buckets) },
    { flags: '--filter <key=value>', summary: 'only requests or calls with it; may be given again', parse: filterFlag },
  ],
  examples: [
    ['agentops trend cost', 'what the fleet cost, hour by hour for a week'],
    ['agentops trend p95 --agent support --window 24h', 'the latency of one agent'],
    ['agentops trend per-request --agent support --window 30d', 'did a release make it dearer?'],
  ],
  words: (before) => (before.length === 0 ? metrics : []),
  async run({ ctx, fleet: load }, [name], given) {
    const { window, agent, bucket, filter = {} } = given as unknown as Flags;
    const { fleet } = await load();
    const [{ collectTrend }, { trendFormats }, { figureNamed, sortNames }, { requireAgent }, { requireSpans }] = await Promise.all([
      import('../../telemetry/stats/collect-trend.ts'),
      import('../../views/trend.ts'),
      import('../../views/status-facts.ts'),
      import('../../fleet/select.ts'),
      import('../require-spans.ts'),
    ]);
    const metric = figureNamed(String(name));
    if (metric === null || metric.name === 'baseline') {
      const { usageError } = await import('../../ground/errors.ts');
      const names = sortNames.filter((each) => !['state', 'key', 'baseline'].includes(each));
      throw usageError({
        code: 'metric_unknown',
        message: `there is no trend of ${JSON.stringify(name)}`,
        hint: `there are ${names.join(', ')}`,
      });
    }
    const { requireFilter } = await import('../require-filter.ts');
    requireFilter(fleet, filter);
    const wanted = agent === undefined ? filter : { ...filter, agent: requireAgent(fleet, agent).name };
    const found = await collectTrend(ctx, fleet, { windowMs: window, split: bucket ?? null, filter: wanted });
    requireSpans(fleet, metric.value(found.whole) === null, agent);
    const { incidentsBetween } = await import('../../response/incidents/incidents.journal.ts');
    const { fromUs, toUs } = found.window;
    const incidents = await incidentsBetween(await ctx.journal(), { from: fromUs / 1000, to: toUs / 1000, agent: wanted.agent ?? null });
    const entries = Object.entries(trendFormats).map(([format, render]) => [
      format,
      (view: never) => render({ trend: found, metric, incidents }, view),
    ]);
    return { finding: 'none', formats: Object.fromEntries(entries) };
  },
};

export default trend;
