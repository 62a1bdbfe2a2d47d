import type { Fleet } from '../../fleet/agent.ts';
import type { OtlpIntake } from '../../telemetry/traces/ingest-otlp.ts';
import type { OtlpSource } from '../../telemetry/traces/otlp-source.ts';
import type { Leaf, Session } from '../command.ts';

interface Flags {
  readonly backend?: string;
  readonly logs?: boolean;
}

const ingest: Leaf = {
  formats: ['text', 'json'],
  arguments: [{ name: '<files...>', summary: 'OTLP files; - reads standard input' }],
  flags: [
    { flags: '--backend <name>', summary: 'the backend that the spans count as; default: the first of kind otlp' },
    { flags: '--logs', summary: 'protobuf in the files holds log records, not spans' },
  ],
  examples: [
    ['agentops ingest traces.jsonl', 'what a file exporter wrote; again changes nothing'],
    ['agentops ingest archive/*.json.gz', 'many files, packed'],
    ['kubectl logs collector | agentops ingest -', 'from another program'],
  ],
  exits: [
    ['0', 'read to the end; what was left out is told'],
    ['2', 'a file that is missing, damaged, or no OTLP at all'],
    ['3', 'the store cannot be written'],
  ],
  async run(session, [names], flags) {
    const { ctx } = session;
    const { fleet } = await session.fleet();
    const files = names as readonly string[];
    const [{ noReport, sumReports }, { rebuildRollups }, { recordReleases }, { ingestFormats }] = await Promise.all([
      import('../../telemetry/traces/ingest-stream.ts'),
      import('../../telemetry/stats/rebuild-rollups.ts'),
      import('../../telemetry/stats/record-releases.ts'),
      import('../../views/ingest.ts'),
    ]);
    const began = ctx.clock.monotonic();
    const source = await wantedSource(fleet, (flags as Flags).backend);
    const intake = await openIntake(session, fleet, source);
    const progress = await session.terminal.startProgress();
    let report = noReport;
    try {
      for (const file of files) {
        if (ctx.signal.aborted) break;
        report = sumReports(report, await takeFile(session, intake, file, flags as Flags, progress));
      }
      progress.phase('computing figures');
      const cache = await ctx.cache();
      rebuildRollups(cache, { isStopped: () => ctx.signal.aborted });
      if (!ctx.signal.aborted) await recordReleases(ctx, cache);
    } finally {
      progress.stop();
    }
    const answer = {
      ...report,
      fleet: fleet.name,
      generatedAt: ctx.clock.now(),
      files,
      backend: source.name,
      tookMs: Math.round(ctx.clock.monotonic() - began),
      complete: !ctx.signal.aborted,
    };
    return { finding: 'none', formats: ingestFormats(answer), next: ['agentops status', 'agentops traces unmatched'] };
  },
};

export default ingest;

const openIntake = async ({ ctx }: Session, fleet: Fleet, { name, trustCost }: OtlpSource): Promise<OtlpIntake> => {
  const [{ openOtlpIntake }, { fleetOwnership }, { loadTextKeeper }] = await Promise.all([
    import('../../telemetry/traces/ingest-otlp.ts'),
    import('../../telemetry/traces/fleet-ownership.ts'),
    import('../../telemetry/traces/load-text-keeper.ts'),
  ]);
  const [cache, keepText] = [await ctx.cache(), await loadTextKeeper(fleet)];
  return openOtlpIntake(ctx, fleet, { cache, ownership: fleetOwnership(fleet), source: name, trustCost, keepText });
};

const takeFile = async (
  { ctx }: Session,
  intake: OtlpIntake,
  file: string,
  { logs }: Flags,
  progress: Awaited<ReturnType<Session['terminal']['startProgress']>>,
) => {
  const [{ readPieces }, { ingestStream }, { renderIngestProgress }] = await Promise.all([
    import('../../ground/runtime/read-pieces.ts'),
    import('../../telemetry/traces/ingest-stream.ts'),
    import('../../views/ingest.ts'),
  ]);
  const began = ctx.clock.monotonic();
  const source = await readPieces(file);
  return ingestStream(intake, source, {
    name: file === '-' ? 'standard input' : file,
    signal: logs === true ? 'logs' : 'traces',
    isStopped: () => ctx.signal.aborted,
    on: ({ added, changed, unchanged }) =>
      progress.update(() => {
        const spans = added + changed + unchanged;
        const tookMs = ctx.clock.monotonic() - began;
        return renderIngestProgress(progress.look, { file, readBytes: source.readBytes(), size: source.size, spans, tookMs });
      }),
  });
};

/** What the spans count as: a backend of any kind by name, else the first that agents send to. */
const wantedSource = async (fleet: Fleet, name: string | undefined): Promise<OtlpSource> => {
  const { otlpSources } = await import('../../telemetry/traces/otlp-source.ts');
  const sources = otlpSources(fleet);
  if (name === undefined) return sources[0];
  const known = sources.find((source) => source.name === name);
  if (known !== undefined) return known;
  const names = Object.keys(fleet.backends);
  if (names.includes(name)) return { name, trustCost: false, tokens: [] };
  const { usageError } = await import('../../ground/errors.ts');
  const { nearest } = await import('../../ground/output/phrases.ts');
  const near = nearest(name, names);
  throw usageError({
    code: 'unknown_backend',
    message: `there is no backend ${JSON.stringify(name)}`,
    hint: near !== null ? `did you mean ${near}?` : names.length === 0 ? 'add one under backends:' : `there is: ${names.join(', ')}`,
  });
};
