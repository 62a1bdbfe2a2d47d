import { join } from 'node:path';
import type { Fleet } from '../../fleet/agent.ts';
import type { Slot } from '../../fleet/slots.ts';
import { unableError } from '../../ground/errors.ts';
import { dig } from '../../ground/json.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { backendTrouble } from '../traces/backend-trouble.ts';
import { fleetOwnership } from '../traces/fleet-ownership.ts';
import { openBackend } from '../traces/open-backend.ts';
import type { Aggregate, TraceBackend } from '../traces/port.ts';
import { readProgress, upsertPage } from '../traces/spans.cache.ts';
import type { SyncReport, SyncRequest } from '../traces/sync-spans.ts';
import { joinsOn, type SlicePlan, slicesOf } from '../traces/sync-window.ts';
import { joinAggregates } from './aggregate.ts';
import { replaceAggregates } from './aggregates.cache.ts';

/**
 * Takes the figures that a backend with `mode: metrics` computed, window by window, oldest first. A window is kept whole or not at all, so
 * that stopping, repeating, or doing it twice at once does no harm. A backend that fails is told in the report; throws where the store fails.
 */
export const syncAggregates = async (ctx: Context, fleet: Fleet, name: string, slot: Slot, request: SyncRequest): Promise<SyncReport> => {
  const backend = await openBackend(ctx, request.registry, slot);
  // A rehearsal does not even make the file.
  const known = request.isRehearsal && !ctx.files.exists(join(fleet.stateFolder, 'cache.db')) ? null : await ctx.cache();
  const cache = request.isRehearsal ? null : known;
  const plan = planOf(ctx, slot, backend, request, known === null ? null : readProgress(known, name));
  const slices = slicesOf(plan);
  const ownership = fleetOwnership(fleet);
  const counts = { pages: 0, rows: 0, added: 0, changed: 0 };
  let done = 0;
  let problem: SyncReport['problem'] = null;
  try {
    for (const { window } of slices) {
      const told: Aggregate[] = [];
      for await (const part of read(backend, slot, window, ctx.signal)) {
        told.push(...part);
        counts.pages += 1;
      }
      ctx.signal.throwIfAborted();
      counts.rows += told.length;
      if (cache !== null) {
        const { added, changed } = cache.transact(() => {
          const replaced = replaceAggregates(cache, name, window, joinAggregates(told, ownership));
          const before = readProgress(cache, name)?.highUs ?? null;
          const highUs = joinsOn(plan) ? Math.max(before ?? 0, window.toUs) : before;
          const progress = { cursor: null, highUs, syncedUs: ctx.clock.now() * 1000 };
          upsertPage(cache, ownership, { source: name, spans: [], scores: [], progress });
          return replaced;
        });
        counts.added += added;
        counts.changed += changed;
      }
      done += 1;
    }
  } catch (thrown) {
    if (!ctx.signal.aborted) problem = backendTrouble(thrown);
  }
  const end = slices.at(-1)?.window.toUs ?? plan.untilUs;
  return {
    backend: name,
    kind: slot.kind,
    from: Math.floor((slices[0]?.window.fromUs ?? end) / 1000),
    to: Math.floor(end / 1000),
    ...counts,
    scores: 0,
    tooOld: 0,
    unpriced: [],
    complete: done === slices.length,
    problem,
  };
};

const weekMs = 7 * 86_400_000;

const planOf = (
  ctx: Context,
  { config }: Slot,
  { traits }: TraceBackend,
  { sinceMs, untilMs, firstMs }: SyncRequest,
  progress: SlicePlan['progress'],
): SlicePlan => {
  const overlap = dig(config, 'overlap');
  return {
    sinceUs: sinceMs === null ? null : sinceMs * 1000,
    untilUs: untilMs * 1000,
    nowUs: ctx.clock.now() * 1000,
    // A cursor is that of spans, from a time when the manifest wanted those.
    progress: progress === null ? null : { ...progress, cursor: null },
    overlapUs: (typeof overlap === 'number' ? overlap : traits.overlapMs) * 1000,
    // Where there are spans as well, slices are cut for them; figures are few, and their requests are counted.
    sliceUs: (traits.spans ? Math.max(weekMs, traits.sliceMs) : traits.sliceMs) * 1000,
    cursorLasts: false,
    firstUs: firstMs * 1000,
  };
};

const read = (
  backend: TraceBackend,
  { kind }: Slot,
  window: { readonly fromUs: number; readonly toUs: number },
  signal: AbortSignal,
): AsyncIterable<readonly Aggregate[]> => {
  if (backend.aggregates !== undefined) return backend.aggregates(window, signal);
  throw unableError({ code: 'backend_without_figures', message: `${kind} computes no figures`, hint: 'write mode: spans' });
};
