import { readdirSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { unableError } from '../../../src/ground/errors.ts';
import type { Cache } from '../../../src/ground/store/port.ts';
import { readTrace } from '../../../src/telemetry/traces/trace.cache.ts';
import { gate } from '../../support/gate.ts';
import { recordedExport } from '../../support/otlp-capture.ts';
import { type WrittenSpan, writeJson, writeProto } from '../../support/otlp-writer.ts';
import { openReceiver, tokenManifest, tokens } from '../../support/receiver.ts';
import { captureOf } from '../../support/recorded.ts';

const files = readdirSync(new URL('../../captures/otlp', import.meta.url)).filter((file) => file.includes('.traces.'));
const types = { json: 'application/json', proto: 'application/x-protobuf' } as const;

const countSpans = (cache: Cache): number => cache.all<{ n: number }>('SELECT COUNT(*) AS n FROM span')[0]?.n ?? 0;

const span = (parts: Partial<WrittenSpan> = {}): WrittenSpan => ({
  traceId: '5b8efff798038103d269b633813fc60c',
  spanId: 'eee19b7ec3c1b174',
  parentSpanId: '',
  name: 'chat',
  startNanos: BigInt(Date.now()) * 1_000_000n,
  endNanos: BigInt(Date.now() + 5) * 1_000_000n,
  attributes: {},
  events: [],
  status: { code: 1, message: '' },
  ...parts,
});
const bodyOf = (...spans: readonly WrittenSpan[]): Buffer => writeJson([{ attributes: { 'service.name': 'weather-agent' }, spans }]);

const post = (url: string, body: Uint8Array | string | ReadableStream, headers: Record<string, string> = {}) =>
  fetch(url, {
    method: 'POST',
    body,
    headers: { 'content-type': types.json, ...headers },
    ...(body instanceof ReadableStream ? { duplex: 'half' } : {}),
  } as RequestInit);

describe('what was recorded from emitters', () => {
  test.each(files)('%s is taken as it was sent, packed, and in chunks', async (file) => {
    const { body, encoding } = recordedExport(file);
    const { url, cache, tally } = await openReceiver();
    const path = file.startsWith('langfuse') ? '/api/public/otel/v1/traces' : '/v1/traces';
    const headers = { 'content-type': types[encoding] };

    const first = await post(`${url}${path}`, new Blob([body]).stream(), headers);
    expect(first.status).toBe(200);
    expect(first.headers.get('content-type')).toBe(types[encoding]);
    expect(Buffer.from(await first.arrayBuffer()).toString()).toBe(encoding === 'json' ? '{}' : '');
    const known = countSpans(cache);
    expect(known).toBeGreaterThan(0);
    expect(tally.spans).toBe(known);

    expect((await post(`${url}${path}`, gzipSync(body), { ...headers, 'content-encoding': 'gzip' })).status).toBe(200);
    expect(countSpans(cache)).toBe(known);
  });

  test('the packed ones are the bytes of the wire', async () => {
    const { url, cache } = await openReceiver();
    for (const file of files.filter((name) => name.includes('gzip'))) {
      const { contentType, contentEncoding, bodyBase64 } = JSON.parse(captureOf(`otlp/${file}`));
      const headers = { 'content-type': contentType, 'content-encoding': contentEncoding };
      expect((await post(`${url}/v1/traces`, Buffer.from(bodyBase64, 'base64'), headers)).status).toBe(200);
    }
    expect(countSpans(cache)).toBe(6);
  });

  test('log records are taken at their own door', async () => {
    const { url } = await openReceiver();
    expect((await post(`${url}/v1/logs`, recordedExport('genai-openai.logs.json').body)).status).toBe(200);
  });
});

/** A log record that grades a span; `null`: the whole trace. */
const evaluation = (value: number, spanId: string | null = span().spanId): string => {
  const record = {
    timeUnixNano: String(span().startNanos),
    traceId: span().traceId,
    ...(spanId === null ? {} : { spanId }),
    eventName: 'gen_ai.evaluation.result',
    attributes: [
      { key: 'gen_ai.evaluation.name', value: { stringValue: 'quality' } },
      { key: 'gen_ai.evaluation.score.value', value: { doubleValue: value } },
    ],
  };
  return JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords: [record] }] }] });
};

test('an evaluation is a score on its trace', async () => {
  const { url, cache, tally } = await openReceiver();
  await post(`${url}/v1/traces`, bodyOf(span()));
  expect((await post(`${url}/v1/logs`, evaluation(0.75))).status).toBe(200);
  expect(cache.all('SELECT value FROM score')).toEqual([{ value: 0.75 }]);
  expect(tally.scores).toBe(1);
});

describe('a request that is empty, or holds', () => {
  test('nothing is well in both encodings', async () => {
    const { url } = await openReceiver();
    expect(await (await post(`${url}/v1/traces`, '{}')).json()).toEqual({});
    const proto = await post(`${url}/v1/traces`, '', { 'content-type': types.proto });
    expect([proto.status, (await proto.arrayBuffer()).byteLength]).toEqual([200, 0]);
  });

  test('spans that make no sense is taken without them', async () => {
    const { url, cache, events } = await openReceiver();
    const reply = await post(`${url}/v1/traces`, bodyOf(span(), span({ spanId: 'abc' })));
    expect(reply.status).toBe(200);
    expect(await reply.json()).toEqual({
      partialSuccess: { rejectedSpans: '1', errorMessage: 'a span id is not 8 bytes, or all zero' },
    });
    expect(countSpans(cache)).toBe(1);
    expect(events).toContainEqual(expect.objectContaining({ event: 'refused', status: 200, rejected: 1 }));
  });

  test('what cannot be read is refused for good, in the encoding it came in', async () => {
    const { url } = await openReceiver();
    const json = await post(`${url}/v1/traces`, '{"resourceSpans": [');
    expect([json.status, await json.json()]).toEqual([400, { code: 3, message: 'the body is not JSON, or it was cut off' }]);
    const proto = await post(`${url}/v1/traces`, writeProto([{ attributes: {}, spans: [span()] }]).subarray(0, 40), {
      'content-type': types.proto,
    });
    expect([proto.status, proto.headers.get('content-type')]).toEqual([400, types.proto]);
    // google.rpc.Status: field 1 is the code.
    expect([...new Uint8Array(await proto.arrayBuffer()).subarray(0, 2)]).toEqual([8, 3]);
  });

  test('no OTLP at all, by its type or at another path, is refused', async () => {
    const { url } = await openReceiver();
    expect((await post(`${url}/v1/traces`, 'a=1', { 'content-type': 'application/x-www-form-urlencoded' })).status).toBe(415);
    expect((await post(`${url}/v1/metrics`, '{}')).status).toBe(404);
    expect((await post(`${url}/`, '{}')).status).toBe(404);
    const get = await fetch(`${url}/v1/traces`);
    expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST']);
  });

  test('more than is taken at once is refused for good', async () => {
    const { url } = await openReceiver({ limits: { bodyBytes: 2000, unpackedBytes: 4000 } });
    expect((await post(`${url}/v1/traces`, ' '.repeat(2001))).status).toBe(413);
    const bomb = await post(`${url}/v1/traces`, gzipSync(' '.repeat(500_000)), { 'content-encoding': 'gzip' });
    expect([bomb.status, await bomb.json()]).toEqual([
      413,
      { code: 3, message: 'the body unpacks to more than 4,000 bytes: send smaller batches' },
    ]);
  });
});

describe('a store that', () => {
  test('fails keeps nothing back: senders are told to come again, and then it is all there', async () => {
    let isFull = true;
    const full = unableError({ code: 'cache_failed', message: 'the disk is full', hint: 'free some space' });
    const through = (cache: Cache): Cache => ({
      ...cache,
      transact: (work) => {
        if (isFull && opened) throw full;
        return cache.transact(work);
      },
    });
    let opened = false;
    const { url, cache, events } = await openReceiver({ through });
    opened = true;
    const refused = await post(`${url}/v1/traces`, bodyOf(span()));
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '10']);
    expect(await refused.json()).toEqual({ code: 14, message: 'the store cannot take it now; send it again later' });
    expect(events).toContainEqual({ event: 'trouble', message: 'the disk is full', hint: 'free some space' });
    isFull = false;
    expect((await post(`${url}/v1/traces`, bodyOf(span()))).status).toBe(200);
    expect(countSpans(cache)).toBe(1);
  });

  test('is slower than its senders turns some away for a while, and takes all it let wait', async () => {
    const { passed, open } = gate();
    const { url, cache, tally } = await openReceiver({ limits: { waiting: 2 }, gate: passed });
    const sent = (id: string) => post(`${url}/v1/traces`, bodyOf(span({ spanId: id.repeat(16), traceId: id.repeat(32) })));
    const waiting = [sent('a'), sent('b')];
    while (tally.waiting < 2) await fetch(`${url}/healthz`);
    const turnedAway = await sent('c');
    expect([turnedAway.status, turnedAway.headers.get('retry-after')]).toEqual([429, '1']);
    expect(countSpans(cache)).toBe(0);
    open();
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([200, 200]);
    expect((await sent('c')).status).toBe(200);
    expect(countSpans(cache)).toBe(3);
  });

  test('is slow when it is told to stop is waited for', async () => {
    const { passed, open } = gate();
    const { url, cache, tally, close } = await openReceiver({ gate: passed });
    const waiting = post(`${url}/v1/traces`, bodyOf(span()));
    while (tally.waiting < 1) await fetch(`${url}/healthz`);
    const closed = close();
    open();
    expect((await waiting).status).toBe(200);
    await closed;
    expect(countSpans(cache)).toBe(1);
  });
});

describe('a token', () => {
  const named = (agent: string, spanId = 'eee19b7ec3c1b174') => span({ spanId, attributes: { 'gen_ai.agent.name': agent } });
  const gradesOf = (cache: Cache) =>
    cache.all('SELECT word AS agent, quality_n AS n, quality_micro AS micro FROM run JOIN dict ON dict.id = run.agent ORDER BY word');
  const agentsOf = (cache: Cache) =>
    cache.all<{ word: string }>('SELECT DISTINCT word FROM run JOIN dict ON dict.id = run.agent ORDER BY word').map(({ word }) => word);
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

  test('is asked for as soon as the manifest has one', async () => {
    const { url, cache, events } = await openReceiver({ manifest: tokenManifest, env: tokens });
    for (const headers of [{}, bearer('wrong'), bearer(''), { authorization: 'tok-weather' }]) {
      const reply = await post(`${url}/v1/traces`, bodyOf(span()), headers as Record<string, string>);
      expect([reply.status, reply.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    }
    expect(countSpans(cache)).toBe(0);
    expect(events).toContainEqual(expect.objectContaining({ event: 'refused', status: 401 }));
    expect((await fetch(`${url}/metrics`)).status).toBe(401);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });

  test('makes spans its agent’s, whatever else they say of themselves', async () => {
    const { url, cache } = await openReceiver({ manifest: tokenManifest, env: tokens });
    expect((await post(`${url}/v1/traces`, bodyOf(span()), bearer('tok-billing'))).status).toBe(200);
    expect(agentsOf(cache)).toEqual(['billing']);
  });

  test('also stands where Langfuse’s exporters have their secret key', async () => {
    const { url, cache } = await openReceiver({ manifest: tokenManifest, env: tokens });
    const authorization = `Basic ${Buffer.from('pk-lf-1:tok-weather').toString('base64')}`;
    expect((await post(`${url}/api/public/otel/v1/traces`, bodyOf(span()), { authorization })).status).toBe(200);
    expect(agentsOf(cache)).toEqual(['weather']);
  });

  test('is believed for its own agent only', async () => {
    const { url, cache } = await openReceiver({ manifest: tokenManifest, env: tokens });
    const reply = await post(`${url}/v1/traces`, bodyOf(named('weather'), named('billing', 'aaa19b7ec3c1b174')), bearer('tok-billing'));
    expect(await reply.json()).toEqual({
      partialSuccess: {
        rejectedSpans: '1',
        errorMessage: 'a span names another agent than billing, whose token it came with',
      },
    });
    expect([countSpans(cache), agentsOf(cache)]).toEqual([1, ['billing']]);
  });

  test('does not let its holder rewrite what another said', async () => {
    const { url, cache } = await openReceiver({ manifest: tokenManifest, env: tokens });
    const nameOf = () => cache.all<{ word: string }>('SELECT word FROM span JOIN dict ON dict.id = span.name').map(({ word }) => word);
    await post(`${url}/v1/traces`, bodyOf(span({ name: 'refund' })), bearer('tok-weather'));
    const forged = await post(`${url}/v1/traces`, bodyOf(span({ name: 'nothing' })), bearer('tok-billing'));
    expect(await forged.json()).toMatchObject({ partialSuccess: { rejectedSpans: '1' } });
    expect([nameOf(), agentsOf(cache)]).toEqual([['refund'], ['weather']]);
    await post(`${url}/v1/traces`, bodyOf(span({ name: 'refund, at last' })), bearer('tok-weather'));
    expect(nameOf()).toEqual(['refund, at last']);
  });

  test('does not let its holder grade what another did', async () => {
    const { url, cache, tally } = await openReceiver({ manifest: tokenManifest, env: tokens });
    await post(`${url}/v1/traces`, bodyOf(span()), bearer('tok-weather'));
    await post(`${url}/v1/logs`, evaluation(0.75), bearer('tok-weather'));
    for (const forged of [evaluation(0), evaluation(0), evaluation(0, null)]) {
      const reply = await post(`${url}/v1/logs`, forged, bearer('tok-billing'));
      expect(await reply.json()).toEqual({
        partialSuccess: {
          rejectedLogRecords: '1',
          errorMessage: 'a score grades a request that is not of billing, whose token it came with',
        },
      });
    }
    expect(gradesOf(cache)).toEqual([{ agent: 'weather', n: 1, micro: 750_000 }]);
    expect(tally).toMatchObject({ scores: 1, rejected: 3 });
  });

  test('grades its holder’s part of a trace that others have a part in', async () => {
    const { url, cache } = await openReceiver({ manifest: tokenManifest, env: tokens });
    const called = span({ spanId: 'aaa19b7ec3c1b174', parentSpanId: span().spanId });
    await post(`${url}/v1/traces`, bodyOf(span()), bearer('tok-weather'));
    await post(`${url}/v1/traces`, bodyOf(called), bearer('tok-billing'));
    expect(await (await post(`${url}/v1/logs`, evaluation(0.5, null), bearer('tok-billing'))).json()).toEqual({});
    expect(gradesOf(cache)).toEqual([
      { agent: 'billing', n: 1, micro: 500_000 },
      { agent: 'weather', n: 0, micro: 0 },
    ]);
  });

  test('grades nothing of another’s either where the grade came before the spans', async () => {
    const { url, cache } = await openReceiver({ manifest: tokenManifest, env: tokens });
    await post(`${url}/v1/logs`, evaluation(0), bearer('tok-billing'));
    await post(`${url}/v1/logs`, evaluation(0.75), bearer('tok-weather'));
    await post(`${url}/v1/traces`, bodyOf(span()), bearer('tok-weather'));
    expect(gradesOf(cache)).toEqual([{ agent: 'weather', n: 1, micro: 750_000 }]);
    expect(readTrace(cache, span().traceId)[0]?.scores.map(({ value }) => value)).toEqual([0.75]);
  });

  test('is needed where others can reach the receiver', async () => {
    await expect(openReceiver({ host: '0.0.0.0' })).rejects.toMatchObject({ kind: 'usage', code: 'tokens_required' });
    const { url, events } = await openReceiver({ host: '0.0.0.0', manifest: tokenManifest, env: tokens });
    expect(events[0]).toMatchObject({ event: 'listening', tokens: 2, isPrivate: false });
    expect((await post(`${url}/v1/traces`, '{}', bearer('tok-weather'))).status).toBe(200);
  });

  test('that two agents share, or that is missing, is found at the start', async () => {
    const opened = (env: Record<string, string>) => openReceiver({ manifest: tokenManifest, env });
    await expect(opened({ WEATHER_TOKEN: 'same', BILLING_TOKEN: 'same' })).rejects.toMatchObject({ code: 'token_unusable' });
    await expect(opened({ WEATHER_TOKEN: 'one' })).rejects.toMatchObject({ code: 'secret_missing' });
  });
});
