import { describe, expect, test } from 'vitest';
import { blameOwnNetwork, networkSign } from '../../../src/quality/health/own-network.ts';
import type { CheckResult } from '../../../src/quality/health/result.ts';
import { aResult } from '../../support/facts.ts';

const ended = (outcome: CheckResult['outcome'], cause: string | null, status: CheckResult['status'] = 'fail') =>
  aResult({ status, outcome, cause, reason: 'there is no host' });

describe('what a result says of the network', () => {
  test.each([
    ['an answer', 'a.example', ended('ok', null, 'pass'), 'up'],
    ['a wrong answer', 'a.example', ended('ok', null), 'up'],
    ['a refused connection', 'a.example', ended('unreachable', 'refused'), 'up'],
    ['a slow answer', 'a.example', ended('timeout', 'first byte timeout'), 'up'],
    ['a name that does not resolve', 'a.example', ended('unreachable', 'no such host'), 'down'],
    ['no connection in time', 'a.example', ended('timeout', 'connect timeout'), 'down'],
    ['no network', 'a.example', ended('checker_error', 'own network', 'error'), 'down'],
    ['a missing secret', 'a.example', ended('checker_error', 'own fault', 'error'), 'nothing'],
    ['a program of this machine', null, ended('ok', null, 'pass'), 'nothing'],
    ['loopback by name', 'localhost:8080', ended('ok', null, 'pass'), 'nothing'],
    ['loopback by number', '127.0.0.1:8080', ended('timeout', 'connect timeout'), 'nothing'],
    ['loopback by IPv6', '[::1]:8080', ended('ok', null, 'pass'), 'nothing'],
    ['a host that only looks like loopback', '127.0.0.1.example', ended('ok', null, 'pass'), 'up'],
  ] as const)('%s', (_, host, result, sign) => expect(networkSign({ host, result })).toBe(sign));
});

describe('whose fault it is', () => {
  const failed = ended('unreachable', 'no such host');
  test('of one host alone: the agent', () =>
    expect(
      blameOwnNetwork([
        { host: 'a.example', result: failed },
        { host: 'a.example', result: failed },
      ]),
    ).toEqual([failed, failed]));

  test('of two hosts: the checker', () => {
    const [first] = blameOwnNetwork([
      { host: 'a.example', result: failed },
      { host: 'b.example', result: failed },
    ]);
    expect(first).toMatchObject({
      status: 'error',
      outcome: 'checker_error',
      cause: 'own network',
      reason: 'none of the 2 hosts asked could be reached, so it is the network of this machine: there is no host',
    });
  });
});
