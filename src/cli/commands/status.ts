import type { FleetQuery } from '../../oversight/status/collect-fleet-status.ts';
import type { FleetStatus } from '../../oversight/status/fleet-status.ts';
import type { StatusLayout } from '../../views/status-facts.ts';
import type { ViewOptions } from '../../views/words.ts';
import type { Format, Leaf, Outcome, Session } from '../command.ts';
import { choiceFlag, countFlag, filterFlag, groupingWords, listFlag, sortFlag, waitFlag, windowFlag } from '../flags.ts';

interface Flags {
  readonly window: number;
  readonly by: FleetQuery['by'];
  readonly sort?: NonNullable<StatusLayout['sorting']>;
  readonly columns?: readonly string[];
  readonly filter?: FleetQuery['filter'];
  readonly top?: number;
  readonly watch?: number | true;
}

const defaultWatchMs = 10_000;

const status: Leaf = {
  formats: ['text', 'json', 'csv', 'markdown', 'prometheus'],
  arguments: [{ name: '[agent]', summary: 'only this agent' }],
  flags: [
    { flags: '-w, --window <duration>', summary: 'how far back: 15m, 1h, 24h, 7d, 30d', parse: windowFlag, fallback: '24h' },
    { flags: `--by <${groupingWords.join('|')}>`, summary: 'what a line is', parse: choiceFlag(groupingWords), fallback: 'agent' },
    { flags: '--sort <column>', summary: 'greatest first; p95:asc for the smallest first', parse: sortFlag },
    { flags: '--columns <names>', summary: 'which figures to show, in this order', parse: listFlag },
    { flags: '--filter <key=value>', summary: 'only requests or calls with it; may be given again', parse: filterFlag },
    { flags: '--top <n>', summary: 'only the first so many lines', parse: countFlag },
    { flags: '--watch [every]', summary: 'again and again; default every 10s', parse: waitFlag },
  ],
  examples: [
    ['agentops status', 'every agent over the last day'],
    ['agentops status --by model --window 7d --sort cost', 'what each model costs'],
    ['agentops status --by user --filter agent=support --top 20', 'who uses one agent'],
    ['agentops status --output prometheus', 'for a text file collector'],
  ],
  exits: [
    ['0', 'the figures were read, whatever they say; agentops health is the gate'],
    ['2', 'by what only spans tell, and there are none: mode: metrics'],
    ['3', "the cache cannot be read, or the team's journal: figures are shown all the same"],
  ],
  async run(session, [agent], given) {
    const flags = given as unknown as Flags;
    const layout = await layoutOf(flags);
    const query = await queryOf(session, agent as string | undefined, flags);
    const round = () => answer(session, query, layout, flags.top ?? null);
    if (flags.watch === undefined) return round();
    const { watchRounds } = await import('../watch-rounds.ts');
    return watchRounds(session, flags.watch === true ? defaultWatchMs : flags.watch, round);
  },
};

export default status;

const queryOf = async ({ fleet: load }: Session, agent: string | undefined, flags: Flags): Promise<FleetQuery> => {
  const filter = flags.filter ?? {};
  if (flags.filter !== undefined) {
    const { requireFilter } = await import('../require-filter.ts');
    requireFilter((await load()).fleet, filter);
  }
  if (agent === undefined) return { windowMs: flags.window, by: flags.by, filter };
  const { requireAgent } = await import('../../fleet/select.ts');
  return { windowMs: flags.window, by: flags.by, filter: { ...filter, agent: requireAgent((await load()).fleet, agent).name } };
};

const answer = async ({ ctx, fleet: load }: Session, query: FleetQuery, layout: StatusLayout, top: number | null): Promise<Outcome> => {
  const { collectFleetStatus } = await import('../../oversight/status/collect-fleet-status.ts');
  const { fleet } = await load();
  const found = await collectFleetStatus(ctx, fleet, query);
  if (query.by !== 'agent' && found.rows.length === 0) {
    const { requireSpans } = await import('../require-spans.ts');
    requireSpans(fleet, true, query.filter.agent);
  }
  const shown = top === null ? found : await firstRows(found, layout, top);
  const formats = Object.entries(looks).map(([format, load]) => [format, async (view: ViewOptions) => (await load())(shown, view, layout)]);
  return { finding: found.journalTrouble === null ? 'none' : 'no_verdict', formats: Object.fromEntries(formats), next: nextOf(found) };
};

const firstRows = async (status: FleetStatus, { sorting }: StatusLayout, top: number): Promise<FleetStatus> => {
  const { sortRows } = await import('../../views/status-facts.ts');
  const rows = sortRows(status.rows, sorting).slice(0, top);
  return { ...status, rows, leftOut: status.rows.length - rows.length };
};

/** Only the look that is wanted is loaded: this command is typed all day. */
const looks = {
  text: async () => (await import('../../views/status-text.ts')).renderStatusText,
  json: async () => (await import('../../views/status.ts')).renderStatusJson,
  csv: async () => (await import('../../views/status.ts')).renderStatusCsv,
  markdown: async () => (await import('../../views/status.ts')).renderStatusMarkdown,
  prometheus: async () => (await import('../../views/status-metrics.ts')).renderStatusMetrics,
} satisfies Partial<Record<Format, () => Promise<(status: FleetStatus, view: ViewOptions, layout: StatusLayout) => string>>>;

const nextOf = ({ rows, totals, coverage }: FleetStatus): readonly string[] => {
  const worst = rows.find(({ standing }) => standing?.state === 'red');
  return [
    ...(totals.requests === 0 && coverage.syncedUs === null ? ['agentops sync'] : []),
    ...(worst === undefined ? [] : [`agentops traces list --agent ${worst.key} --errors`, `agentops health ${worst.key} --verbose`]),
    ...(totals.unpriced > 0 ? ['agentops cost --unpriced'] : []),
  ];
};

/** Refuses names of columns that there are not. */
const layoutOf = async ({ columns, sort }: Flags): Promise<StatusLayout> => {
  if (columns === undefined && sort === undefined) return { columns: null, sorting: null };
  const { columnNames, sortNames } = await import('../../views/status-facts.ts');
  const { usageError } = await import('../../ground/errors.ts');
  const { nearest } = await import('../../ground/output/phrases.ts');
  const require = (flag: string, name: string, names: readonly string[]) => {
    if (names.includes(name)) return;
    const near = nearest(name, names);
    throw usageError({
      code: 'flag_invalid',
      message: `${flag} knows no ${JSON.stringify(name)}`,
      hint: near === null ? `there are ${names.join(', ')}` : `did you mean ${near}?`,
    });
  };
  for (const name of columns ?? []) require('--columns', name, columnNames);
  if (sort !== undefined) require('--sort', sort.column, sortNames);
  return { columns: columns ?? null, sorting: sort ?? null };
};
