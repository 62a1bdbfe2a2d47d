import type { Selection } from '../../fleet/select.ts';
import type { HealthReport } from '../../oversight/status/health-report.ts';
import { countFlag, durationFlag, helpEnd, type Leaf, listFlag, type Outcome, type Session, shardFlag } from '../command.ts';
import type { Finding } from '../exit-codes.ts';

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
  configure: (command) =>
    command
      .argument('[agents...]', 'agents to check; all by default')
      .option('--tag <tags>', 'only agents with one of these tags', listFlag)
      .option('--tier <tiers>', 'only agents of these tiers: 1, 2, 3', listFlag)
      .option('--env <names>', 'only agents of these environments', listFlag)
      .option('--check <ids>', 'only these checks; judges them alone', listFlag)
      .option('--due', 'only checks whose time has come; fail_after and recover_after apply (for cron)')
      .option('--fail-on <states>', 'also exit 1 for these states: yellow, unknown', listFlag)
      .option('--no-store', 'keep no results and use no history')
      .option('--watch [every]', 'check again and again; default every 60s', durationFlag)
      .option('--shard <i/n>', 'only one of n parts of the checks, for parallel jobs', shardFlag)
      .option('--timeout <duration>', 'how long one turn may take, whatever the manifest says', durationFlag)
      .option('--concurrency <n>', 'checks at the same time', countFlag, 16)
      .option('--per-host <n>', 'checks of one host at the same time', countFlag, 8)
      .addHelpText(
        'after',
        helpEnd(
          [
            ['agentops health', 'the whole fleet'],
            ['agentops health support --verbose', 'one agent, every check and assertion'],
            ['agentops health --tier 1 --output junit > health.xml', 'a gate in CI'],
            ['agentops health --due --quiet', 'one line of cron'],
          ],
          [
            ['0', 'all green, or yellow (see --fail-on)'],
            ['1', 'a red agent'],
            ['2', 'wrong usage, an invalid manifest, nothing selected; nothing was sent'],
            ['3', 'an agent is unknown: the checker could not see'],
          ],
        ),
      ),
  async run(session, [names], given) {
    const flags = given as unknown as Flags;
    const selection = await selectionOf(names as readonly string[], flags);
    for (;;) {
      const outcome = await checkOnce(session, selection, flags);
      if (flags.watch === undefined || session.ctx.signal.aborted) return outcome;
      await session.show(outcome);
      const wait = flags.watch === true ? defaultWatchMs : flags.watch;
      await session.ctx.clock.sleep(wait, session.ctx.signal).catch(() => undefined);
      if (session.ctx.signal.aborted) return { ...outcome, formats: {} };
    }
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

const checkOnce = async ({ ctx, fleet: load, terminal }: Session, selection: Selection, flags: Flags): Promise<Outcome> => {
  const { fleet } = await load();
  const [
    { selectAgents },
    { requireSecrets },
    { runChecks },
    { collectHealth },
    { healthFormats, nagiosStatusOf },
    { renderProgress },
    { protocols },
  ] = await Promise.all([
    import('../../fleet/select.ts'),
    import('../../fleet/require-secrets.ts'),
    import('../../quality/health/run-checks.ts'),
    import('../../oversight/status/collect-status.ts'),
    import('../../views/health.ts'),
    import('../../views/progress.ts'),
    import('../../agents/protocols/registry.ts'),
  ]);
  const selected = selectAgents(fleet, selection);
  if (selected.length === 0) {
    const { usageError } = await import('../../ground/errors.ts');
    throw usageError({
      code: 'nothing_selected',
      message: 'no agent is selected',
      hint: 'agentops validate lists the agents of the fleet',
    });
  }
  if (flags.due !== true) requireSecrets(ctx, selected);
  const journal = flags.store ? await ctx.journal() : null;
  const startedAt = ctx.clock.monotonic();
  const progress = await terminal.startProgress();
  const options = {
    protocols,
    journal,
    due: flags.due === true,
    timeoutMs: flags.timeout ?? null,
    concurrency: { total: flags.concurrency, perHost: flags.perHost },
  };
  let failed = 0;
  const results = await runChecks(ctx, fleet, selected, options, (event) => {
    if (event.kind === 'planned') return;
    const { result, done, checks } = event;
    if (result.status === 'fail' || result.status === 'error') failed += 1;
    progress.update(
      renderProgress(progress.look, { done, total: checks, failed, agent: result.agent, check: result.check, status: result.status }),
    );
  }).finally(() => progress.stop());
  const report = await collectHealth(ctx, fleet, {
    selected,
    results,
    journal,
    mode: flags.due === true ? 'slots' : 'run',
    tookMs: ctx.clock.monotonic() - startedAt,
  });
  return {
    finding: findingOf(report, flags.failOn ?? []),
    formats: Object.fromEntries(Object.entries(healthFormats).map(([format, render]) => [format, (view) => render(report, view)])),
    exits: { nagios: nagiosStatusOf(report) },
    next: nextOf(report),
  };
};

/** Any agent that counts decides; a red one before an unknown one. */
const findingOf = ({ agents }: HealthReport, failOn: readonly string[]): Finding => {
  const counted = agents.filter(({ suppressedBy, inMaintenance }) => suppressedBy === null && !inMaintenance).map(({ state }) => state);
  if (counted.some((state) => state === 'red' || failOn.includes(state))) return 'found';
  return counted.includes('unknown') ? 'no_verdict' : 'none';
};

const nextOf = ({ agents }: HealthReport): readonly string[] => {
  const worst = agents.find(({ state }) => state === 'red') ?? agents.find(({ state }) => state !== 'green');
  return worst === undefined ? [] : [`agentops health ${worst.agent} --verbose`, `agentops history ${worst.agent}`];
};
