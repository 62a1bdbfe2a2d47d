import type { Selection } from '../../fleet/select.ts';
import type { Leaf } from '../command.ts';
import { countFlag, listFlag, shardFlag, waitFlag } from '../flags.ts';

interface Flags {
  readonly tag?: readonly string[];
  readonly tier?: readonly string[];
  readonly env?: readonly string[];
  readonly check?: readonly string[];
  readonly due?: boolean;
  readonly failOn?: readonly string[];
  readonly store: boolean;
  readonly watch?: number | true;
  readonly shard?: { index: number; of: number };
  readonly timeout?: number;
  readonly concurrency: number;
  readonly perHost: number;
}

const defaultWatchMs = 60_000;

const health: Leaf = {
  formats: ['text', 'json', 'junit', 'github', 'markdown', 'nagios', 'prometheus'],
  arguments: [{ name: '[agents...]', summary: 'agents to check; all by default' }],
  flags: [
    { flags: '--tag <tags>', summary: 'only agents with one of these tags', parse: listFlag },
    { flags: '--tier <tiers>', summary: 'only agents of these tiers: 1, 2, 3', parse: listFlag },
    { flags: '--env <names>', summary: 'only agents of these environments', parse: listFlag },
    { flags: '--check <ids>', summary: 'only these checks; judges them alone', parse: listFlag },
    { flags: '--due', summary: 'only checks whose time has come; fail_after and recover_after apply (for cron)' },
    { flags: '--fail-on <states>', summary: 'also exit 1 for these states: yellow, unknown', parse: listFlag },
    { flags: '--no-store', summary: 'keep no results and use no history' },
    { flags: '--watch [every]', summary: 'check again and again; default every 60s', parse: waitFlag },
    { flags: '--shard <i/n>', summary: 'only one of n parts of the checks, for parallel jobs', parse: shardFlag },
    { flags: '--timeout <duration>', summary: 'how long one turn may take, whatever the manifest says', parse: waitFlag },
    { flags: '--concurrency <n>', summary: 'checks at the same time', parse: countFlag, fallback: 16 },
    { flags: '--per-host <n>', summary: 'checks of one host at the same time', parse: countFlag, fallback: 8 },
  ],
  examples: [
    ['agentops health', 'the whole fleet'],
    ['agentops health support --verbose', 'one agent, every check and assertion'],
    ['agentops health --tier 1 --output junit=health.xml', 'a gate in CI, and its report'],
    ['agentops health --due --quiet', 'one line of cron'],
  ],
  exits: [
    ['0', 'all green, or yellow (see --fail-on)'],
    ['1', 'a red agent'],
    ['2', 'wrong usage, an invalid manifest, nothing selected; nothing was sent'],
    ['3', 'an agent is unknown: the checker could not see'],
  ],
  async run(session, [names], given) {
    const flags = given as unknown as Flags;
    const selection = await selectionOf(names as readonly string[], flags);
    const options = {
      store: flags.store,
      due: flags.due === true,
      failOn: flags.failOn ?? [],
      timeoutMs: flags.timeout ?? null,
      concurrency: { total: flags.concurrency, perHost: flags.perHost },
    };
    const { checkFleet } = await import('../check-fleet.ts');
    const round = async () => (await checkFleet(session, selection, options)).outcome;
    if (flags.watch === undefined) return round();
    const { watchRounds } = await import('../watch-rounds.ts');
    return watchRounds(session, flags.watch === true ? defaultWatchMs : flags.watch, round);
  },
};

export default health;

const selectionOf = async (agents: readonly string[], flags: Flags): Promise<Selection> => {
  const { usageError } = await import('../../ground/errors.ts');
  const refuse = (flag: string, value: string, valid: string) =>
    usageError({ code: 'flag_invalid', message: `${flag} ${value} is not known`, hint: `it takes ${valid}` });
  for (const tier of flags.tier ?? []) if (!/^[123]$/.test(tier)) throw refuse('--tier', tier, '1, 2 or 3');
  for (const state of flags.failOn ?? [])
    if (!['red', 'yellow', 'unknown'].includes(state)) throw refuse('--fail-on', state, 'yellow, unknown');
  if (flags.due === true && !flags.store) {
    throw usageError({
      code: 'flags_conflict',
      message: '--due needs the store, and --no-store does without',
      hint: 'leave one of the two out',
    });
  }
  return {
    agents,
    tags: flags.tag ?? [],
    tiers: (flags.tier ?? []).map(Number),
    envs: flags.env ?? [],
    checks: flags.check ?? [],
    shard: flags.shard ?? null,
  };
};
