import { describe, expect, test } from 'vitest';
import { digString } from '../../../src/ground/json.ts';
import pagerduty from '../../../src/oversight/notify/channels/pagerduty.ts';
import type { Letter } from '../../../src/oversight/notify/port.ts';
import { noon } from '../../support/facts.ts';
import { hostileTexts } from '../../support/hostile.ts';
import { openPeer, type Reply } from '../../support/http-peer.ts';
import { alertLetter, letterOf } from '../../support/messages.ts';
import { json } from '../../support/replies.ts';
import { sendLetters } from '../../support/send-letter.ts';
import { ref } from '../../support/world.ts';

const key = 'R0123456789abcdef0123456789abcde';

const send = async (letter: Letter, reply: Reply = json({ status: 'success' }, 202)) => {
  const peer = await openPeer(reply);
  const settings = { routing_key: ref('${PAGERDUTY}'), url: ref(`${peer.url}/`) };
  const delivery = await sendLetters(pagerduty, { settings, env: { PAGERDUTY: key } }, letter);
  return { delivery, got: peer.received[0] };
};

describe('PagerDuty', () => {
  test('opens, takes on and resolves an alert under one key', async () => {
    const { delivery, got } = await send(alertLetter('begins'));
    expect(delivery).toEqual({ result: 'sent', ref: null });
    expect(got).toMatchObject({
      method: 'POST',
      path: '/v2/enqueue',
      json: {
        routing_key: key,
        event_action: 'trigger',
        dedup_key: 'acme/alert/cost/support',
        client: 'agentops',
        payload: {
          summary: 'support: cost: $0.031 a request, usually $0.012',
          source: 'support',
          severity: 'critical',
          timestamp: new Date(noon).toISOString(),
          class: 'cost',
          custom_details: { value: 31_000_000, message: expect.stringContaining('Next: agentops alerts explain cost support') },
        },
      },
    });
    for (const [phase, action] of [
      ['goes-on', 'trigger'],
      ['taken-on', 'acknowledge'],
      ['ends', 'resolve'],
    ] as const)
      expect((await send(alertLetter(phase))).got?.json).toMatchObject({ event_action: action, dedup_key: 'acme/alert/cost/support' });
    expect((await send(alertLetter('ends'))).got?.json).toEqual({
      routing_key: key,
      event_action: 'resolve',
      dedup_key: 'acme/alert/cost/support',
    });
  });

  test('wakes for a page that stands for itself, and notes the rest as a change', async () => {
    const paged = await send(letterOf());
    expect(paged.got).toMatchObject({ path: '/v2/enqueue', json: { event_action: 'trigger', dedup_key: 'acme/inc-1/open' } });
    const noted = await send(letterOf({ severity: 'notify' }));
    expect(noted.got).toMatchObject({ path: '/v2/change/enqueue', json: { payload: { summary: 'support loops', source: 'support' } } });
    expect(noted.got?.json).not.toHaveProperty('dedup_key');
  });

  test.each([
    [
      json({ status: 'invalid event', errors: ['routing_key is not valid'] }, 400),
      { result: 'rejected', why: expect.stringContaining('routing_key') },
    ],
    [json({}, 429, { 'retry-after': '7' }), { result: 'retry', afterMs: 7000 }],
    [json({}, 500), { result: 'retry' }],
    [json({ echo: key }, 403), { result: 'retry', why: expect.not.stringContaining(key) }],
  ])('tells what can be tried again %#', async (reply, delivery) => {
    expect((await send(alertLetter('begins'), reply)).delivery).toMatchObject(delivery);
  });

  test.each(Object.entries(hostileTexts))('keeps to its limits with %s', async (_, text) => {
    const facts = { rule: 'cost', category: 'cost', deep: [text.slice(0, 900_000)] };
    const { got, delivery } = await send(alertLetter('begins', { title: text, text, facts }));
    expect(delivery.result).toBe('sent');
    const summary = digString(got?.json, 'payload', 'summary') ?? '';
    expect([...summary].length).toBeLessThanOrEqual(1024);
    expect(summary).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]|\p{Surrogate}/u);
    expect(Buffer.byteLength(got?.body ?? '')).toBeLessThan(512 * 1024);
  });
});
