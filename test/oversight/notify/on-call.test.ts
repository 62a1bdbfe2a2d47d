import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/ground/json.ts';
import jsm from '../../../src/oversight/notify/channels/jsm.ts';
import opsgenie from '../../../src/oversight/notify/channels/opsgenie.ts';
import type { Letter } from '../../../src/oversight/notify/port.ts';
import { hostileTexts } from '../../support/hostile.ts';
import { openPeer, type Reply } from '../../support/http-peer.ts';
import { alertLetter, letterOf } from '../../support/messages.ts';
import { json } from '../../support/replies.ts';
import { sendLetters } from '../../support/send-letter.ts';
import { ref } from '../../support/world.ts';

const alias = 'acme/alert/cost/support';

describe('Opsgenie', () => {
  const send = async (letter: Letter, reply: Reply = json({ result: 'Request will be processed' }, 202)) => {
    const peer = await openPeer(reply);
    const settings = { api_key: ref('${OPSGENIE}'), url: ref(peer.url), team: 'ops' };
    const delivery = await sendLetters(opsgenie, { settings, env: { OPSGENIE: 'genie-key' } }, letter);
    return { delivery, got: peer.received[0] };
  };

  test('opens an alert, and takes it on and closes it by its alias', async () => {
    const { delivery, got } = await send(alertLetter('begins'));
    expect(delivery).toEqual({ result: 'sent', ref: null });
    expect(got).toMatchObject({
      path: '/v2/alerts',
      headers: { authorization: 'GenieKey genie-key' },
      json: {
        alias,
        priority: 'P1',
        entity: 'support',
        responders: [{ type: 'team', name: 'ops' }],
        details: { rule: 'cost', value: '31000000' },
      },
    });
    const closed = await send(alertLetter('ends'));
    expect(closed.got?.path).toBe(`/v2/alerts/${encodeURIComponent(alias)}/close`);
    expect(closed.got?.query.get('identifierType')).toBe('alias');
    expect((await send(alertLetter('taken-on'))).got?.path).toBe(`/v2/alerts/${encodeURIComponent(alias)}/acknowledge`);
    expect((await send(letterOf({ severity: 'notify' }))).got?.json).toMatchObject({ alias: 'acme/inc-1/open', priority: 'P3' });
  });

  test.each([
    [json({ message: 'Key format is not valid!' }, 422), 'rejected'],
    [json({ message: 'You are making too many requests!' }, 429), 'retry'],
    [json({ message: 'Could not authenticate' }, 401), 'retry'],
  ])('tells what can be tried again %#', async (reply, result) => {
    expect((await send(alertLetter('begins'), reply)).delivery.result).toBe(result);
  });

  test.each(Object.entries(hostileTexts))('keeps to its limits with %s', async (_, text) => {
    const facts = { rule: 'cost', category: text.slice(0, 200), reason: text.slice(0, 100_000) };
    const { got, delivery } = await send(alertLetter('begins', { title: text, text, facts }));
    expect(delivery.result).toBe('sent');
    const body = got?.json as unknown as { message: string; description: string; tags: string[]; details: Record<string, string> };
    const points = (of: string) => [...of].length;
    expect(points(body.message)).toBeLessThanOrEqual(130);
    expect(points(body.description)).toBeLessThanOrEqual(15_000);
    expect(Math.max(...body.tags.map(points))).toBeLessThanOrEqual(50);
    expect(Object.values(body.details).reduce((sum, value) => sum + points(value), 0)).toBeLessThanOrEqual(8000);
  });
});

describe('Jira Service Management', () => {
  const send = async (letter: Letter, reply: Reply) => {
    const peer = await openPeer(reply);
    const settings = { cloud_id: 'c-1', email: 'ops@example.com', api_token: ref('${JSM}'), url: ref(peer.url) };
    const delivery = await sendLetters(jsm, { settings, env: { JSM: 'jsm-token' } }, letter);
    return {
      delivery,
      asked: peer.received.map(({ method, path, query }) => `${method} ${path}${query.size > 0 ? `?${query}` : ''}`),
      peer,
    };
  };
  const base = '/jsm/ops/api/c-1/v1/alerts';
  const found =
    (lookup: JsonObject, status = 200): Reply =>
    (request, response) =>
      json(request.method === 'GET' ? lookup : { result: 'ok' }, request.method === 'GET' ? status : 202)(request, response);
  const old = (letter: Letter): Letter => ({ ...letter, madeAt: Date.now() - 3_600_000 });
  const young = (letter: Letter): Letter => ({ ...letter, madeAt: Date.now() });

  test('opens an alert, and closes it by the id that the alias leads to', async () => {
    const opened = await send(alertLetter('begins'), found({}));
    expect(opened.asked).toEqual([`POST ${base}`]);
    expect(opened.peer.received[0]).toMatchObject({
      headers: { authorization: `Basic ${Buffer.from('ops@example.com:jsm-token').toString('base64')}` },
      json: { alias, message: 'support: cost: $0.031 a request, usually $0.012' },
    });
    const closed = await send(alertLetter('ends'), found({ id: 'id/1' }));
    expect(closed.asked).toEqual([`GET ${base}/alias?alias=${encodeURIComponent(alias)}`, `POST ${base}/id%2F1/close`]);
    expect(closed.delivery).toEqual({ result: 'sent', ref: 'id/1' });
    expect((await send(alertLetter('taken-on'), found({ id: 'a' }))).asked[1]).toBe(`POST ${base}/a/acknowledge`);
  });

  test('looks again for an alert that may still be made, and has nothing to close where there is none', async () => {
    expect((await send(young(alertLetter('ends')), found({}, 404))).delivery).toMatchObject({ result: 'retry', afterMs: 10_000 });
    expect((await send(old(alertLetter('ends')), found({}, 404))).delivery).toEqual({ result: 'sent', ref: null });
    expect((await send(old(alertLetter('ends')), found({}, 500))).delivery).toMatchObject({ result: 'retry' });
    expect((await send(old(alertLetter('ends')), found({}))).delivery).toMatchObject({ result: 'retry' });
  });
});
