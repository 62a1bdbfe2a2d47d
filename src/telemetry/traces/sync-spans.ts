import { openPricer } from '../../agents/prices/span-cost.ts';
import type { Fleet } from '../../fleet/agent.ts';
import type { Registry, Slot } from '../../fleet/slots.ts';
import { dig } from '../../ground/json.ts';
import type { Context } from '../../ground/runtime/context.ts';
import type { Cache } from '../../ground/store/port.ts';
import { fleetOwnership } from './fleet-ownership.ts';
import { loadHashKey } from './load-hash-key.ts';
import type { Page, TraceBackend } from './port.ts';
import { pricedSpan, type Settling, unpricedModels } from './priced-span.ts';
import { probesAmong } from './probes.journal.ts';
import { readProgress, upsertPage } from './spans.cache.ts';
import { type Slice, sliceCursor, slicesOf } from './sync-window.ts';

export interface SyncRequest {
  readonly registry: Registry<TraceBackend>;
  /** Names under `backends`; empty: all that can be read. */
  readonly backends: readonly string[];
  /** UTC epoch ms; null: from where the last sync ended. */
  readonly sinceMs: number | null;
  readonly untilMs: number;
  /** Read everything, but keep nothing. */
  readonly isRehearsal: boolean;
  /** How far back the first sync of a backend goes, ms. */
  readonly firstMs: number;
}

/** What reading one backend brought. */
export interface SyncReport {
  readonly backend: string;
  readonly kind: string;
  /** UTC epoch ms. */
  readonly from: number;
  readonly to: number;
  readonly pages: number;
  readonly rows: number;
  readonly added: number;
  readonly changed: number;
  readonly scores: number;
  /** Of requests older than what the cache keeps single spans of. */
  readonly tooOld: number;
  readonly unpriced: readonly string[];
  /** False: it was cut off; the next sync goes on there. */
  readonly complete: boolean;
}

export type SyncEvent = {
  readonly backend: string;
  readonly rows: number;
  readonly rowsPerSecond: number;
  readonly share: number;
  readonly secondsLeft: number | null;
};

const usOfMs = (ms: number): number => ms * 1000;

/**
 * Reads spans and scores of one backend into the cache, window by window, oldest first; the watermark moves when a whole window was read.
 * Killed anywhere, the next run ends as an undisturbed one would; two at once do no harm. Throws where the backend or the store fails;
 * what was read by then is kept.
 */
export const syncBackend = async (
  ctx: Context,
  fleet: Fleet,
  name: string,
  slot: Slot,
  request: SyncRequest,
  on: (event: SyncEvent) => void,
): Promise<SyncReport> => {
  const cache = await ctx.cache();
  const backend = await openBackend(ctx, request.registry, slot);
  const slices = plan(cache, name, slot, backend, request);
  const settle = await settlerOf(ctx, fleet, cache);
  const ownership = fleetOwnership(fleet);
  const startedAt = ctx.clock.monotonic();
  const counts = { pages: 0, rows: 0, added: 0, changed: 0, scores: 0, tooOld: 0 };
  const unpriced = new Set<string>();
  const [first] = slices;
  const last = slices.at(-1);
  const fromUs = first?.window.fromUs ?? usOfMs(request.untilMs);
  const toUs = last?.window.toUs ?? usOfMs(request.untilMs);

  const take = async (page: Page, slice: Slice) => {
    const spans = await settle(page.spans);
    for (const model of unpricedModels(spans)) unpriced.add(model);
    counts.pages += 1;
    counts.rows += spans.length + page.scores.length;
    if (request.isRehearsal) return;
    const before = readProgress(cache, name);
    const progress = { cursor: sliceCursor(slice.window, page.cursor), highUs: before?.highUs ?? null, syncedUs: usOfMs(ctx.clock.now()) };
    const result = upsertPage(cache, ownership, {
      source: name,
      spans,
      scores: page.scores,
      ...(request.sinceMs === null ? { progress } : {}),
    });
    counts.added += result.added;
    counts.changed += result.changed;
    counts.scores += result.scores;
    counts.tooOld += result.tooOld;
  };
  const finish = (slice: Slice) => {
    if (request.isRehearsal) return;
    const before = readProgress(cache, name);
    const reached = Math.max(before?.highUs ?? 0, slice.window.toUs);
    // A backfill of the past says nothing of what lies between it and now.
    const highUs = request.sinceMs !== null && (before?.highUs ?? 0) < slice.window.fromUs ? (before?.highUs ?? null) : reached;
    upsertPage(cache, ownership, {
      source: name,
      spans: [],
      scores: [],
      progress: { cursor: backend.traits.cursorLasts ? (before?.cursor ?? null) : null, highUs, syncedUs: usOfMs(ctx.clock.now()) },
    });
  };
  const tell = (atUs: number) => {
    const seconds = (ctx.clock.monotonic() - startedAt) / 1000;
    const share = toUs === fromUs ? 1 : (atUs - fromUs) / (toUs - fromUs);
    on({
      backend: name,
      rows: counts.rows,
      rowsPerSecond: seconds === 0 ? 0 : counts.rows / seconds,
      share,
      secondsLeft: share > 0 ? (seconds / share) * (1 - share) : null,
    });
  };

  let done = 0;
  for (const slice of slices) {
    for await (const page of backend.pages(slice.window, slice.cursor, ctx.signal)) {
      await take(page, slice);
      tell(slice.window.fromUs);
      if (ctx.signal.aborted) break;
      if (page.waitMs > 0) await ctx.clock.sleep(page.waitMs, ctx.signal).catch(() => undefined);
    }
    if (ctx.signal.aborted) break;
    finish(slice);
    done += 1;
    tell(slice.window.toUs);
  }
  return {
    backend: name,
    kind: slot.kind,
    from: Math.floor(fromUs / 1000),
    to: Math.floor(toUs / 1000),
    ...counts,
    unpriced: [...unpriced].sort(),
    complete: done === slices.length,
  };
};

const openBackend = async (ctx: Context, registry: Registry<TraceBackend>, { kind, config }: Slot): Promise<TraceBackend> => {
  const load = registry[kind];
  if (load === undefined) throw new Error(`the manifest was accepted with backend ${kind}, which is not registered`);
  return (await load()).default.open(config, ctx);
};

const plan = (cache: Cache, name: string, { config }: Slot, { traits }: TraceBackend, request: SyncRequest): readonly Slice[] => {
  const overlap = dig(config, 'overlap');
  return slicesOf({
    sinceUs: request.sinceMs === null ? null : usOfMs(request.sinceMs),
    untilUs: usOfMs(request.untilMs),
    progress: readProgress(cache, name),
    overlapUs: usOfMs(typeof overlap === 'number' ? overlap : traits.overlapMs),
    sliceUs: usOfMs(traits.sliceMs),
    cursorLasts: traits.cursorLasts ?? false,
    firstUs: usOfMs(request.firstMs),
  });
};

/** Gives spans their cost, their hashes, and the mark of our own probes. */
const settlerOf = async (ctx: Context, fleet: Fleet, cache: Cache) => {
  const { openPriceTable } = await import('../../agents/prices/price-table.ts');
  const journal = await ctx.journal();
  const price = openPricer(fleet.prices, openPriceTable(), true);
  const hashKey = loadHashKey(ctx.files, cache, fleet.stateFolder);
  return async (spans: Page['spans']) => {
    const probes = await probesAmong(journal, new Set(spans.map(({ traceId }) => traceId)));
    const settling: Settling = { price, hashKey, probes };
    return spans.map((span) => pricedSpan(span, settling));
  };
};
