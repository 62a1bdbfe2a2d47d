import { describe, expect, it, onTestFinished } from 'vitest';
import { isObject, type Json, type JsonObject, parseJson } from '../../../../src/ground/json.ts';
import langfuse from '../../../../src/telemetry/traces/backends/langfuse.ts';
import type { Page, TimeWindow, TraceBackend } from '../../../../src/telemetry/traces/port.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { openPeer, type Peer, type Received, type Reply } from '../../../support/http-peer.ts';
import { langfuseBody, langfuseReply, langfuseRows } from '../../../support/langfuse-recorded.ts';
import { langfuseAside } from '../../../support/langfuse-server.ts';
import { body, json } from '../../../support/replies.ts';
import { openWorld, ref } from '../../../support/world.ts';

const fromMs = Date.UTC(2026, 10, 23, 7);
const window: TimeWindow = { fromUs: fromMs * 1000, toUs: (fromMs + 3_600_000) * 1000 };
const never = new AbortController().signal;
const html404 = body('<!DOCTYPE html><title>404', 'text/html', 404);

const open = (url: string, parts: Record<string, unknown> = {}): TraceBackend => {
  const world = { ...openWorld({ PUBLIC: 'pk-lf-0123456789', SECRET: 'sk-lf-0123456789' }), clock: fakeClock(fromMs + 7_200_000) };
  onTestFinished(() => world.http.close());
  const keys = { public_key: ref('${PUBLIC}'), secret_key: ref('${SECRET}') };
  return langfuse.open(langfuse.config.parse({ kind: 'langfuse', url: ref(url), ...keys, ...parts }), world);
};

/** A server that answers some paths in its own way, and the others as its generation does. */
const serverOf = (generation: keyof typeof langfuseAside, replies: Readonly<Record<string, Reply>>): Promise<Peer> =>
  openPeer((request, response) => {
    const isProbe = request.query.get('limit') === '1';
    const reply = isProbe ? undefined : replies[pathOf(request)];
    (reply ?? langfuseAside[generation])(request, response);
  });
const pathOf = ({ path }: Received): string => path.replace('/api/public', '');
const asked = (peer: Peer, path: string): readonly Received[] =>
  peer.received.filter((request) => pathOf(request) === path && request.query.get('limit') !== '1');

const drain = async <Item>(items: AsyncIterable<Item> | undefined): Promise<Item[]> => {
  const read: Item[] = [];
  for await (const item of items ?? []) read.push(item);
  return read;
};
const readAll = async (peer: Peer, parts: Record<string, unknown> = {}): Promise<Page[]> =>
  drain(open(peer.url, parts).pages(window, null, never));
const spansOf = (pages: readonly Page[]) => pages.flatMap(({ spans }) => spans);
const scoresOf = (pages: readonly Page[]) => pages.flatMap(({ scores }) => scores);
const row = (id: string, parts: JsonObject = {}): JsonObject => ({
  id,
  traceId: 'a1',
  startTime: '2026-11-23T07:10:00.000Z',
  endTime: '2026-11-23T07:10:01.000Z',
  ...parts,
});

describe('a server of v4', () => {
  it('gives spans and scores as it was recorded giving them', async () => {
    const peer = await serverOf('v4', {
      '/v2/observations': langfuseReply('observations.v2.all-groups'),
      '/v3/scores': (request, response) =>
        (request.query.has('cursor') ? json({ data: [], meta: { limit: 100 } }) : langfuseReply('scores.v3'))(request, response),
    });
    const pages = await readAll(peer);
    expect(spansOf(pages)).toHaveLength(5);
    expect(scoresOf(pages).map(({ id }) => id)).toEqual(['sc-9', '9f178437-92b3-4ab6-847c-b87093102998']);
    const [first] = asked(peer, '/v2/observations');
    expect(first?.query.get('fields')).toBe('core,basic,time,model,usage,prompt,metrics,trace_context,io');
    expect(first?.query.get('limit')).toBe('500');
    expect(asked(peer, '/v3/scores')[0]?.query.get('fields')).toBe('details,subject');
  });

  it('is asked for what is included beside the figures, in shorter pages where those are prompts', async () => {
    const peer = await serverOf('v4', {});
    await readAll(peer, { include: ['io', 'metadata'] });
    await readAll(peer, { include: [] });
    const [both, none] = asked(peer, '/v2/observations').map(({ query }) => [query.get('fields')?.split(',').slice(7), query.get('limit')]);
    expect(both).toEqual([['trace_context', 'io', 'metadata'], '500']);
    expect(none).toEqual([['trace_context'], '1000']);
  });

  it('keeps the spans of its own evaluators and experiments to itself', async () => {
    const rows = ['prod', 'langfuse-llm-as-a-judge', 'sdk-experiment', 'staging'].map((environment) => row(environment, { environment }));
    const peer = await serverOf('v4', { '/v2/observations': json({ data: rows, meta: {} }) });
    expect(spansOf(await readAll(peer)).map(({ spanId }) => spanId)).toEqual(['prod', 'staging']);
  });

  it('is asked for half the time where it took too long, and for all of it in the end', async () => {
    const from = (request: Received) => Date.parse(request.query.get('fromStartTime') ?? '');
    const width = (request: Received) => (Date.parse(request.query.get('toStartTime') ?? '') - from(request)) / 60_000;
    const peer = await serverOf('v4', {
      '/v2/observations': (request, response) => {
        const tooLong = json({ message: 'The query took too long.', error: 'Request timed out' }, 422);
        const minute = (from(request) - fromMs) / 60_000;
        (width(request) > 20 ? tooLong : json({ data: [row(`m${minute}`)], meta: {} }))(request, response);
      },
    });
    expect(spansOf(await readAll(peer)).map(({ spanId }) => spanId)).toEqual(['m0', 'm15', 'm30', 'm45']);
    expect(asked(peer, '/v2/observations').map(width)).toEqual([60, 30, 15, 15, 15, 15]);
  });

  it('is asked for fewer rows where its answer was too large', async () => {
    const peer = await serverOf('v4', {
      '/v2/observations': (request, response) =>
        (Number(request.query.get('limit')) > 300 ? json({ message: 'Response too large' }, 413) : json({ data: [row('b')], meta: {} }))(
          request,
          response,
        ),
    });
    expect(spansOf(await readAll(peer))).toHaveLength(1);
    expect(asked(peer, '/v2/observations').map(({ query }) => query.get('limit'))).toEqual(['500', '250']);
  });

  it('may forget a cursor, but not always', async () => {
    const lost = langfuseReply('observations.v2.error.bad-cursor');
    let forgotten = 0;
    const server = (times: number) =>
      serverOf('v4', {
        '/v2/observations': (request, response) => {
          if (!request.query.has('cursor')) return json({ data: [row('b1')], meta: { cursor: 'next' } })(request, response);
          (forgotten++ < times ? lost : json({ data: [row('b2')], meta: {} }))(request, response);
        },
      });
    expect(new Set(spansOf(await readAll(await server(1))).map(({ spanId }) => spanId))).toEqual(new Set(['b1', 'b2']));
    forgotten = 0;
    await expect(readAll(await server(99))).rejects.toMatchObject({ code: 'backend_failed' });
  });

  it('says no to a wrong key in its own words, at once', async () => {
    const peer = await openPeer(langfuseReply('auth.bad'));
    await expect(readAll(peer)).rejects.toMatchObject({
      code: 'backend_unauthorized',
      message: expect.stringContaining("Confirm that you've configured the correct host."),
    });
    expect(peer.received).toHaveLength(1);
  });

  it('links to a trace under its base path', () => {
    expect(open('https://lf.example/base/').link?.('a/b')).toBe('https://lf.example/base/trace/a%2Fb');
  });

  it('has figures: requests and use by model, and quantiles apart', async () => {
    const rows = (query: JsonObject): readonly Json[] =>
      JSON.stringify(query).includes('p95')
        ? [
            {
              traceName: 'support',
              environment: 'prod',
              time_dimension: '2026-11-23T07:00:00Z',
              count_count: '3',
              p50_latency: 850,
              p95_latency: 900.5,
              p99_latency: 1000,
            },
          ]
        : [
            {
              traceName: 'support',
              environment: 'prod',
              providedModelName: null,
              level: 'DEFAULT',
              isRootObservation: true,
              time_dimension: '2026-11-23T07:00:00Z',
              count_count: '2',
              sum_inputTokens: '0',
              sum_outputTokens: '0',
              sum_totalCost: 0,
            },
            {
              traceName: 'support',
              environment: 'prod',
              providedModelName: null,
              level: 'ERROR',
              isRootObservation: 'true',
              time_dimension: '2026-11-23T07:00:00Z',
              count_count: '1',
              sum_inputTokens: null,
              sum_outputTokens: null,
              sum_totalCost: null,
            },
            {
              traceName: 'support',
              environment: 'prod',
              providedModelName: 'gpt-4o',
              level: 'ERROR',
              isRootObservation: false,
              time_dimension: '2026-11-23T07:00:00Z',
              count_count: '5',
              sum_inputTokens: '2247',
              sum_outputTokens: '100',
              sum_totalCost: 0.005924999999,
            },
            {
              traceName: 'support',
              environment: 'prod',
              providedModelName: 'my-llm',
              level: 'DEFAULT',
              isRootObservation: false,
              time_dimension: '2026-11-23T07:00:00Z',
              count_count: '1',
              sum_inputTokens: '7',
              sum_outputTokens: '1',
              sum_totalCost: 0,
            },
            {
              traceName: 'x',
              environment: 'langfuse-llm-as-a-judge',
              level: 'DEFAULT',
              isRootObservation: true,
              time_dimension: '2026-11-23T07:00:00Z',
              count_count: '9',
            },
            {
              traceName: '',
              environment: '',
              level: '',
              isRootObservation: false,
              time_dimension: '2026-11-23T08:00:00Z',
              count_count: '0',
            },
          ];
    const queries: JsonObject[] = [];
    const peer = await serverOf('v4', {
      '/v2/metrics': (request, response) => {
        const query = parseJson(request.query.get('query') ?? '');
        if (!isObject(query)) throw new Error('no query');
        queries.push(query);
        json({ data: rows(query) })(request, response);
      },
    });
    const read = (await drain(open(peer.url).aggregates?.({ ...window, fromUs: window.fromUs + 60_000_000 }, never))).flat();
    const at = { bucketUs: window.fromUs, widthUs: 3_600_000_000, labels: { trace_name: 'support', environment: 'prod' } };
    const none = { latencyP50Us: null, latencyP95Us: null, latencyP99Us: null };
    expect(read).toEqual([
      {
        ...at,
        model: null,
        requests: 0,
        errors: null,
        inputTokens: null,
        outputTokens: null,
        costNanos: null,
        latencyP50Us: 850_000,
        latencyP95Us: 900_500,
        latencyP99Us: 1_000_000,
      },
      { ...at, ...none, model: null, requests: 2, errors: 0, inputTokens: 0, outputTokens: 0, costNanos: 0 },
      { ...at, ...none, model: null, requests: 1, errors: 1, inputTokens: null, outputTokens: null, costNanos: null },
      { ...at, ...none, model: 'gpt-4o', requests: 0, errors: 0, inputTokens: 2247, outputTokens: 100, costNanos: 5_925_000 },
      { ...at, ...none, model: 'my-llm', requests: 0, errors: 0, inputTokens: 7, outputTokens: 1, costNanos: null },
    ]);
    expect(queries).toMatchObject([
      {
        view: 'observations',
        fromTimestamp: '2026-11-23T07:00:00.000Z',
        toTimestamp: '2026-11-23T08:00:00.000Z',
        config: { row_limit: 1000 },
      },
      { timeDimension: { granularity: 'hour' } },
    ]);
  });

  it('reads the recorded form of figures, and drops the rows that fill gaps', async () => {
    const peer = await serverOf('v4', { '/v2/metrics': langfuseReply('metrics.v2.multi') });
    const read = (await drain(open(peer.url).aggregates?.(window, never))).flat();
    expect(read.map(({ bucketUs }) => bucketUs)).toEqual(Array.from({ length: 4 }, () => window.fromUs));
    expect(read[1]?.latencyP95Us).toBe(900_100);
    expect(read[2]?.costNanos).toBe(5_925_000);
  });

  it('is asked for fewer hours where its figures fill an answer, until one hour is left', async () => {
    const sixHours = { fromUs: window.fromUs, toUs: window.fromUs + 6 * 3_600_000_000 };
    const hours = (request: Received): number => {
      const query = JSON.parse(request.query.get('query') ?? '') as { fromTimestamp: string; toTimestamp: string };
      return (Date.parse(query.toTimestamp) - Date.parse(query.fromTimestamp)) / 3_600_000;
    };
    const server = (most: number) =>
      serverOf('v4', {
        '/v2/metrics': (request, response) =>
          json({ data: Array.from({ length: hours(request) > most ? 1000 : 3 }, () => ({})) })(request, response),
      });
    const some = await server(2);
    await drain(open(some.url).aggregates?.(sixHours, never));
    expect(asked(some, '/v2/metrics').map(hours).slice(0, 6)).toEqual([6, 3, 2, 1, 3, 2]);
    await expect(drain(open((await server(0)).url).aggregates?.(sixHours, never))).rejects.toMatchObject({
      code: 'backend_failed',
      hint: expect.stringContaining('mode: spans'),
    });
  });
});

describe('an older server', () => {
  const observations = json(langfuseBody('legacy.observations.v1'));
  const traces = langfuseReply('legacy.traces.core');

  it('has its traces joined to the spans', async () => {
    const peer = await serverOf('v3', {
      '/observations': observations,
      '/traces': traces,
      '/v2/scores': langfuseReply('legacy.scores.v2'),
    });
    const pages = await drain(open(peer.url).pages(window, null, never));
    expect(spansOf(pages)).toMatchObject([
      { spanId: 'ob-1', traceName: 'agent-x', user: 'u9', tags: ['agentops'] },
      { spanId: 'ob-2', traceName: 'agent-x', user: 'u9', durationUs: null },
    ]);
    // The recording says that there is a second page of scores; the next one is the same again.
    expect(scoresOf(pages)[0]).toMatchObject({ traceId: 'tr-1', value: 0.5 });
    expect(asked(peer, '/traces')[0]?.query.get('fields')).toBe('core');
    expect(asked(peer, '/observations')[0]?.query.get('limit')).toBe('100');
  });

  it('is asked alone for a trace that began long before, once', async () => {
    const peer = await serverOf('v3', {
      '/observations': (request, response) => {
        const page = Number(request.query.get('page'));
        json({ data: [row(`b${page}`, { traceId: 'old' }), row(`g${page}`, { traceId: 'gone' })], meta: { page, totalPages: 2 } })(
          request,
          response,
        );
      },
      '/traces': json({ data: [], meta: { page: 1, totalPages: 0 } }),
      '/traces/old': json({ id: 'old', name: 'agent-y' }),
      '/traces/gone': json({ message: 'Trace not found', error: 'LangfuseNotFoundError' }, 404),
    });
    const spans = spansOf(await drain(open(peer.url).pages(window, null, never)));
    expect(spans.map(({ traceName }) => traceName)).toEqual(['agent-y', null, 'agent-y', null]);
    expect(asked(peer, '/traces/old')).toHaveLength(1);
    expect(asked(peer, '/traces/gone')).toHaveLength(1);
    expect(asked(peer, '/traces')).toHaveLength(1);
  });

  it('has scores of v3 where it knows them already', async () => {
    const peer = await serverOf('v3', { '/v3/scores': json({ data: langfuseRows('scores.v3'), meta: {} }) });
    expect(scoresOf(await readAll(peer))).toHaveLength(2);
    expect(asked(peer, '/v2/scores')).toEqual([]);
  });

  it('of v2 has scores without a version, and figures by the day', async () => {
    const score = { id: 's1', name: 'q', value: 1, timestamp: '2026-11-23T07:30:00.000Z', traceId: 'tr-1' };
    const peer = await openPeer((request, response) => {
      const replies: Readonly<Record<string, Reply>> = {
        '/health': json({ status: 'OK', version: '2.95.11' }),
        '/observations': json({ data: [], meta: { page: 1, totalPages: 0 } }),
        '/scores': json({ data: [score], meta: { page: 1, totalPages: 1 } }),
        '/metrics/daily': langfuseReply('legacy.metrics.daily'),
      };
      (replies[pathOf(request)] ?? html404)(request, response);
    });
    expect(scoresOf(await readAll(peer))).toMatchObject([{ id: 's1', value: 1 }]);
    const day = { bucketUs: Date.UTC(2026, 10, 23) * 1000, widthUs: 86_400_000_000, labels: {} };
    expect((await drain(open(peer.url).aggregates?.(window, never))).flat()).toMatchObject([
      { ...day, model: null, requests: 1, costNanos: null },
      { ...day, model: 'gpt-4o', requests: 0, inputTokens: 1000, outputTokens: 100, costNanos: 3_500_000 },
      { ...day, model: null, requests: 0, inputTokens: 0, costNanos: 0 },
    ]);
    expect(asked(peer, '/metrics/daily')[0]?.query.get('fromTimestamp')).toBe('2026-11-23T00:00:00.000Z');
  });

  it('of v3 counts traces, and does not know which failed', async () => {
    const at = { time_dimension: '2026-11-23 07:00:00.000', environment: 'prod' };
    const peer = await serverOf('v3', {
      '/metrics': (request, response) =>
        json({
          data: request.query.get('query')?.includes('"view":"traces"')
            ? [{ ...at, name: 'agent-x', count_count: '1', p95_latency: 500 }]
            : [
                {
                  ...at,
                  traceName: 'agent-x',
                  providedModelName: 'gpt-4o',
                  count_count: '2',
                  sum_inputTokens: '1000',
                  sum_totalCost: 0.0035,
                },
              ],
        })(request, response),
    });
    expect((await drain(open(peer.url).aggregates?.(window, never))).flat()).toMatchObject([
      { bucketUs: window.fromUs, labels: { trace_name: 'agent-x' }, requests: 1, errors: null, latencyP95Us: 500_000 },
      { bucketUs: window.fromUs, model: 'gpt-4o', requests: 0, errors: null, inputTokens: 1000, costNanos: 3_500_000 },
    ]);
  });

  it('of the first v3 has figures by the day', async () => {
    const peer = await serverOf('v3', { '/metrics': html404, '/metrics/daily': langfuseReply('legacy.metrics.daily') });
    expect((await drain(open(peer.url).aggregates?.(window, never))).flat()).toHaveLength(3);
  });
});
