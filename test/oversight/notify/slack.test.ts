import { describe, expect, test } from 'vitest';
import slack from '../../../src/oversight/notify/channels/slack.ts';
import type { Letter } from '../../../src/oversight/notify/port.ts';
import { hostileTexts } from '../../support/hostile.ts';
import { openPeer, type Reply } from '../../support/http-peer.ts';
import { alertLetter } from '../../support/messages.ts';
import { body, json } from '../../support/replies.ts';
import { sendLetters } from '../../support/send-letter.ts';
import { ref } from '../../support/world.ts';

interface Words {
  readonly type: string;
  readonly text: string;
  readonly verbatim: boolean;
}
interface Block {
  readonly type: string;
  readonly text?: Words;
  readonly elements?: readonly Words[];
}

const said = (text: string, status = 200) => body(text, 'text/plain', status);

const send = async (letters: readonly [Letter, ...Letter[]], reply: Reply = said('ok')) => {
  const peer = await openPeer(reply);
  const delivery = await sendLetters(
    slack,
    { settings: { url: ref('${SLACK}') }, env: { SLACK: `${peer.url}/services/T0/B0/s3cret` } },
    ...letters,
  );
  return { delivery, shown: peer.received[0]?.json as unknown as { text: string; blocks: readonly Block[] } };
};

const wordsOf = (blocks: readonly Block[]): readonly Words[] =>
  blocks.flatMap(({ text, elements = [] }) => [...(text === undefined ? [] : [text]), ...elements]);

describe('Slack', () => {
  test('is told what happened, what to type, and of what', async () => {
    const { delivery, shown } = await send([alertLetter('begins')]);
    expect(delivery).toEqual({ result: 'sent', ref: null });
    expect(shown.text).toBe('[FIRING] support: cost: $0.031 a request, usually $0.012');
    expect(wordsOf(shown.blocks).map(({ text }) => text)).toEqual([
      '[FIRING] support: cost: $0.031 a request, usually $0.012\nValue $0.031, usually $0.012.',
      'Next: agentops alerts explain cost support',
      'acme | page | alert/cost/support',
    ]);
  });

  test('is told of a group in one message, within 50 blocks', async () => {
    const many = Array.from({ length: 16 }, (_, index) => alertLetter(index === 1 ? 'ends' : 'begins', { title: `alert ${index}` }));
    const { shown } = await send(many as [Letter, ...Letter[]]);
    expect(shown.text.split('\n').slice(0, 2)).toEqual(['[FIRING] alert 0', '[RESOLVED] alert 1']);
    expect(shown.blocks.length).toBeLessThanOrEqual(50);
    expect(JSON.stringify(shown.blocks)).toContain('alert 15');
  });

  test.each([
    [said('invalid_payload', 400), { result: 'rejected' }],
    [said('no_service', 404), { result: 'retry', why: expect.not.stringContaining('s3cret') }],
    [json({}, 429, { 'retry-after': '30' }), { result: 'retry', afterMs: 30_000 }],
  ])('tells what can be tried again %#', async (reply, delivery) => {
    expect((await send([alertLetter('begins')], reply)).delivery).toMatchObject(delivery);
  });

  test.each([...Object.entries(hostileTexts), ['mentions of its own', '<!channel> <@U012> <https://evil.example|click> &lt;!here&gt;']])(
    'shows %s as text, within its limits',
    async (_, hostile) => {
      const { shown } = await send([alertLetter('begins', { title: hostile, text: hostile, next: hostile })]);
      const all = wordsOf(shown.blocks);
      for (const words of all) {
        expect(words).toMatchObject({ type: 'mrkdwn', verbatim: true });
        expect(words.text.length).toBeLessThanOrEqual(3000 * 2);
        expect([...words.text].length).toBeLessThanOrEqual(3000);
        expect(words.text).not.toBe('');
      }
      for (const text of [shown.text, ...all.map((words) => words.text)]) {
        expect(text).not.toMatch(/[<>]|&(?!amp;|lt;|gt;)/);
        expect(text).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]|\p{Surrogate}/u);
      }
    },
  );

  test('does not post to what is no address', async () => {
    const none = sendLetters(slack, { settings: { url: ref('${SLACK}') }, env: { SLACK: 'not an address' } }, alertLetter('begins'));
    await expect(none).rejects.toMatchObject({ kind: 'usage', code: 'channel_url_invalid' });
  });
});
