import { openPricer } from '../../agents/prices/span-cost.ts';
import type { Fleet } from '../../fleet/agent.ts';
import type { Context } from '../../ground/runtime/context.ts';
import type { Cache } from '../../ground/store/port.ts';
import { spansOfGroup } from './attributes.ts';
import { scoresOfGroup } from './evaluation.ts';
import { loadHashKey } from './load-hash-key.ts';
import type { TextKeeper } from './load-text-keeper.ts';
import { decodeOtlp, type OtlpEncoding, type OtlpSignal } from './otlp.ts';
import type { Ownership } from './ownership.ts';
import { pricedSpan, type Settling, unpricedModels } from './priced-span.ts';
import { probesAmong } from './probes.journal.ts';
import type { Span } from './span.ts';
import { type PageResult, upsertPage } from './spans.cache.ts';

/** Where spans go, and by which rules. */
export interface OtlpSettings {
  readonly cache: Cache;
  readonly ownership: Ownership;
  /** The backend of the manifest that they count as. */
  readonly source: string;
  /** Whether costs that agents report outrank our prices. */
  readonly trustCost: boolean;
  /** Null: texts are not kept. */
  readonly keepText: TextKeeper | null;
}

/** One export request, not compressed. */
export interface OtlpRequest {
  readonly body: Uint8Array;
  readonly encoding: OtlpEncoding;
  readonly signal: OtlpSignal;
  /** The agent whose token it came with. */
  readonly boundAgent: string | null;
}

/** What became of a request. `reason` stands behind "the body ". */
export type Ingested =
  | { readonly ok: false; readonly reason: string }
  | {
      readonly ok: true;
      /** Spans and log records that were left out, and why: they make no sense by themselves, are too old, or are not their sender's. */
      readonly rejected: number;
      readonly reasons: readonly string[];
      readonly page: PageResult;
      readonly unpriced: readonly string[];
      /** Requests that spans came of. */
      readonly traceIds: readonly string[];
    };

/** Takes export requests into the cache. */
export interface OtlpIntake {
  /** What it answers is in the cache. Throws an unable error where journal or cache fail; then nothing of the request was taken. */
  take(request: OtlpRequest): Promise<Ingested>;
}

/** Makes ready to take requests: the price list is loaded, the key of the hashes read or made. */
export const openOtlpIntake = async (ctx: Context, fleet: Fleet, settings: OtlpSettings): Promise<OtlpIntake> => {
  const { openPriceTable } = await import('../../agents/prices/price-table.ts');
  const price = openPricer(fleet.prices, openPriceTable(), settings.trustCost);
  const hashKey = loadHashKey(ctx.files, settings.cache, fleet.stateFolder);
  return {
    async take(request) {
      const decoded = decodeOtlp(request.body, request.encoding, request.signal);
      if (!decoded.ok) return decoded;
      const { groups, rejected, reasons } = decoded.batch;
      const { cache, ownership, source, keepText } = settings;
      const sent = groups.flatMap(spansOfGroup);
      const spans = sent.filter((span) => !saysAnother(ownership, source, span, request.boundAgent));
      const scores = groups.flatMap(scoresOfGroup);
      const probes = await probesAmong(await ctx.journal(), new Set(spans.map(({ traceId }) => traceId)));
      const settling: Settling = { price, hashKey, probes };
      const priced = spans.map((span) => pricedSpan(span, settling));
      const page = upsertPage(cache, ownership, {
        source,
        scores,
        boundAgent: request.boundAgent,
        keepText,
        spans: priced,
        progress: { cursor: null, highUs: null, syncedUs: ctx.clock.now() * 1000 },
      });
      const foreign = sent.length - spans.length;
      return {
        ok: true,
        rejected: rejected + foreign + page.foreign + page.foreignScores + page.tooOld,
        reasons: [
          ...reasons,
          ...(foreign > 0 ? [`a span names another agent than ${request.boundAgent}, whose token it came with`] : []),
          ...(page.foreign > 0 ? [`a span is known already, from the holder of another token than that of ${request.boundAgent}`] : []),
          ...(page.foreignScores > 0 ? [`a score grades a request that is not of ${request.boundAgent}, whose token it came with`] : []),
          ...(page.tooOld > 0 ? ['a span is older than single spans are kept'] : []),
        ],
        page,
        unpriced: unpricedModels(priced),
        traceIds: [...new Set(spans.map(({ traceId }) => traceId))],
      };
    },
  };
};

/** Whether a span claims by name to be of another agent than the one whose token it came with: then nobody is believed. */
const saysAnother = (ownership: Ownership, source: string, span: Span, boundAgent: string | null): boolean => {
  if (boundAgent === null || span.agentName === null) return false;
  const { named } = ownership.claimOf(ownership.labelsOf(span, boundAgent), source);
  return named !== null && named !== boundAgent;
};
