import { describe, expect, test } from 'vitest';
import { lastBeat } from '../../../src/quality/health/results.journal.ts';
import { recordedExport } from '../../support/otlp-capture.ts';
import { openReceiver, tokenManifest, tokens } from '../../support/receiver.ts';

/** After every beat of a test. */
const later = Date.now() + 86_400_000;
const post = (url: string, headers: Record<string, string> = {}) => fetch(url, { method: 'POST', headers });

describe('a beat', () => {
  test('is in the journal when it is answered', async () => {
    const { url, journal, events } = await openReceiver();
    expect((await post(`${url}/beat/weather`)).status).toBe(200);
    expect(await lastBeat(journal, 'weather', 'nightly', later)).toMatchObject({ status: 'ok', note: '' });
    expect(await (await post(`${url}/beat/weather/nightly?status=fail&note=no%20space`)).text()).toBe(
      'beat of weather/nightly noted: fail\n',
    );
    expect(await lastBeat(journal, 'weather', 'nightly', later)).toMatchObject({ status: 'fail', note: 'no space' });
    expect(events.filter(({ event }) => event === 'beat')).toHaveLength(2);
  });

  test.each([
    ['of nobody', '/beat/nobody', 404],
    ['of no check', '/beat/weather/other', 404],
    ['that says neither well nor not', '/beat/weather?status=maybe', 400],
    ['of nothing', '/beat/', 400],
    ['of too much', '/beat/weather/nightly/x', 400],
    ['that is badly written', '/beat/%zz', 400],
  ])('%s is refused', async (_, path, status) => {
    const { url } = await openReceiver();
    expect((await post(`${url}${path}`)).status).toBe(status);
  });

  test('is not made by whoever follows a link', async () => {
    const { url, journal } = await openReceiver();
    expect((await fetch(`${url}/beat/weather`)).status).toBe(405);
    expect(await lastBeat(journal, 'weather', 'nightly', later)).toBeNull();
  });

  test('comes with the token of its agent', async () => {
    const { url } = await openReceiver({ manifest: tokenManifest, env: tokens });
    const authorization = 'Bearer tok-billing';
    expect((await post(`${url}/beat/billing`, { authorization })).status).toBe(200);
    expect((await post(`${url}/beat/weather`, { authorization })).status).toBe(403);
    expect((await post(`${url}/beat/weather`)).status).toBe(401);
  });
});

test('metrics tell the states, the figures and what was received', async () => {
  const { url } = await openReceiver();
  const { body } = recordedExport('genai-openai.traces.json');
  await fetch(`${url}/v1/traces`, { method: 'POST', body: new Uint8Array(body), headers: { 'content-type': 'application/json' } });
  const reply = await fetch(`${url}/metrics`);
  expect(reply.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  const text = await reply.text();
  expect(text).toContain('agentops_agent_state{agent="weather",state="unknown"} 1\n');
  expect(text).toContain('agentops_receiver_spans_total 6\n');
  expect(text).toContain('agentops_receiver_requests_total{status="200"} 1\n');
});

test('health says ok, without a token and without the store', async () => {
  const { url } = await openReceiver({ manifest: tokenManifest, env: tokens });
  const reply = await fetch(`${url}/healthz`);
  expect([reply.status, await reply.text()]).toEqual([200, 'ok\n']);
  expect((await fetch(`${url}/healthz`, { method: 'HEAD' })).status).toBe(200);
});

test('what a web page may have sent is refused at every door, and told', async () => {
  const { url, events } = await openReceiver({ names: ['Host.Docker.Internal'] });
  const origin = 'http://evil.example';
  for (const path of ['/v1/traces', '/beat/weather']) expect((await post(`${url}${path}`, { origin })).status).toBe(403);
  expect((await fetch(`${url}/metrics`, { headers: { origin } })).status).toBe(403);
  expect(events.filter(({ event }) => event === 'foreign')).toHaveLength(3);
});
