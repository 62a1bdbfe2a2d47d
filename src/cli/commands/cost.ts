import type { CostQuery } from '../../telemetry/cost/collect-cost.ts';
import type { Leaf } from '../command.ts';
import { choiceFlag, countFlag, filterFlag, groupingWords, windowFlag } from '../flags.ts';

interface Flags {
  readonly window: number;
  readonly by: CostQuery['by'];
  readonly bucket?: NonNullable<CostQuery['bucket']>;
  readonly filter?: CostQuery['filter'];
  readonly top: number;
  readonly unpriced?: boolean;
}

const groupings = groupingWords.filter((word) => word !== 'score');
const buckets = ['hour', 'day', 'week'] as const;

const cost: Leaf = {
  formats: ['text', 'json', 'csv', 'markdown'],
  flags: [
    { flags: '-w, --window <duration>', summary: 'how far back', parse: windowFlag, fallback: '7d' },
    { flags: `--by <${groupings.join('|')}>`, summary: 'who spent it', parse: choiceFlag(groupings), fallback: 'agent' },
    { flags: `--bucket <${buckets.join('|')}>`, summary: 'a line for each; week begins on Monday, UTC', parse: choiceFlag(buckets) },
    { flags: '--filter <key=value>', summary: 'only what has it; may be given again', parse: filterFlag },
    { flags: '--top <n>', summary: 'how many spenders are listed', parse: countFlag, fallback: 20 },
    { flags: '--unpriced', summary: 'models of which calls have no known cost' },
  ],
  examples: [
    ['agentops cost', 'the last week by agent, the month, and its forecast'],
    ['agentops cost --by model --window 30d', 'what each model costs'],
    ['agentops cost --by user --filter agent=support --top 5', 'the top spenders of an agent'],
    ['agentops cost --bucket day --output csv > cost.csv', 'for a spreadsheet'],
    ['agentops cost --unpriced', 'what the sums do not hold'],
  ],
  async run({ ctx, fleet: load }, _arguments, given) {
    const flags = given as unknown as Flags;
    const { fleet } = await load();
    const filter = flags.filter ?? {};
    const { requireFilter } = await import('../require-filter.ts');
    requireFilter(fleet, filter);
    const [{ collectCost, collectUnpriced }, { costFormats }, { unpricedFormats }] = await Promise.all([
      import('../../telemetry/cost/collect-cost.ts'),
      import('../../views/cost.ts'),
      import('../../views/unpriced.ts'),
    ]);
    if (flags.unpriced === true) {
      const report = await collectUnpriced(ctx, fleet, { windowMs: flags.window, filter });
      const { requireSpans } = await import('../require-spans.ts');
      requireSpans(fleet, report.models.length === 0, filter.agent);
      const entries = Object.entries(unpricedFormats).map(([format, render]) => [format, (view: never) => render(report, view)]);
      return { finding: 'none', formats: Object.fromEntries(entries) };
    }
    const report = await collectCost(ctx, fleet, { windowMs: flags.window, by: flags.by, bucket: flags.bucket ?? null, filter });
    const layout = { top: flags.top, perBucket: flags.bucket !== undefined };
    const entries = Object.entries(costFormats).map(([format, render]) => [format, (view: never) => render(report, view, layout)]);
    return {
      finding: 'none',
      formats: Object.fromEntries(entries),
      next: report.rows.length === 0 && report.coverage.syncedUs === null ? ['agentops sync'] : [],
    };
  },
};

export default cost;
