import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parseJson } from '../../../src/ground/json.ts';
import webhook from '../../../src/oversight/notify/channels/webhook.ts';
import type { Letter } from '../../../src/oversight/notify/port.ts';
import { signatureHeaders } from '../../../src/oversight/notify/webhook-signature.ts';
import { peersFolder } from '../../peers/start-peer.ts';
import { noon } from '../../support/facts.ts';
import { closedPort, openPeer, type Reply } from '../../support/http-peer.ts';
import { letterOf } from '../../support/messages.ts';
import { describeWithPeer } from '../../support/peer-or-skip.ts';
import { json, redirect, silence } from '../../support/replies.ts';
import { openWorld, ref } from '../../support/world.ts';

const secret = `whsec_${randomBytes(32).toString('base64')}`;
const never = new AbortController().signal;

const send = async (url: string, parts: { letter?: Letter; secret?: string; headers?: Record<string, string>; timeout?: number } = {}) => {
  const world = openWorld({ WEBHOOK: parts.secret ?? '' });
  onTestFinished(() => world.http.close());
  const { letter = letterOf(), headers = {}, timeout = 5000 } = parts;
  const config = {
    kind: 'webhook' as const,
    url: ref(url),
    timeout,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, ref(value)])),
    ...(parts.secret === undefined ? {} : { secret: ref('${WEBHOOK}') }),
  };
  return webhook.open(config, world).send(letter, never);
};

const answering = async (reply: Reply) => send((await openPeer(reply)).url);

describe('a webhook', () => {
  test('gets type, time and data, and nothing that a terminal would obey', async () => {
    const peer = await openPeer(json({}, 202));
    const letter = letterOf({ title: 'loops \u001b[2Jagain\nand again', text: 'one\r\ntwo\u202e', facts: { steps: 40 } });
    expect(await send(`${peer.url}/hook`, { letter, headers: { 'x-team': 'ops' } })).toEqual({ result: 'sent', ref: null });
    expect(peer.received[0]).toMatchObject({
      method: 'POST',
      path: '/hook',
      headers: { 'content-type': 'application/json', 'x-team': 'ops' },
      json: {
        type: 'incident.open',
        timestamp: new Date(noon).toISOString(),
        data: { dedup_key: 'inc-1/open', title: 'loops again and again', text: 'one\ntwo', facts: { steps: 40 } },
      },
    });
    expect(peer.received[0]?.headers).not.toHaveProperty('webhook-signature');
  });

  test.each([
    [json({}, 429, { 'retry-after': '120' }), { result: 'retry', afterMs: 120_000 }],
    [json({ error: 'no\u001b[31m room' }, 503), { result: 'retry', afterMs: null, why: expect.stringContaining('HTTP 503') }],
    [json({}, 401), { result: 'retry' }],
    [json({}, 410), { result: 'rejected', why: expect.stringContaining('HTTP 410') }],
    [json({}, 422), { result: 'rejected' }],
    [redirect('/elsewhere', 307), { result: 'retry', why: expect.stringContaining('not followed') }],
  ])('tells what can be tried again %#', async (reply, delivery) => {
    expect(await answering(reply)).toMatchObject(delivery);
  });

  test('is tried again where nobody answers, and never at a link-local address', async () => {
    expect(await send(`http://127.0.0.1:${await closedPort()}/`)).toMatchObject({ result: 'retry' });
    expect(await send((await openPeer(silence)).url, { timeout: 200 })).toMatchObject({ result: 'retry' });
    expect(await send('http://169.254.169.254/latest')).toMatchObject({ result: 'retry', why: expect.stringContaining('link-local') });
  });

  test.each(['hunter2', 'whsec_', 'whsec_dG9vc2hvcnQ=', `whsec_${'a'.repeat(200)}`])('does not sign with %s', async (bad) => {
    await expect(send('http://127.0.0.1:1/', { secret: bad })).rejects.toMatchObject({ kind: 'usage', code: 'webhook_secret_invalid' });
  });

  // The example of the specification's own verification page.
  test('signs as the specification shows', () => {
    const body = '{"test": 2432232314}';
    const headers = signatureHeaders('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'msg_p5jXN8AQM9LWM0D4loKWxJek', 1_614_265_330_000, body);
    expect(headers).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });
});

const library = 'standardwebhooks';

describeWithPeer('the library of Standard Webhooks', { packages: [library] }, () => {
  test('accepts the signature, and no altered body', async () => {
    const require = createRequire(join(peersFolder, 'package.json'));
    const { Webhook } = require(library) as {
      Webhook: new (secret: string) => { verify(body: string, headers: Record<string, string>): unknown };
    };
    const peer = await openPeer(json({}));
    await send(peer.url, { secret });
    const got = peer.received[0];
    const headers = Object.fromEntries(Object.entries(got?.headers ?? {}).map(([name, value]) => [name, String(value)]));
    expect(new Webhook(secret).verify(got?.body ?? '', headers)).toEqual(parseJson(got?.body ?? ''));
    expect(headers['webhook-id']).toBe(letterOf().id);
    expect(() => new Webhook(secret).verify(`${got?.body} `, headers)).toThrow();
  });
});
