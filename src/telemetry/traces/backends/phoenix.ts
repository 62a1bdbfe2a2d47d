import { z } from 'zod';
import { troubleError } from '../../../clients/api-trouble.ts';
import { cursorGuard } from '../../../clients/cursor-guard.ts';
import { type JsonApi, openJsonApi, type Reading } from '../../../clients/json-api.ts';
import { headersField, secretField, urlField } from '../../../fleet/fields.ts';
import { adapter } from '../../../fleet/slots.ts';
import { unableError } from '../../../ground/errors.ts';
import { dig, digArray, digString, type Json } from '../../../ground/json.ts';
import { formatInstant } from '../../../ground/units/instant.ts';
import { phoenixScore, phoenixSpans } from '../phoenix-rows.ts';
import { pingOfTrouble } from '../ping.ts';
import type { TimeWindow, TraceBackend } from '../port.ts';
import { type Fetched, readPages } from '../read-pages.ts';
import { spanBackend } from '../schema.ts';
import { sendPhoenixGrade } from '../send-phoenix.ts';
import type { Score, Span } from '../span.ts';

const config = z.strictObject({
  kind: z.literal('phoenix'),
  url: urlField().describe('The address of Phoenix, without /v1; on Phoenix Cloud with the space: https://app.phoenix.arize.com/s/NAME.'),
  api_key: secretField().optional().describe('Sent as a bearer token, where Phoenix asks for one.'),
  headers: headersField().optional().describe('Further headers of every request.'),
  project: z
    .string()
    .regex(/^[^/?#]+$/, 'must not contain / ? or #: Phoenix cannot find such a project by its name, take its id')
    .default('default')
    .describe('The name or the id of the project.'),
  annotations: z.boolean().default(true).describe('Reads the annotations of spans and traces as scores: some more requests a page.'),
  ...spanBackend,
});

const minute = 60_000;
const day = 24 * 60 * minute;
const pageSize = 500;
/** Ids stand in the address, which servers bound at about 8 KiB. */
const idsAtOnce = 100;
const annotationPage = 1000;

const place = z.strictObject({ cursor: z.string() });
type Place = { readonly cursor: string | null };

/**
 * Arize Phoenix, the open-source server. Source: its OpenAPI. Its own costs are not in that API, so spans are priced here; and an annotation
 * that was given later is seen only when its span is read again.
 */
export default adapter<z.infer<typeof config>, TraceBackend>({
  kind: 'phoenix',
  summary: 'Arize Phoenix, the open-source server: spans and annotations of one project.',
  config,
  open: ({ url, api_key, headers = {}, project, annotations, overlap, timeout }, world) => {
    const { secrets } = world;
    const address = () => secrets.reveal(url).replace(/\/+$/, '').replace(/\/v1$/, '');
    const api = openJsonApi(
      {
        product: 'Phoenix',
        url: address,
        headers: () => ({
          ...(api_key === undefined ? {} : { authorization: `Bearer ${secrets.reveal(api_key)}` }),
          ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, secrets.reveal(value)])),
        }),
        timeoutMs: timeout ?? minute,
      },
      world,
    );
    const path = `/v1/projects/${encodeURIComponent(project)}`;
    const overlapMs = overlap ?? 15 * minute;
    return {
      traits: { spans: true, aggregates: false, overlapMs, sliceMs: Math.max(day, overlapMs) },
      async ping(signal) {
        const { answer, trouble } = await api.ask({ path: `${path}/spans`, query: { limit: 1 }, attempts: 1 }, signal);
        if (trouble !== null) return pingOfTrouble(trouble);
        if (!Array.isArray(dig(answer.json, 'data'))) return { state: 'failed', detail: `${api.host()} does not answer as Phoenix does` };
        return { state: 'ok', detail: `${api.host()} has the project ${project}` };
      },
      pages: (window, cursor, signal) =>
        readPages<Place>({
          first: { cursor: null },
          cursor,
          placeOf: (value) => place.safeParse(value).data ?? null,
          host: api.host(),
          waitMs: 0,
          pageAt: async (at) => {
            const page = await readSpans(api, path, window, at, signal);
            return annotations && page.spans.length > 0 ? { ...page, scores: await readScores(api, path, page.spans, signal) } : page;
          },
        }),
      postGrade: (grade, signal) => sendPhoenixGrade(api, grade, signal),
      link: (traceId) => `${address()}/redirects/traces/${encodeURIComponent(traceId)}`,
    };
  },
});

const readSpans = async (
  api: JsonApi,
  path: string,
  window: TimeWindow,
  { cursor }: Place,
  signal: AbortSignal,
): Promise<Fetched<Place>> => {
  const bounds = { start_time: formatInstant(window.fromUs), end_time: formatInstant(window.toUs) };
  const { json } = await api.read({ path: `${path}/spans`, query: { ...bounds, limit: pageSize, cursor } }, signal);
  const { rows, next } = listOf(api, `${path}/spans`, json);
  return { rows: rows.length, spans: phoenixSpans(rows), scores: [], next: next === null ? null : { cursor: next } };
};

/** Annotations can be asked for only by the ids of what they grade. */
const readScores = async (api: JsonApi, path: string, spans: readonly Span[], signal: AbortSignal): Promise<readonly Score[]> => {
  const traceOf = new Map(spans.map(({ spanId, traceId }) => [spanId, traceId]));
  const ofSpans = await readAnnotations(api, `${path}/span_annotations`, 'span_ids', [...traceOf.keys()], signal);
  const ofTraces = await readAnnotations(api, `${path}/trace_annotations`, 'trace_ids', [...new Set(traceOf.values())], signal);
  return [...ofSpans, ...ofTraces].flatMap((row) => phoenixScore(row, (spanId) => traceOf.get(spanId) ?? null) ?? []);
};

const readAnnotations = async (
  api: JsonApi,
  path: string,
  name: 'span_ids' | 'trace_ids',
  ids: readonly string[],
  signal: AbortSignal,
): Promise<readonly Json[]> => {
  const found: Json[] = [];
  for (let from = 0; from < ids.length; from += idsAtOnce) {
    const guard = cursorGuard(api.host());
    let cursor: string | null = null;
    do {
      const query = { [name]: ids.slice(from, from + idsAtOnce), limit: annotationPage, cursor };
      const { answer, trouble }: Reading = await api.ask({ path, query }, signal);
      // Older servers lack these lists; that the project is there was seen with its spans.
      if (trouble?.status === 404) return found;
      if (trouble !== null) throw troubleError(trouble);
      const { rows, next } = listOf(api, path, answer.json);
      found.push(...rows);
      if (next !== null) guard.page(rows.length, next);
      cursor = next;
    } while (cursor !== null);
  }
  return found;
};

const listOf = (api: JsonApi, path: string, json: Json): { readonly rows: readonly Json[]; readonly next: string | null } => {
  if (!Array.isArray(dig(json, 'data'))) {
    throw unableError({ code: 'backend_malformed', message: `${api.host()} answered GET ${path} without a list of Phoenix` });
  }
  return { rows: digArray(json, 'data'), next: digString(json, 'next_cursor') || null };
};
