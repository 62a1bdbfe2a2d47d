import type { Fleet } from '../../../fleet/agent.ts';
import { parseYaml, plainValue } from '../../../fleet/yaml.ts';
import type { Context } from '../../../ground/runtime/context.ts';
import { rebuildRollups } from '../../../telemetry/stats/rebuild-rollups.ts';
import { recordReleases } from '../../../telemetry/stats/record-releases.ts';
import { fleetOwnership } from '../../../telemetry/traces/fleet-ownership.ts';
import { openOtlpIntake } from '../../../telemetry/traces/ingest-otlp.ts';
import { otlpSources } from '../../../telemetry/traces/otlp-source.ts';
import { upsertPage } from '../../../telemetry/traces/spans.cache.ts';
import { exportRequests } from './export-request.ts';
import { placeIncidents, type ToldIncident } from './incident.ts';
import { monthOf } from './month.ts';
import { incidentsFile } from './schema.ts';

const maxFileBytes = 64 * 1024;

export interface LoadedHistory {
  readonly spans: number;
  /** UTC epoch ms. */
  readonly to: number;
}

/**
 * Sends a month of the demo's fleet through the intake that its agents would send it to by OTLP. Throws a usage error where the file of
 * incidents is missing, an unable error where the cache cannot be written.
 */
export const loadHistory = async (ctx: Context, fleet: Fleet, incidentsPath: string): Promise<LoadedHistory> => {
  const cache = await ctx.cache();
  const [{ name, trustCost }] = otlpSources(fleet);
  const ownership = fleetOwnership(fleet);
  const intake = await openOtlpIntake(ctx, fleet, { cache, ownership, source: name, trustCost, keepText: null });
  const now = ctx.clock.now();
  const incidents = placeIncidents(readIncidents(ctx, incidentsPath), now * 1000);
  const encoder = new TextEncoder();
  let spans = 0;
  for (const request of exportRequests(monthOf(now * 1000, incidents))) {
    if (ctx.signal.aborted) break;
    const taken = await intake.take({ body: encoder.encode(request), encoding: 'json', signal: 'traces', boundAgent: null });
    if (!taken.ok || taken.rejected > 0) throw new Error(`the demo's own spans were not taken: ${taken.ok ? taken.reasons : taken.reason}`);
    spans += taken.page.added;
  }
  // So that figures tell how fresh they are, as after a sync.
  const progress = { cursor: null, highUs: now * 1000, syncedUs: now * 1000 };
  upsertPage(cache, ownership, { source: name, spans: [], scores: [], progress });
  rebuildRollups(cache, { isStopped: () => ctx.signal.aborted });
  if (!ctx.signal.aborted) await recordReleases(ctx, cache);
  return { spans, to: now };
};

const readIncidents = (ctx: Context, path: string): readonly ToldIncident[] => {
  const { root, problems } = parseYaml(ctx.files.readText(path, maxFileBytes), path);
  if (root === null || problems.length > 0) throw new Error(`${path} is no YAML: ${problems[0]?.message ?? 'it is empty'}`);
  return incidentsFile.parse(plainValue(root)).incidents;
};
