import { openControl } from '../../controls/actions/open-control.ts';
import type { Fleet } from '../../fleet/agent.ts';
import { dig } from '../../ground/json.ts';
import type { Context } from '../../ground/runtime/context.ts';
import type { Cache } from '../../ground/store/port.ts';
import type { Alert } from '../../oversight/alerts/alert.ts';
import { readOpenAlerts } from '../../oversight/alerts/alerts.journal.ts';
import { evaluateAlerts } from '../../oversight/alerts/evaluate-alerts.ts';
import { readWatchedQueues, type WatchedQueues, watchedOf } from '../../oversight/alerts/read-watched-queues.ts';
import { rulesOf } from '../../oversight/alerts/rules.ts';
import { sendOutbox } from '../../oversight/notify/send-outbox.ts';
import { rebuildRollups } from '../../telemetry/stats/rebuild-rollups.ts';
import { syncFleet } from '../../telemetry/stats/sync-fleet.ts';
import { readProgress } from '../../telemetry/traces/spans.cache.ts';
import type { Incident } from '../incidents/incident.ts';
import { openAlertIncidents } from '../incidents/open-alert-incidents.ts';
import { type Ended, expireMitigations } from '../runbooks/expire-mitigations.ts';
import { loadSuggestions } from '../runbooks/load-suggestions.ts';
import { collectScale } from '../scale/collect-scale.ts';
import type { CalledRun } from './called-run.ts';
import type { DutyName } from './duties.ts';
import { runCalled } from './run-called.ts';
import type { TickAids } from './run-tick.ts';
import { startScaling } from './start-scaling.ts';
import type { Tick, TickCounts, TickProblem } from './tick.ts';

/** The work behind the duties of one tick, and what has come of it so far. */
export interface Work {
  run(duty: DutyName, ctx: Context): Promise<void>;
  done(): Pick<Tick, 'ran' | 'firing' | 'incidents' | 'runs' | 'ended'>;
  problems(): readonly TickProblem[];
  rest(): Promise<readonly CalledRun[]> | null;
}

const dayMs = 86_400_000;
/** How often a backend is read that says nothing, ms. */
const usualSyncMs = 300_000;
/** Ticks do not come to the second, ms. */
const earlyMs = 30_000;
/** So long a tick waits for the runs that it called; they go on behind it, ms. */
const patienceMs = 30_000;

/** @param tick what outlasts the duties: runs that were begun end with the tick as a whole, and not with the duty that began them */
export const openWork = (tick: Context, fleet: Fleet, { checks, verifiers, backends, channels }: TickAids): Work => {
  const ran: { -readonly [Key in keyof TickCounts]: TickCounts[Key] } = {
    checks: null,
    syncedSpans: null,
    rules: null,
    notifications: null,
    mitigationsExpired: null,
  };
  const problems: TickProblem[] = [];
  let firing: readonly Alert[] | null = null;
  let incidents: readonly Incident[] = [];
  let runs: readonly CalledRun[] = [];
  let ended: readonly Ended[] = [];
  let rest: Promise<readonly CalledRun[]> | null = null;
  /** As they were just read; null: nobody looked in this tick. */
  let queues: WatchedQueues | null = null;

  /** As the evaluation of this tick left them, else as the last one did. */
  const firingNow = async (ctx: Context): Promise<readonly Alert[]> => {
    firing ??= (await readOpenAlerts(await ctx.journal())).filter(({ instance }) => instance.state !== 'pending');
    return firing;
  };
  const tell = async (ctx: Context): Promise<void> => {
    const { sent } = await sendOutbox(ctx, fleet, channels, ({ event, post, ...said }) => {
      if (event === 'sent') return;
      const message = `${post.channel} was not told: ${'why' in said ? said.why : ''}`;
      problems.push({ duty: 'notify', message, hint: 'agentops doctor', isFailure: true });
    });
    ran.notifications = (ran.notifications ?? 0) + sent;
  };
  /** Waits a while for runs that were begun; what takes longer goes on behind the tick. */
  const awaitRuns = async (ctx: Context, begun: Promise<readonly CalledRun[]>): Promise<void> => {
    const all = begun.then((called) => {
      runs = [...runs, ...called];
      return called;
    });
    const enough = new AbortController();
    // Rejects when nobody waits any more.
    const patience = ctx.clock.sleep(patienceMs, AbortSignal.any([ctx.signal, enough.signal])).catch(() => undefined);
    const inTime = await Promise.race([all.then(() => true), patience.then(() => false)]);
    enough.abort();
    if (inTime) return;
    const before = rest ?? [];
    rest = Promise.all([before, all]).then(([earlier, later]) => tell(tick).then(() => [...earlier, ...later]));
    // Whoever waits for it is told; until then nobody listens.
    rest.catch(() => undefined);
  };
  const work: Readonly<Record<DutyName, (ctx: Context) => Promise<void>>> = {
    checks: async (ctx) => {
      ran.checks = await checks(ctx);
    },
    sync: async (ctx) => {
      const names = dueBackends(fleet, await ctx.cache(), ctx.clock.now());
      const request = { registry: backends, sinceMs: null, untilMs: ctx.clock.now(), isRehearsal: false, firstMs: 7 * dayMs };
      const { reports } = await syncFleet(ctx, fleet, names, request, () => undefined);
      ran.syncedSpans = reports.reduce((sum, { added, changed }) => sum + added + changed, 0);
      for (const { backend, problem } of reports)
        if (problem !== null)
          problems.push({ duty: 'sync', message: `${backend}: ${problem.message}`, hint: problem.hint, isFailure: true });
    },
    rollups: async (ctx) => {
      rebuildRollups(await ctx.cache(), { isStopped: () => ctx.signal.aborted });
    },
    queues: async (ctx) => {
      const { views, problems: unread } = await collectScale(
        ctx,
        fleet,
        { agents: fleet.agents, looksTwice: false, controls: 'declared' },
        () => undefined,
      );
      queues = { queues: watchedOf(new Map(views.map(({ agent, facts }) => [agent, facts]))), problems: unread };
      for (const message of unread) problems.push({ duty: 'queues', message, hint: 'agentops scale show', isFailure: true });
    },
    alerts: async (ctx) => {
      const suggest = await loadSuggestions(ctx, fleet);
      if (queues === null) {
        queues = await readWatchedQueues(ctx, rulesOf(fleet), fleet.agents);
        for (const message of queues.problems) problems.push({ duty: 'alerts', message, hint: 'agentops doctor', isFailure: true });
      }
      const evaluation = await evaluateAlerts(ctx, fleet, { suggest, queues: queues.queues }, () => undefined);
      firing = evaluation.firing;
      ran.rules = rulesOf(fleet).length;
      for (const message of evaluation.problems) problems.push({ duty: 'alerts', message, hint: null, isFailure: false });
    },
    notify: tell,
    incidents: async (ctx) => {
      incidents = await openAlertIncidents(ctx, fleet, await firingNow(ctx));
    },
    runbooks: async (ctx) => {
      const { settled } = await runCalled(tick, fleet, await firingNow(ctx), verifiers);
      await awaitRuns(ctx, settled);
    },
    scale: (ctx) => awaitRuns(ctx, startScaling(tick, fleet, verifiers)),
    expire: async (ctx) => {
      ended = await expireMitigations(ctx, fleet, { open: (...call) => openControl(ctx, fleet, ...call) }, () => undefined);
      ran.mitigationsExpired = ended.filter(({ result }) => result === 'reverted').length;
    },
  };
  return {
    run: (duty, ctx) => work[duty](ctx),
    done: () => ({ ran: { ...ran }, firing: firing ?? [], incidents, runs, ended }),
    problems: () => problems,
    rest: () => rest,
  };
};

/** The backends that are asked and whose time has come; a receiver has nothing to ask. One that was cut off goes on at once. */
const dueBackends = (fleet: Pick<Fleet, 'backends'>, cache: Cache, now: number): readonly string[] =>
  Object.entries(fleet.backends).flatMap(([name, { kind, config }]) => {
    if (kind === 'otlp') return [];
    const progress = readProgress(cache, name);
    const every = dig(config, 'every');
    const everyMs = typeof every === 'number' ? every : usualSyncMs;
    return progress === null || progress.cursor !== null || now - progress.syncedUs / 1000 >= everyMs - earlyMs ? [name] : [];
  });
