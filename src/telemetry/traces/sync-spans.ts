import { join } from 'node:path';
import { openPricer } from '../../agents/prices/span-cost.ts';
import type { Fleet } from '../../fleet/agent.ts';
import type { Registry, Slot } from '../../fleet/slots.ts';
import { OpsError } from '../../ground/errors.ts';
import { dig } from '../../ground/json.ts';
import type { Context } from '../../ground/runtime/context.ts';
import type { Cache } from '../../ground/store/port.ts';
import { hashKeyBytes } from './fingerprint-text.ts';
import { fleetOwnership } from './fleet-ownership.ts';
import { loadHashKey } from './load-hash-key.ts';
import type { Page, TraceBackend } from './port.ts';
import { pricedSpan, type Settling, unpricedModels, withText } from './priced-span.ts';
import { probesAmong } from './probes.journal.ts';
import { readProgress, type SpanPage, upsertPage } from './spans.cache.ts';
import { joinsOn, type Slice, type SlicePlan, sliceCursor, slicesOf } from './sync-window.ts';

export interface SyncRequest {
  readonly registry: Registry<TraceBackend>;
  /** UTC epoch ms; null: from where the last sync ended. */
  readonly sinceMs: number | null;
  readonly untilMs: number;
  /** Read everything, but keep nothing. */
  readonly isRehearsal: boolean;
  /** How far back the first sync of a backend goes, ms. */
  readonly firstMs: number;
  /** What makes a text fit to be kept, under `capture: io`; absent: none is kept. */
  readonly keepText?: (text: string) => string;
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
  /** What cut it off, where that was the backend; null: nothing, or the person. */
  readonly problem: { readonly code: string; readonly message: string; readonly hint: string | null } | null;
}

/** How far a sync is, after each page. */
export interface SyncEvent {
  readonly backend: string;
  readonly rows: number;
  readonly rowsPerSecond: number;
  /** The window that is being read begins here, UTC epoch ms. */
  readonly at: number;
  /** 0 to 1, by windows. */
  readonly share: number;
  readonly secondsLeft: number | null;
}

const usOfMs = (ms: number): number => ms * 1000;

/**
 * Reads spans and scores of one backend into the cache, window by window, oldest first; the watermark moves when a whole window was read.
 * Killed anywhere, the next run ends as an undisturbed one would; two at once do no harm. A backend that fails is told in the report and
 * what was read by then is kept; throws where the store fails.
 */
export const syncBackend = async (
  ctx: Context,
  fleet: Fleet,
  name: string,
  slot: Slot,
  request: SyncRequest,
  on: (event: SyncEvent) => void,
): Promise<SyncReport> => {
  const backend = await openBackend(ctx, request.registry, slot);
  // A rehearsal does not even make the file.
  const known = request.isRehearsal && !ctx.files.exists(join(fleet.stateFolder, 'cache.db')) ? null : await ctx.cache();
  const cache = request.isRehearsal ? null : known;
  const plan = planOf(ctx, known, name, slot, backend, request);
  const slices = slicesOf(plan);
  const fromUs = slices[0]?.window.fromUs ?? plan.untilUs;
  const toUs = slices.at(-1)?.window.toUs ?? plan.untilUs;
  const settle = await settlerOf(ctx, fleet, cache);
  const keep = cache === null ? null : keeperOf(ctx, cache, fleet, name, plan);
  const counts = { pages: 0, rows: 0, added: 0, changed: 0, scores: 0, tooOld: 0 };
  const unpriced = new Set<string>();

  const take = async (page: Page, slice: Slice) => {
    const spans = await settle(page.spans);
    for (const model of unpricedModels(spans)) unpriced.add(model);
    const { keepText } = request;
    const kept = keepText === undefined ? { spans } : { spans: spans.map((span) => withText(span, keepText)), keepPayload: true };
    const result = keep?.page({ ...kept, scores: page.scores }, slice, page.cursor);
    counts.pages += 1;
    counts.rows += spans.length + page.scores.length;
    counts.added += result?.added ?? 0;
    counts.changed += result?.changed ?? 0;
    counts.scores += result?.scores ?? 0;
    counts.tooOld += result?.tooOld ?? 0;
  };
  const startedAt = ctx.clock.monotonic();
  const tell = (atUs: number) => {
    const seconds = (ctx.clock.monotonic() - startedAt) / 1000;
    const share = toUs === fromUs ? 1 : Math.min(1, Math.max(0, (atUs - fromUs) / (toUs - fromUs)));
    on({
      backend: name,
      rows: counts.rows,
      rowsPerSecond: seconds === 0 ? 0 : counts.rows / seconds,
      at: Math.floor(atUs / 1000),
      share,
      secondsLeft: share > 0 ? (seconds / share) * (1 - share) : null,
    });
  };

  let done = 0;
  let problem: SyncReport['problem'] = null;
  try {
    for (const slice of slices) {
      for await (const page of backend.pages(slice.window, slice.cursor, ctx.signal)) {
        await take(page, slice);
        tell(slice.window.fromUs);
        if (page.waitMs > 0) await ctx.clock.sleep(page.waitMs, ctx.signal);
        ctx.signal.throwIfAborted();
      }
      ctx.signal.throwIfAborted();
      keep?.end(slice);
      done += 1;
      tell(slice.window.toUs);
    }
  } catch (thrown) {
    // Whatever a stopped request throws: it was stopped by us.
    if (!ctx.signal.aborted) problem = troubleOf(thrown);
  }
  return {
    backend: name,
    kind: slot.kind,
    from: Math.floor(fromUs / 1000),
    to: Math.floor(toUs / 1000),
    ...counts,
    unpriced: [...unpriced].sort(),
    complete: done === slices.length,
    problem,
  };
};

/** What is the backend's fault; everything else is thrown on. */
const troubleOf = (thrown: unknown): NonNullable<SyncReport['problem']> => {
  if (!(thrown instanceof OpsError) || !thrown.code.startsWith('backend_')) throw thrown;
  const { code, message, hint } = thrown;
  return { code, message, hint };
};

const openBackend = async (ctx: Context, registry: Registry<TraceBackend>, { kind, config }: Slot): Promise<TraceBackend> => {
  const load = registry[kind];
  if (load === undefined) throw new Error(`the manifest was accepted with backend ${kind}, which is not registered`);
  return (await load()).default.open(config, ctx);
};

interface Plan extends SlicePlan {
  readonly joins: boolean;
}

const planOf = (
  ctx: Context,
  known: Cache | null,
  name: string,
  { config }: Slot,
  { traits }: TraceBackend,
  { sinceMs, untilMs, firstMs }: SyncRequest,
): Plan => {
  const overlap = dig(config, 'overlap');
  const plan: SlicePlan = {
    sinceUs: sinceMs === null ? null : usOfMs(sinceMs),
    untilUs: usOfMs(untilMs),
    nowUs: usOfMs(ctx.clock.now()),
    progress: known === null ? null : readProgress(known, name),
    overlapUs: usOfMs(typeof overlap === 'number' ? overlap : traits.overlapMs),
    sliceUs: usOfMs(traits.sliceMs),
    cursorLasts: traits.cursorLasts ?? false,
    firstUs: usOfMs(firstMs),
  };
  return { ...plan, joins: joinsOn(plan) };
};

/** Keeps what was read together with how far reading has come. */
const keeperOf = (ctx: Context, cache: Cache, fleet: Fleet, source: string, { sinceUs, cursorLasts, joins }: Plan) => {
  const ownership = fleetOwnership(fleet);
  const isRepeat = sinceUs !== null;
  const syncedUs = () => usOfMs(ctx.clock.now());
  return {
    page: (rows: Pick<SpanPage, 'spans' | 'scores' | 'keepPayload'>, slice: Slice, cursor: string) =>
      cache.transact(() => {
        const highUs = readProgress(cache, source)?.highUs ?? null;
        const progress = { cursor: sliceCursor(slice, cursor), highUs, syncedUs: syncedUs() };
        // Reading the past again is no way to forget where the present was cut off.
        return upsertPage(cache, ownership, { source, ...rows, ...(isRepeat ? {} : { progress }) });
      }),
    end: ({ window }: Slice) =>
      cache.transact(() => {
        const before = readProgress(cache, source);
        const highUs = joins ? Math.max(before?.highUs ?? 0, window.toUs) : (before?.highUs ?? null);
        const cursor = isRepeat || cursorLasts ? (before?.cursor ?? null) : null;
        const isFresher = joins || before === null;
        upsertPage(cache, ownership, {
          source,
          spans: [],
          scores: [],
          progress: { cursor, highUs, syncedUs: isFresher ? syncedUs() : before.syncedUs },
        });
      }),
  };
};

/** Gives spans their cost, their hashes, and the mark of our own probes. A rehearsal only asks for costs. */
const settlerOf = async (ctx: Context, fleet: Fleet, cache: Cache | null) => {
  const { openPriceTable } = await import('../../agents/prices/price-table.ts');
  const price = openPricer(fleet.prices, openPriceTable(), true);
  const journal = cache === null ? null : await ctx.journal();
  const hashKey = cache === null ? new Uint8Array(hashKeyBytes) : loadHashKey(ctx.files, cache, fleet.stateFolder);
  return async (spans: Page['spans']) => {
    const probes = journal === null ? new Set<string>() : await probesAmong(journal, new Set(spans.map(({ traceId }) => traceId)));
    const settling: Settling = { price, hashKey, probes };
    return spans.map((span) => pricedSpan(span, settling));
  };
};
