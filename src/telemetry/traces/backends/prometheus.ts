import { z } from 'zod';
import { type JsonApi, openJsonApi } from '../../../clients/json-api.ts';
import { durationField, headersField, secretField, urlField } from '../../../fleet/fields.ts';
import { adapter } from '../../../fleet/slots.ts';
import { unableError, usageError } from '../../../ground/errors.ts';
import { dig, digArray } from '../../../ground/json.ts';
import { pingOfTrouble } from '../ping.ts';
import type { TimeWindow, TraceBackend } from '../port.ts';
import {
  aggregatesOf,
  type CountName,
  defaultQueries,
  type FigureSamples,
  promQl,
  type QuantileName,
  type Sample,
  samplesOf,
} from '../prometheus-figures.ts';
import { polledBackend } from '../schema.ts';

const query = (figure: keyof typeof defaultQueries, what: string) =>
  z.string().min(1).nullable().default(defaultQueries[figure]).describe(`PromQL for ${what} in $window, by ($by); null: not read.`);

const queries = z.strictObject({
  requests: z.string().min(1).default(defaultQueries.requests).describe('PromQL for the number of requests in $window, by ($by).'),
  errors: query('errors', 'the number of failed requests'),
  input_tokens: query('input_tokens', 'the tokens sent to models'),
  output_tokens: query('output_tokens', 'the tokens models answered'),
  cost: query('cost', 'the cost in dollars; the conventions have none'),
  latency: query('latency', 'the seconds a request takes at $quantile'),
});

const config = z.strictObject({
  kind: z.literal('prometheus'),
  url: urlField().describe('The address under which /api/v1/query stands: Prometheus, Mimir (with /prometheus), Thanos, VictoriaMetrics.'),
  token: secretField().optional().describe('Sent as a bearer token.'),
  username: secretField().optional().describe('For basic authentication, with password; on Grafana Cloud the id of the instance.'),
  password: secretField().optional().describe('For basic authentication, with username.'),
  headers: headersField().optional().describe('Further headers of every request, for example X-Scope-OrgID.'),
  selector: z.string().default('').describe('Label matchers for every default query, without braces: job="agents".'),
  labels: z
    .record(
      z.string().regex(/^(trace_name|service_name|agent_name|environment|metadata\..+)$/, 'is not a name of traces.match'),
      z.string().min(1),
    )
    .default({ agent_name: 'gen_ai_agent_name', service_name: 'service_name' })
    .describe('Which label of the series is which name of traces.match.'),
  model_label: z.string().min(1).default('gen_ai_request_model').describe('The label that holds the model.'),
  bucket: durationField()
    .default(15 * 60_000)
    .describe('How wide the figures are; at least four scrapes. Default 15m.'),
  queries: queries.prefault({}).describe('PromQL for each figure; the defaults read the metrics of OpenTelemetry GenAI clients.'),
  ...polledBackend,
  mode: z.literal('metrics').default('metrics').describe('Prometheus has figures, and no spans.'),
});
type Config = z.infer<typeof config>;

const minute = 60_000;
const day = 24 * 60 * minute;
const quantiles: Readonly<Record<QuantileName, number>> = { p50: 0.5, p95: 0.95, p99: 0.99 };
/** Prometheus refuses more points of one series. */
const mostPoints = 11_000;

/**
 * Prometheus and what speaks its HTTP API. Figures of whole buckets, the unfinished one included: it is corrected when it is read again.
 * They are estimates good to a few percent, and not for billing. Source: Prometheus' HTTP API.
 */
export default adapter<Config, TraceBackend>({
  kind: 'prometheus',
  summary: 'Prometheus, Mimir, Thanos or VictoriaMetrics: figures computed from the metrics of agents, without spans.',
  config,
  open: (settings, world) => {
    const { secrets } = world;
    const basic = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
    const authorization = (): string | null => {
      if (settings.token !== undefined) return `Bearer ${secrets.reveal(settings.token)}`;
      if (settings.username === undefined || settings.password === undefined) return null;
      return basic(secrets.reveal(settings.username), secrets.reveal(settings.password));
    };
    const api = openJsonApi(
      {
        product: 'Prometheus',
        url: () =>
          secrets
            .reveal(settings.url)
            .replace(/\/+$/, '')
            .replace(/\/api\/v1$/, ''),
        headers: () => {
          const credentials = authorization();
          const further = Object.entries(settings.headers ?? {}).map(([name, value]) => [name, secrets.reveal(value)] as const);
          return { ...(credentials === null ? {} : { authorization: credentials }), ...Object.fromEntries(further) };
        },
        timeoutMs: settings.timeout ?? minute,
      },
      world,
    );
    const overlapMs = settings.overlap ?? 2 * settings.bucket;
    return {
      traits: {
        spans: false,
        aggregates: true,
        overlapMs,
        sliceMs: Math.max(Math.min(7 * day, (mostPoints - 2) * settings.bucket), overlapMs),
      },
      async ping(signal) {
        const asked = form({ query: promQl(settings.queries.requests, { ...settings, by: [], windowMs: settings.bucket }) });
        const { answer, trouble } = await api.ask({ ...asked, path: '/api/v1/query', attempts: 1 }, signal);
        if (trouble !== null) return pingOfTrouble(trouble);
        if (dig(answer.json, 'status') !== 'success')
          return { state: 'failed', detail: `${api.host()} does not answer as Prometheus does` };
        const isEmpty = digArray(answer.json, 'data', 'result').length === 0;
        return { state: 'ok', detail: `${api.host()} answers${isEmpty ? ', but has no requests now: is the query for them right?' : ''}` };
      },
      // biome-ignore lint/correctness/useYield: there is nothing to yield
      async *pages() {
        throw usageError({ code: 'backend_without_spans', message: 'Prometheus has figures, and no spans', hint: 'write mode: metrics' });
      },
      async *aggregates(window, signal) {
        const samples = await readFigures(api, settings, window, signal);
        yield aggregatesOf(samples, { labels: settings.labels, modelLabel: settings.model_label, widthUs: settings.bucket * 1000 });
      },
    };
  },
});

const readFigures = async (api: JsonApi, settings: Config, window: TimeWindow, signal: AbortSignal): Promise<FigureSamples> => {
  const { selector, bucket, labels, model_label, queries } = settings;
  const names = [...new Set(Object.values(labels))];
  const figures: Partial<Record<CountName | QuantileName, readonly Sample[]>> = {};
  for (const name of ['requests', 'errors', 'input_tokens', 'output_tokens', 'cost'] as const) {
    const template = queries[name];
    if (template === null) continue;
    const by = [...new Set([...names, model_label])];
    figures[name] = await readRange(api, promQl(template, { selector, by, windowMs: bucket }), bucket, window, signal);
  }
  if (queries.latency === null) return figures;
  for (const [name, quantile] of Object.entries(quantiles) as [QuantileName, number][]) {
    figures[name] = await readRange(
      api,
      promQl(queries.latency, { selector, by: names, windowMs: bucket, quantile }),
      bucket,
      window,
      signal,
    );
  }
  return figures;
};

/** Evaluated at the end of each bucket that the window touches: a range in PromQL looks back. */
const readRange = async (
  api: JsonApi,
  query: string,
  bucketMs: number,
  { fromUs, toUs }: TimeWindow,
  signal: AbortSignal,
): Promise<readonly Sample[]> => {
  const widthUs = bucketMs * 1000;
  const start = (Math.floor(fromUs / widthUs) + 1) * widthUs;
  const end = Math.max(start, Math.ceil(toUs / widthUs) * widthUs);
  const asked = form({ query, start: String(start / 1e6), end: String(end / 1e6), step: String(bucketMs / 1000) });
  const { json } = await api.read({ ...asked, path: '/api/v1/query_range' }, signal);
  const samples = samplesOf(json);
  if (samples !== null) return samples;
  throw unableError({ code: 'backend_malformed', message: `${api.host()} answered a range query with something else than a matrix` });
};

/** As a form, because a query may be longer than an address. */
const form = (fields: Readonly<Record<string, string>>) =>
  ({
    method: 'POST',
    repeatable: true,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(fields).toString(),
  }) as const;
