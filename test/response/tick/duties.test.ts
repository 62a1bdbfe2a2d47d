import { expect, test } from 'vitest';
import { dutiesWanted, dutyNames } from '../../../src/response/tick/duties.ts';
import { pingUrl } from '../../../src/response/tick/send-ping.ts';

test('people are told before anything is acted on', () => {
  expect(dutyNames.indexOf('alerts')).toBeLessThan(dutyNames.indexOf('notify'));
  expect(dutyNames.indexOf('notify')).toBeLessThan(dutyNames.indexOf('runbooks'));
});

test('duties keep their order, however they are named', () => {
  expect(dutiesWanted(['expire', 'alerts'], [])).toEqual(['alerts', 'expire']);
  expect(dutiesWanted([], ['checks', 'sync', 'rollups', 'queues', 'incidents'])).toEqual([
    'alerts',
    'notify',
    'runbooks',
    'scale',
    'expire',
  ]);
});

test('a ping keeps the path and the query of its address', () => {
  expect(pingUrl('https://hc.example/ping/abc?create=1', 'start', 'r1')).toBe('https://hc.example/ping/abc/start?create=1&rid=r1');
  expect(pingUrl('https://hc.example/ping/abc/', 'success', 'r1')).toBe('https://hc.example/ping/abc?rid=r1');
  expect(pingUrl('https://hc.example/ping/abc', 'fail', 'r1')).toBe('https://hc.example/ping/abc/fail?rid=r1');
});
