import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bodyOf, cut, headline, receiverKey } from '../../../src/oversight/notify/wording.ts';
import { alertLetter, messageOf } from '../../support/messages.ts';

test('a text is cut between code points and says so, and no escape is cut in two', () => {
  expect(cut('abc', 3)).toBe('abc');
  expect(cut('👩🏽‍💻abc', 3)).toBe('👩🏽…');
  expect(cut('a<b', 6, (point) => (point === '<' ? '&lt;' : point))).toBe('a&lt;b');
  expect(cut('a<b', 5, (point) => (point === '<' ? '&lt;' : point))).toBe('a…');
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 30 }), (text, most) => {
      const escaped = (point: string) => (point === '&' ? '&amp;' : point);
      const short = cut(text, most, escaped);
      expect([...short].length).toBeLessThanOrEqual(most);
      const [body = ''] = short.split(/…$/);
      expect([...text].map(escaped).join('').startsWith(body)).toBe(true);
    }),
  );
});

test('a headline is one line, and the command stands in a line of its own', () => {
  const message = messageOf({ title: 'one\ntwo\u001b[31m', text: '', next: 'agentops alerts\nexplain' });
  expect([headline(message), bodyOf(message)]).toEqual(['one two', 'Next: agentops alerts explain']);
});

test('a receiver joins what is said of one alert, and tells fleets apart', () => {
  const key = receiverKey(alertLetter('begins'), 255);
  expect(key).toBe('acme/alert/cost/support');
  expect(receiverKey(alertLetter('ends'), 255)).toBe(key);
  const long = alertLetter('begins', { about: { key: 'x'.repeat(300), phase: 'begins' } });
  expect(receiverKey(long, 255)).toMatch(/^agentops\/[0-9a-f]{32}$/);
  expect(receiverKey(long, 512)).toHaveLength(305);
});
