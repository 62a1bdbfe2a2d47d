import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { digArray, digString, type Json } from '../../../src/ground/json.ts';
import jsm from '../../../src/oversight/notify/channels/jsm.ts';
import opsgenie from '../../../src/oversight/notify/channels/opsgenie.ts';
import pagerduty from '../../../src/oversight/notify/channels/pagerduty.ts';
import slack from '../../../src/oversight/notify/channels/slack.ts';
import type { Letter } from '../../../src/oversight/notify/port.ts';
import { receiverKey } from '../../../src/oversight/notify/wording.ts';
import { noon } from '../../support/facts.ts';
import { openPeer } from '../../support/http-peer.ts';
import { messageOf } from '../../support/messages.ts';
import { json } from '../../support/replies.ts';
import { sendLetters } from '../../support/send-letter.ts';
import { ref } from '../../support/world.ts';

/** Texts of any length, of any code points: astral ones, halves of them, and those that are escaped. */
const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc
    .tuple(fc.constantFrom('x', '&', '<', '👩🏽‍💻', 'é', '\ud83d', '\n'), fc.integer({ min: 0, max: 20_000 }))
    .map(([unit, times]) => unit.repeat(times)),
);
const names = fc
  .tuple(fc.constantFrom('support', 'a.b-c_d', 'x'), fc.integer({ min: 1, max: 60 }))
  .map(([name, times]) => name.repeat(times));

const letters: fc.Arbitrary<Letter> = fc
  .record({ title: texts, text: texts, next: fc.option(texts), fleet: names, agent: fc.option(names), key: names, value: texts })
  .map(({ key, value, ...said }) => ({
    ...{ id: 'msg_0123456789abcdef01234567', dedupKey: `alert/${key}/${noon}/fire`, madeAt: noon },
    message: messageOf({ ...said, about: { key: `alert/${key}`, phase: 'begins', since: noon }, facts: { rule: key, value } }),
  }));

const sent = async (
  channel: Parameters<typeof sendLetters>[0],
  settings: Readonly<Record<string, unknown>>,
  letter: Letter,
): Promise<Json> => {
  const peer = await openPeer(json({ result: 'ok' }, 202));
  const env = { KEY: 'a-key', HOOK: `${peer.url}/services/T0/B0/x` };
  const delivery = await sendLetters(channel, { settings: { url: ref(peer.url), ...settings }, env }, letter);
  expect(delivery.result).toBe('sent');
  return peer.received[0]?.json ?? null;
};

/** Receivers count characters as people do, and refuse halves of one. */
const expectWithin = (value: string | null, most: number): void => {
  expect([...(value ?? '')].length).toBeLessThanOrEqual(most);
  expect(value ?? '').not.toMatch(/\p{Surrogate}/u);
};

const runs = { numRuns: 40 };

describe('whatever is said', () => {
  test('PagerDuty gets a summary and an event that it takes, under a key that was not cut', async () => {
    const property = fc.asyncProperty(letters, async (letter) => {
      const event = await sent(pagerduty, { routing_key: ref('${KEY}') }, letter);
      expectWithin(digString(event, 'payload', 'summary'), 1024);
      expect(Buffer.byteLength(JSON.stringify(event))).toBeLessThanOrEqual(512 * 1024);
      expect(digString(event, 'dedup_key')).toBe(receiverKey(letter, 255));
      expectWithin(digString(event, 'dedup_key'), 255);
    });
    await fc.assert(property, runs);
  }, 60_000);

  test('Slack gets a text and blocks that it takes', async () => {
    const property = fc.asyncProperty(letters, async (letter) => {
      const message = await sent(slack, { url: ref('${HOOK}') }, letter);
      expect(digString(message, 'text')?.length).toBeGreaterThan(0);
      const blocks = digArray(message, 'blocks');
      expect(blocks.length).toBeLessThanOrEqual(50);
      for (const block of blocks) {
        expectWithin(digString(block, 'text', 'text'), 3000);
        // What was escaped is whole.
        expect(digString(block, 'text', 'text') ?? '').not.toMatch(/&(?!amp;|lt;|gt;)/);
        for (const element of digArray(block, 'elements')) expectWithin(digString(element, 'text'), 2000);
      }
    });
    await fc.assert(property, runs);
  }, 60_000);

  test.each([
    ['Opsgenie', opsgenie, { api_key: ref('${KEY}') }, 'details'],
    ['Jira Service Management', jsm, { cloud_id: 'abc-1', email: 'a@b.io', api_token: ref('${KEY}') }, 'extraProperties'],
  ] as const)(
    '%s gets an alert that it takes, under an alias that was not cut',
    async (_, channel, settings, details) => {
      const property = fc.asyncProperty(letters, async (letter) => {
        const alert = await sent(channel as typeof opsgenie, settings, letter);
        expectWithin(digString(alert, 'message'), 130);
        expectWithin(digString(alert, 'description'), 15_000);
        expectWithin(digString(alert, 'entity'), 512);
        for (const tag of digArray(alert, 'tags')) expectWithin(String(tag), 50);
        const values = Object.entries((alert as { [key: string]: Json })[details] as { [key: string]: string });
        expect(values.reduce((sum, [name, value]) => sum + [...name].length + [...value].length, 0)).toBeLessThanOrEqual(8000);
        expect(digString(alert, 'alias')).toBe(receiverKey(letter, 512));
        expectWithin(digString(alert, 'alias'), 512);
      });
      await fc.assert(property, runs);
    },
    60_000,
  );

  test('keys of two things stay two, however long they are', () => {
    fc.assert(
      fc.property(letters, names, (letter, other) => {
        const about = { ...letter.message.about, key: `${letter.message.about?.key}/${other}`, phase: 'begins' as const };
        const changed = { ...letter, message: { ...letter.message, about } };
        expect(receiverKey(changed, 255)).not.toBe(receiverKey(letter, 255));
      }),
    );
  });
});
