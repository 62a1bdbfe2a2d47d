import type { Leaf, Session } from '../command.ts';
import { choiceFlag, countFlag, durationFlag, moneyFlag, windowFlag } from '../flags.ts';
import type { ListWish } from '../show-traces.ts';

interface Flags {
  readonly window: number;
  readonly agent?: string;
  readonly user?: string;
  readonly session?: string;
  readonly release?: string;
  readonly task?: string;
  readonly model?: string;
  readonly tool?: string;
  readonly errors?: boolean;
  readonly minCost?: number;
  readonly minTime?: number;
  readonly minSteps?: number;
  readonly sort: ListWish['order'];
  readonly limit: number;
}

const actions = ['list', 'show', 'search', 'unmatched', 'topology'] as const;
const orders = ['newest', 'cost', 'duration', 'steps'] as const;
const traces: Leaf = {
  formats: ['text', 'json', 'csv', 'markdown'],
  arguments: [
    { name: '[action]', summary: actions.join(', '), fallback: 'list' },
    { name: '[what]', summary: 'show: the id of a trace, or its beginning; search: a text' },
  ],
  flags: [
    { flags: '-w, --window <duration>', summary: 'how far back', parse: windowFlag, fallback: '24h' },
    { flags: '--agent <name>', summary: 'requests to this agent' },
    { flags: '--user <id>', summary: 'requests of this user' },
    { flags: '--session <id>', summary: 'requests of this session' },
    { flags: '--release <name>', summary: 'requests answered by this release' },
    { flags: '--task <name>', summary: 'requests of this task' },
    { flags: '--model <name>', summary: 'requests in which this model was called' },
    { flags: '--tool <name>', summary: 'requests in which this tool was called' },
    { flags: '--errors', summary: 'failed requests' },
    { flags: '--min-cost <money>', summary: 'requests that cost this much or more', parse: moneyFlag },
    { flags: '--min-time <duration>', summary: 'requests that took this long or longer', parse: durationFlag },
    { flags: '--min-steps <n>', summary: 'requests of this many steps or more', parse: countFlag },
    { flags: `--sort <${orders.join('|')}>`, summary: 'which come first', parse: choiceFlag(orders), fallback: 'newest' },
    { flags: '--limit <n>', summary: 'how many', parse: countFlag, fallback: 20 },
  ],
  examples: [
    ['agentops traces list --agent support --errors', 'the last failures of an agent'],
    ['agentops traces list --sort cost --window 7d', 'the dearest requests of a week'],
    ['agentops traces show 4f1c', 'one trace as a tree, with its critical path'],
    ['agentops traces unmatched', 'what no agent claims'],
    ['agentops traces topology', 'which agent calls which, and where failures begin'],
  ],
  exits: [
    ['2', 'no such trace; search without capture: io'],
    ['3', 'the cache cannot be read'],
  ],
  words: (before) => (before.length === 0 ? actions : []),
  async run(session, [action, what], given) {
    const flags = given as unknown as Flags;
    const show = await import('../show-traces.ts');
    const word = what as string | undefined;
    if (action === 'show') return show.showOutcome(session, word);
    if (action === 'search') return show.searchOutcome(session, await wishOf(session, flags), word);
    if (word === undefined && action === 'list') return show.listOutcome(session, await wishOf(session, flags));
    if (word === undefined && action === 'unmatched') return show.unmatchedOutcome(session, flags.window);
    if (word === undefined && action === 'topology') return show.topologyOutcome(session, flags.window);
    const { usageError } = await import('../../ground/errors.ts');
    const isKnown = actions.some((known) => known === action);
    throw usageError({
      code: 'usage',
      message: isKnown ? `${action} takes no further word` : `traces has no ${JSON.stringify(action)}`,
      hint: isKnown ? `agentops traces ${action}` : `there are ${actions.join(', ')}`,
    });
  },
};

export default traces;

const wishOf = async ({ fleet: load }: Session, flags: Flags): Promise<ListWish> => {
  const { agent, user, session, release, task, model, tool, errors, minCost, minTime, minSteps } = flags;
  if (agent !== undefined && agent !== '(unmatched)') {
    const { requireAgent } = await import('../../fleet/select.ts');
    requireAgent((await load()).fleet, agent);
  }
  const texts = Object.entries({ agent, user, session, release, task, model, tool }).filter(([, word]) => word !== undefined);
  return {
    ...(Object.fromEntries(texts) as Readonly<Record<string, string>>),
    windowMs: flags.window,
    errorsOnly: errors === true,
    minCostNanos: minCost ?? 0,
    minDurationUs: (minTime ?? 0) * 1000,
    minSteps: minSteps ?? 0,
    order: flags.sort,
    limit: flags.limit,
  };
};
