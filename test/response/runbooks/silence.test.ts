import { expect, test } from 'vitest';
import { type Heard, newestEnd, silenceOf } from '../../../src/response/runbooks/silence.ts';
import { hour, minute, noon } from '../../support/facts.ts';

const second = 1000;
const sent = (parts: Partial<Heard>): Heard => ({
  arrival: { kind: 'sent' },
  listening: { since: noon - hour, at: noon },
  lastEnd: noon - minute,
  now: noon,
  ...parts,
});
const polled = (knownMs: number): Partial<Heard> => ({ arrival: { kind: 'polled', knownMs }, listening: null });

test.each<[string, Partial<Heard>, string]>([
  ['a minute in which somebody listened', {}, 'silent'],
  ['so little that a batch may still be on its way', { lastEnd: noon - 10 * second }, 'going-on'],
  ['a request that has not ended', { lastEnd: Number.POSITIVE_INFINITY }, 'going-on'],
  ['a minute in which nobody listened', { listening: null }, 'unknown'],
  ['a minute whose listener died in it', { listening: { since: noon - hour, at: noon - 20 * second } }, 'unknown'],
  ['a listener that came too late to hear what was said', { listening: { since: noon - second, at: noon } }, 'unknown'],
  ['an agent that never had a request', { lastEnd: null }, 'unknown'],
  ['a backend that was read just now', polled(noon), 'silent'],
  ['a backend that was read no further than its last request', polled(noon - minute), 'going-on'],
  ['an agent without traces', { arrival: { kind: 'none', why: 'no traces' } }, 'unknown'],
])('%s', (_, parts, kind) => {
  expect(silenceOf(sent(parts)).kind).toBe(kind);
});

test('it is silent since the end of the last request, whichever began last', () => {
  const requests = [
    { startUs: (noon - 2 * minute) * 1000, durationUs: 1_000_000 },
    { startUs: (noon - 3 * minute) * 1000, durationUs: 120_000_000 },
  ];
  expect(newestEnd(requests)).toBe(noon - minute);
  expect(silenceOf(sent({ lastEnd: newestEnd(requests) }))).toEqual({ kind: 'silent', since: noon - minute });
  expect(newestEnd([...requests, { startUs: noon * 1000, durationUs: null }])).toBe(Number.POSITIVE_INFINITY);
  expect(newestEnd([])).toBeNull();
});
