import { expect, test } from 'vitest';
import { episodesOf } from '../../../src/desk/report/alert-episodes.ts';
import type { Alert, AlertEvent } from '../../../src/oversight/alerts/alert.ts';
import { quietInstance } from '../../../src/oversight/alerts/alert-state.ts';

const event = (kind: AlertEvent['kind'], at: number, agent = 'a'): AlertEvent => ({
  ...{ rule: 'errors', agent, label: '', kind, eventAt: at, at, isLate: false },
  detail: kind === 'firing' ? 'too many' : '',
});
const alert = (parts: Partial<Alert['instance']>, ack: Alert['ack'] = null): Alert => ({
  ...{ rule: 'errors', agent: 'a', label: '', severity: 'page', category: 'errors', exemplar: null, told: null, quiet: null, ack },
  instance: { ...quietInstance, ...parts },
  judgement: { said: 'breach', value: 1, threshold: 0, baseline: null, unit: 'share', n: 9, reason: 'still too many', numbers: {} },
});

test('each firing is one episode, told and acked while it goes on, newest first', () => {
  const events = [
    event('pending', 1),
    event('firing', 2),
    event('told', 3),
    event('resolved', 5),
    event('firing', 8),
    event('acked', 9),
    event('firing', 7, 'b'),
  ];
  expect(
    episodesOf(events, []).map(({ agent, firedAt, resolvedAt, told, acked, reason }) => [agent, firedAt, resolvedAt, told, acked, reason]),
  ).toEqual([
    ['a', 8, null, false, true, 'too many'],
    ['b', 7, null, false, false, 'too many'],
    ['a', 2, 5, true, false, 'too many'],
  ]);
});

test('one that fired before the time that is looked at is known by its end, or by how it stands', () => {
  expect(episodesOf([event('resolved', 5)], [])).toMatchObject([{ firedAt: null, resolvedAt: 5, severity: null }]);
  const firing = alert({ state: 'recovering', firedAt: -7 }, { actor: 'ada', at: 0, firedAt: -7, note: null });
  expect(episodesOf([], [firing])).toMatchObject([
    { firedAt: -7, resolvedAt: null, severity: 'page', acked: true, reason: 'still too many' },
  ]);
  expect(episodesOf([], [alert({ state: 'resolved', firedAt: -7 })])).toEqual([]);
});
