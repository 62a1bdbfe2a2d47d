import { protocols } from '../agents/protocols/registry.ts';
import type { Fleet } from '../fleet/agent.ts';
import { requireSecrets } from '../fleet/require-secrets.ts';
import { type Selected, type Selection, selectAgents } from '../fleet/select.ts';
import { usageError } from '../ground/errors.ts';
import { dig } from '../ground/json.ts';
import { keepHeapSmall, letHeapGrow } from '../ground/runtime/heap.ts';
import { proxiesOf } from '../ground/runtime/proxies.ts';
import { collectOpenAlerts } from '../oversight/status/collect-open-alerts.ts';
import { collectHealth } from '../oversight/status/collect-status.ts';
import type { HealthReport } from '../oversight/status/health-report.ts';
import { counts } from '../oversight/status/suppression.ts';
import { askedJudges } from '../quality/expect/judges/choice.ts';
import type { Expectation } from '../quality/expect/port.ts';
import { loadKinds } from '../quality/health/load-kinds.ts';
import type { CheckResult } from '../quality/health/result.ts';
import { type RunEvent, runChecks } from '../quality/health/run-checks.ts';
import { healthFormats, nagiosStatusOf } from '../views/health.ts';
import { renderProgress } from '../views/progress.ts';
import type { Outcome, Session } from './command.ts';
import type { Finding } from './exit-codes.ts';
import { allowanceOf } from './session.ts';

export interface CheckOptions {
  /** False: nothing is kept, and nothing that needs history is known. */
  readonly store: boolean;
  /** Only checks whose time has come; `fail_after` and `recover_after` apply. */
  readonly due: boolean;
  /** States that are a finding beside red. */
  readonly failOn: readonly string[];
  /** Milliseconds for one turn; null: as the manifest says. */
  readonly timeoutMs: number | null;
  readonly concurrency: { readonly total: number; readonly perHost: number };
}

/** What `agentops health` does when nothing else is said. */
export const defaultCheckOptions: CheckOptions = {
  store: true,
  due: false,
  failOn: [],
  timeoutMs: null,
  concurrency: { total: 16, perHost: 8 },
};

/** So many leave no heap that would be worth the time of keeping it small. */
const fewChecks = 2000;

/** Runs the selected checks of the session's fleet, showing how far it is, and judges the agents. */
export const checkFleet = async (
  { ctx, fleet: load, terminal, cwd, flags }: Pick<Session, 'ctx' | 'fleet' | 'terminal' | 'cwd' | 'flags'>,
  selection: Selection,
  options: CheckOptions,
): Promise<{ readonly report: HealthReport; readonly outcome: Outcome }> => {
  keepHeapSmall();
  const { fleet } = await load();
  const selected = selectAgents(fleet, selection);
  if (selected.reduce((sum, { checks }) => sum + checks.length, 0) <= fewChecks) letHeapGrow();
  if (selected.length === 0) {
    const { shard } = selection;
    throw usageError({
      code: 'nothing_selected',
      message: shard === null ? 'no agent is selected' : `no check is left for shard ${shard.index}/${shard.of}`,
      hint:
        shard === null
          ? 'agentops validate --verbose lists the agents of the fleet'
          : 'cut into fewer shards: each takes one check at least',
    });
  }
  const startedAt = ctx.clock.monotonic();
  const progress = await terminal.startProgress();
  let failed = 0;
  const results = await askAgents({ ctx, cwd, flags }, fleet, selected, options, (event) => {
    if (event.kind === 'planned') return;
    const { result, done, checks } = event;
    if (result.status === 'fail' || result.status === 'error') failed += 1;
    progress.update(() =>
      renderProgress(progress.look, { done, total: checks, failed, agent: result.agent, check: result.check, status: result.status }),
    );
  }).finally(() => progress.stop());
  const report = await collectHealth(ctx, fleet, {
    selected,
    results,
    journal: options.store ? await ctx.journal() : null,
    mode: options.due ? 'slots' : 'run',
    tookMs: ctx.clock.monotonic() - startedAt,
    // Who names checks wants those alone judged.
    alerts: options.store && selection.checks.length === 0 ? await collectOpenAlerts(await ctx.journal(), fleet, ctx.clock.now()) : null,
  });
  return { report, outcome: outcomeOf(report, options.failOn) };
};

/** Asks the selected checks, with the judges that they name. */
export const askAgents = async (
  { ctx, cwd, flags }: Pick<Session, 'ctx' | 'cwd' | 'flags'>,
  fleet: Fleet,
  selected: readonly Selected[],
  options: CheckOptions,
  on: (event: RunEvent) => void,
): Promise<readonly CheckResult[]> => {
  const asked = askedJudges(fleet.judges, expectationsOf(selected));
  if (!options.due) requireSecrets(ctx, selected, cwd, asked);
  // A proxy that cannot be used would make every agent unknown, and is no fault of theirs.
  if (selected.some(({ agent }) => dig(agent.endpoint?.config, 'url') !== undefined)) proxiesOf(ctx.env);
  const journal = options.store ? await ctx.journal() : null;
  const judges =
    asked.length === 0 && !asksSuites(selected)
      ? {}
      : await (await import('../quality/expect/judges/open-judges.ts')).openJudges(ctx, fleet, {
          protocols,
          journal,
          cache: options.store ? await ctx.cache() : null,
        });
  await loadKinds(selected, protocols);
  return runChecks(ctx, fleet, selected, { ...options, protocols, journal, judges, allowance: allowanceOf(flags) }, on);
};

/** Everything that the selected checks expect. */
/** What the cases of a suite expect is not known before they are drawn. */
const asksSuites = (selected: readonly Selected[]): boolean => selected.some(({ checks }) => checks.some(({ suite }) => suite !== null));

const expectationsOf = (selected: readonly Selected[]): readonly Expectation[] =>
  selected.flatMap(({ checks }) =>
    checks.flatMap(({ expect, turns }) => [...expect, ...turns.flatMap((turn) => turn.expect)].map(({ config }) => config as Expectation)),
  );

const outcomeOf = (report: HealthReport, failOn: readonly string[]): Outcome => ({
  finding: findingOf(report, failOn),
  formats: Object.fromEntries(Object.entries(healthFormats).map(([format, render]) => [format, (view) => render(report, view)])),
  exits: { nagios: nagiosStatusOf(report) },
  next: nextOf(report),
});

/** Any agent that counts decides; a red one before an unknown one. Where none counts nothing was judged. */
const findingOf = ({ agents }: HealthReport, failOn: readonly string[]): Finding => {
  const counted = agents.filter(counts).map(({ state }) => state);
  if (counted.some((state) => state === 'red' || failOn.includes(state))) return 'found';
  return counted.length === 0 || counted.includes('unknown') ? 'no_verdict' : 'none';
};

/** What to look at: the most critical of the worst that decide something. */
export const nextOf = ({ agents }: Pick<HealthReport, 'agents'>): readonly string[] => {
  const deciding = agents.filter(counts).toSorted((a, b) => a.tier - b.tier);
  const worst = deciding.find(({ state }) => state === 'red') ?? deciding.find(({ state }) => state !== 'green');
  return worst === undefined ? [] : [`agentops health ${worst.agent} --verbose`, `agentops history ${worst.agent}`];
};
