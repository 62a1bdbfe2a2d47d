import { z } from 'zod';
import { type ApiTrouble, shapeTrouble, troubleError } from '../../../clients/api-trouble.ts';
import { type JsonApi, openJsonApi, type Reading } from '../../../clients/json-api.ts';
import { secretField, urlField } from '../../../fleet/fields.ts';
import { adapter } from '../../../fleet/slots.ts';
import { dig, digArray, digString } from '../../../ground/json.ts';
import { agentopsSpan } from '../agentops-rows.ts';
import { pingOfTrouble } from '../ping.ts';
import type { TraceBackend } from '../port.ts';
import { type Fetched, readPages } from '../read-pages.ts';
import { spanBackend } from '../schema.ts';
import type { Span } from '../span.ts';

const config = z.strictObject({
  kind: z.literal('agentops'),
  url: urlField().optional().describe('The address of the API; default: https://api.agentops.ai.'),
  api_key: secretField().describe('The API key of the project, which is a UUID. It is a key of the product AgentOps, not of this tool.'),
  trace_ids: z
    .array(z.string().regex(/^[0-9a-f]{32}$/, 'is not a trace id: 32 hexadecimal digits in lower case'))
    .max(1000)
    .default([])
    .describe('The traces to read: the API cannot list them. For all traffic let the agents export to `agentops serve` as well.'),
  ...spanBackend,
});

const minute = 60_000;
const day = 24 * 60 * minute;
const cloud = 'https://api.agentops.ai';

const place = z.strictObject({ trace: z.int().min(0) });
type Place = z.infer<typeof place>;

/**
 * AgentOps, the product of that name. Its public API answers for a trace or a span whose id is known, and lists nothing; its dashboard's own
 * API wants the session of a person and is not used. Source: `app/api/agentops/public` of its server, snapshot of March 2026.
 */
export default adapter<z.infer<typeof config>, TraceBackend>({
  kind: 'agentops',
  summary: 'AgentOps, the product: single traces by their ids. It cannot list traces; export to `agentops serve` as well for all of them.',
  config,
  open: ({ url, api_key, trace_ids, overlap, timeout }, world) => {
    const { secrets } = world;
    const api = openJsonApi(
      {
        product: 'AgentOps',
        url: () => (url === undefined ? cloud : secrets.reveal(url).replace(/\/+$/, '')),
        headers: () => ({}),
        timeoutMs: timeout ?? minute,
      },
      world,
    );
    const authorize = openSession(api, () => secrets.reveal(api_key));
    const overlapMs = overlap ?? 15 * minute;
    return {
      traits: { spans: true, aggregates: false, overlapMs, sliceMs: Math.max(7 * day, overlapMs) },
      async ping(signal) {
        const session = await authorize(signal, 1);
        if (session.trouble !== null) return pingOfTrouble(session.trouble);
        const { answer, trouble } = await api.ask({ path: '/public/v1/project', headers: session.headers, attempts: 1 }, signal);
        if (trouble !== null) return pingOfTrouble(trouble);
        const name = digString(answer.json, 'name') ?? 'the project';
        const reach =
          trace_ids.length === 0 ? 'no trace can be listed, and trace_ids names none' : `${trace_ids.length} trace_ids are read`;
        return { state: 'ok', detail: `${api.host()} accepts the key of ${name}; ${reach}` };
      },
      async *pages({ fromUs, toUs }, cursor, signal) {
        if (trace_ids.length === 0) return;
        const session = await authorize(signal);
        if (session.trouble !== null) throw troubleError(session.trouble);
        yield* readPages<Place>({
          first: { trace: 0 },
          cursor,
          placeOf: (value) => place.safeParse(value).data ?? null,
          host: api.host(),
          waitMs: 0,
          pageAt: async ({ trace }): Promise<Fetched<Place>> => {
            const traceId = trace_ids[trace];
            const spans = traceId === undefined ? [] : await readTrace(api, session.headers, traceId, signal);
            const within = spans.filter(({ startUs }) => startUs >= fromUs && startUs < toUs);
            return { rows: spans.length, spans: within, scores: [], next: trace + 1 < trace_ids.length ? { trace: trace + 1 } : null };
          },
        });
      },
      link: (traceId) => (url === undefined ? `https://app.agentops.ai/sessions?trace_id=${encodeURIComponent(traceId)}` : null),
    };
  },
});

type Session =
  | { readonly headers: Readonly<Record<string, string>>; readonly trouble: null }
  | { readonly headers: null; readonly trouble: ApiTrouble };

/** A key is exchanged for a token that lasts 30 days: once per process. A key that is none is answered with 400, or with 404. */
const openSession = (api: JsonApi, key: () => string): ((signal: AbortSignal, attempts?: number) => Promise<Session>) => {
  let held: Session | null = null;
  return async (signal, attempts = 4) => {
    if (held !== null) return held;
    const path = '/public/v1/auth/access_token';
    const { answer, trouble } = await api.ask({ method: 'POST', repeatable: true, path, body: { api_key: key() }, attempts }, signal);
    if (trouble !== null) {
      const isRefused = trouble.status === 400 || trouble.status === 404;
      return { headers: null, trouble: isRefused && trouble.json !== undefined ? { ...trouble, code: 'backend_unauthorized' } : trouble };
    }
    const bearer = digString(answer.json, 'bearer');
    if (bearer === null) return { headers: null, trouble: shapeTrouble(api.host(), `POST ${path}`, 'JSON without a token') };
    held = { headers: { authorization: `Bearer ${bearer}` }, trouble: null };
    return held;
  };
};

/** Ids are told by the trace; tokens, models and texts only by each span. A trace that is not there, or of another project, has none. */
const readTrace = async (
  api: JsonApi,
  headers: Readonly<Record<string, string>>,
  traceId: string,
  signal: AbortSignal,
): Promise<readonly Span[]> => {
  const path = `/public/v1/traces/${traceId}`;
  const { answer, trouble }: Reading = await api.ask({ path, headers }, signal);
  if (trouble?.status === 404 && trouble.json !== undefined) return [];
  if (trouble !== null) throw troubleError(trouble);
  if (!Array.isArray(dig(answer.json, 'spans'))) throw troubleError(shapeTrouble(api.host(), `GET ${path}`, 'JSON without spans'));
  const spans: Span[] = [];
  for (const row of digArray(answer.json, 'spans')) {
    const spanId = digString(row, 'span_id');
    if (spanId === null || !/^[0-9a-f]{16}$/.test(spanId)) continue;
    const { json } = await api.read({ path: `/public/v1/spans/${spanId}`, headers }, signal);
    const span = agentopsSpan(traceId, json);
    if (span !== null) spans.push(span);
  }
  return spans;
};
