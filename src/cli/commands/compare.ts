import type { Leaf } from '../command.ts';
import { choiceFlag, filterFlag, windowFlag } from '../flags.ts';
import type { SideWish } from '../read-sides.ts';

interface Flags {
  readonly by?: string;
  readonly agent?: string;
  readonly window: number;
  readonly filter?: SideWish['filter'];
}

const keys = ['release', 'model', 'prompt-version', 'agent', 'provider', 'env', 'user', 'task', 'tool'] as const;

const compare: Leaf = {
  formats: ['text', 'json', 'csv', 'markdown'],
  arguments: [
    { name: '<a>', summary: 'a window (14d..7d), a fact (release=v1), or a name' },
    { name: '<b>', summary: 'what is held against it' },
  ],
  flags: [
    { flags: `--by <${keys.join('|')}>`, summary: 'what the names are; default: agents, else releases', parse: choiceFlag(keys) },
    { flags: '--agent <name>', summary: 'only requests to this agent' },
    { flags: '-w, --window <duration>', summary: 'how far back, unless windows are compared', parse: windowFlag, fallback: '7d' },
    { flags: '--filter <key=value>', summary: 'only requests or calls with it; may be given again', parse: filterFlag },
  ],
  examples: [
    ['agentops compare v1 v2 --agent support', 'two releases of an agent'],
    ['agentops compare 14d..7d 7d..now', 'this week and the week before'],
    ['agentops compare gpt-4o gpt-4o-mini --by model', 'two models, call by call'],
    ['agentops compare system@3 system@4 --by prompt-version', 'two versions of a prompt'],
  ],
  exits: [
    ['2', 'single requests are not known of one side: mode: metrics'],
    ['3', 'nothing was seen of one side'],
  ],
  async run({ ctx, fleet: load }, [a, b], given) {
    const { by = null, agent, window, filter = {} } = given as unknown as Flags;
    const { fleet } = await load();
    const [{ readSides }, { collectComparison }, { compareFormats }, { requireAgent }, { requireSpans }] = await Promise.all([
      import('../read-sides.ts'),
      import('../../telemetry/stats/collect-comparison.ts'),
      import('../../views/compare.ts'),
      import('../../fleet/select.ts'),
      import('../require-spans.ts'),
    ]);
    const { requireFilter } = await import('../require-filter.ts');
    requireFilter(fleet, filter);
    const wanted = agent === undefined ? filter : { ...filter, agent: requireAgent(fleet, agent).name };
    const sides = readSides(fleet, [String(a), String(b)], { by, filter: wanted, windowMs: window }, ctx.clock.now());
    const found = await collectComparison(ctx, fleet, ...sides);
    for (const { n, filter: seen } of [found.a, found.b]) requireSpans(fleet, n === 0, seen.agent);
    const entries = Object.entries(compareFormats).map(([format, render]) => [format, (view: never) => render(found, view)]);
    return { finding: found.a.n === 0 || found.b.n === 0 ? 'no_verdict' : 'none', formats: Object.fromEntries(entries) };
  },
};

export default compare;
