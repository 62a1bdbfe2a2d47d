import type { Fleet } from '../../fleet/agent.ts';
import type { Leaf } from '../command.ts';
import { durationFlag, listFlag } from '../flags.ts';

interface Flags {
  readonly since?: number;
  readonly until?: number;
  readonly backend?: readonly string[];
  readonly agent?: readonly string[];
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
    { flags: '--agent <names>', summary: 'only the backends that these agents are traced in', parse: listFlag },
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
    ['130', 'stopped by Ctrl-C; what was read is kept, and the next sync goes on there'],
  ],
  async run({ ctx, terminal, fleet: load }, _arguments, given) {
    const flags = given as Flags;
    const { fleet } = await load();
    const [{ syncFleet }, { backends: registry }, { renderSyncProgress, syncFormats }, { keptText }] = await Promise.all([
      import('../../telemetry/stats/sync-fleet.ts'),
      import('../../telemetry/traces/registry.ts'),
      import('../../views/sync.ts'),
      import('../../quality/expect/kept-text.ts'),
    ]);
    const names = await wantedBackends(fleet, flags);
    const now = ctx.clock.now();
    const request = {
      registry,
      sinceMs: flags.full === true ? now - 30 * dayMs : flags.since === undefined ? null : now - flags.since,
      untilMs: now - (flags.until ?? 0),
      isRehearsal: flags.dryRun === true,
      firstMs: 7 * dayMs,
      ...(fleet.capture === 'io' ? { keepText: keptText } : {}),
    };
    await checkWindow(request);
    const progress = await terminal.startProgress();
    const { reports, releases } = await syncFleet(ctx, fleet, names, request, (event) =>
      progress.update(() => renderSyncProgress(event, { look: progress.look, zone: terminal.zone })),
    ).finally(() => progress.stop());
    const answer = { fleet: fleet.name, generatedAt: now, isRehearsal: request.isRehearsal, reports, releases };
    return {
      finding: reports.every(({ complete }) => complete) ? 'none' : 'no_verdict',
      formats: syncFormats(answer),
      next: ['agentops status', 'agentops traces unmatched'],
    };
  },
};

export default sync;

const checkWindow = async ({ sinceMs, untilMs }: { sinceMs: number | null; untilMs: number }): Promise<void> => {
  if (sinceMs === null || sinceMs < untilMs) return;
  const { usageError } = await import('../../ground/errors.ts');
  throw usageError({
    code: 'flag_invalid',
    message: 'the window ends before it begins',
    hint: '--since is the longer one: --since 48h --until 24h is the day before yesterday',
  });
};

/** The backends that are read by asking them; a receiver has nothing to ask. */
const wantedBackends = async (fleet: Fleet, { backend = [], agent = [] }: Flags): Promise<readonly string[]> => {
  const [{ usageError }, { nearest }, { requireAgent }] = await Promise.all([
    import('../../ground/errors.ts'),
    import('../../ground/output/phrases.ts'),
    import('../../fleet/select.ts'),
  ]);
  const polled = Object.entries(fleet.backends).filter(([, { kind }]) => kind !== 'otlp');
  const names = polled.map(([name]) => name);
  const traced = agent.map((name) => {
    const { traces } = requireAgent(fleet, name);
    if (traces !== null) return traces.backend;
    throw usageError({ code: 'not_traced', message: `${name} has no traces: in the manifest`, hint: 'say where its traces are' });
  });
  for (const name of [...backend, ...traced]) {
    if (names.includes(name)) continue;
    const near = nearest(name, names);
    throw usageError({
      code: 'unknown_backend',
      message: `there is no backend ${JSON.stringify(name)} that can be read`,
      hint: near !== null ? `did you mean ${near}?` : names.length === 0 ? 'add one under backends:' : `there is: ${names.join(', ')}`,
    });
  }
  if (names.length === 0) {
    throw usageError({
      code: 'no_backends',
      message: 'the manifest names no backend that can be read',
      hint: 'add one under backends:, or let agents send to agentops serve',
    });
  }
  return names.filter((name) => (backend.length === 0 || backend.includes(name)) && (traced.length === 0 || traced.includes(name)));
};
