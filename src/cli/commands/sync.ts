import type { Leaf, Session } from '../command.ts';
import { durationFlag, listFlag } from '../flags.ts';

interface Flags {
  readonly since?: number;
  readonly until?: number;
  readonly backend?: readonly string[];
  readonly full?: boolean;
  readonly dryRun?: boolean;
}

const dayMs = 86_400_000;

const sync: Leaf = {
  formats: ['text', 'json'],
  flags: [
    { flags: '--since <duration>', summary: 'read again from this long ago; default: from where the last sync ended', parse: durationFlag },
    { flags: '--until <duration>', summary: 'up to this long ago; default: now', parse: durationFlag },
    { flags: '--backend <names>', summary: 'only these backends', parse: listFlag },
    { flags: '--full', summary: 'read the last 30 days again' },
    { flags: '--dry-run', summary: 'read, but keep nothing' },
  ],
  examples: [
    ['agentops sync', 'what is new since the last time; the first time, seven days'],
    ['agentops sync --backend prod --since 24h', 'a day again, for scores that came late'],
  ],
  exits: [
    ['0', 'everything that was asked for was read'],
    ['3', 'a backend could not be read to its end; what was read is kept'],
  ],
  async run(session, _arguments, given) {
    const flags = given as Flags;
    const { ctx, terminal } = session;
    const { fleet } = await session.fleet();
    const [{ syncBackend }, { rebuildRollups }, { backends: registry }, { renderSyncProgress, syncFormats }, { OpsError }] =
      await Promise.all([
        import('../../telemetry/traces/sync-spans.ts'),
        import('../../telemetry/stats/rebuild-rollups.ts'),
        import('../../telemetry/traces/registry.ts'),
        import('../../views/sync.ts'),
        import('../../ground/errors.ts'),
      ]);
    const now = ctx.clock.now();
    const names = await wantedBackends(session, flags.backend ?? []);
    const request = {
      registry,
      backends: names,
      sinceMs: flags.full === true ? now - 30 * dayMs : flags.since === undefined ? null : now - flags.since,
      untilMs: now - (flags.until ?? 0),
      isRehearsal: flags.dryRun === true,
      firstMs: 7 * dayMs,
    };
    const progress = await terminal.startProgress();
    const reports = [];
    const problems = [];
    for (const name of names) {
      const slot = fleet.backends[name];
      if (slot === undefined || ctx.signal.aborted) continue;
      try {
        reports.push(await syncBackend(ctx, fleet, name, slot, request, (event) => progress.update(() => renderSyncProgress(event))));
      } catch (thrown) {
        // One backend that is down keeps nobody from reading the others.
        if (!(thrown instanceof OpsError) || thrown.kind !== 'unable') throw thrown;
        problems.push({ backend: name, message: thrown.message, hint: thrown.hint });
      }
    }
    if (!request.isRehearsal) rebuildRollups(await ctx.cache(), { isStopped: () => ctx.signal.aborted });
    progress.stop();
    const answer = { fleet: fleet.name, generatedAt: now, isRehearsal: request.isRehearsal, backends: reports, problems };
    return {
      finding: problems.length > 0 || reports.some(({ complete }) => !complete) ? 'no_verdict' : 'none',
      formats: syncFormats(answer),
      next: ['agentops status', 'agentops traces unmatched'],
    };
  },
};

export default sync;

/** The backends that are read by asking them; a receiver has nothing to ask. */
const wantedBackends = async ({ fleet: load }: Session, wanted: readonly string[]): Promise<readonly string[]> => {
  const { fleet } = await load();
  const { usageError } = await import('../../ground/errors.ts');
  const { nearest } = await import('../../ground/output/phrases.ts');
  const polled = Object.entries(fleet.backends).filter(
    ([, { kind, config }]) => kind !== 'otlp' && (config as { mode?: string }).mode !== 'metrics',
  );
  const names = polled.map(([name]) => name);
  for (const name of wanted) {
    if (names.includes(name)) continue;
    const near = nearest(name, names);
    throw usageError({
      code: 'unknown_backend',
      message: `there is no backend ${JSON.stringify(name)} whose spans can be read`,
      hint: near !== null ? `did you mean ${near}?` : names.length === 0 ? 'add one under backends:' : `there is: ${names.join(', ')}`,
    });
  }
  if (names.length === 0) {
    throw usageError({
      code: 'no_backends',
      message: 'the manifest names no backend whose spans can be read',
      hint: 'add one under backends:, or let agents send to agentops serve',
    });
  }
  return wanted.length === 0 ? names : names.filter((name) => wanted.includes(name));
};
