import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { verdictOf } from '../../src/cli/diagnose.ts';
import { leastNode, nodeFinding, proxyFindings, tlsFindings } from '../../src/cli/diagnose-machine.ts';
import { findingsIn } from '../../src/cli/diagnosed.ts';

describe('Node', () => {
  test('is asked for as package.json asks', () => {
    const { engines } = JSON.parse(readFileSync(resolve(import.meta.dirname, '../../package.json'), 'utf8')) as {
      engines: { node: string };
    };
    expect(engines.node).toBe(`>=${leastNode.join('.')}`);
  });

  test.each([
    ['20.19.0', 'ok'],
    ['22.1.0', 'ok'],
    ['20.18.3', 'fail'],
    ['18.20.0', 'fail'],
  ])('%s is %s', (version, state) => expect(nodeFinding(version).state).toBe(state));
});

describe('proxies', () => {
  test.each(['http://me:s3cret@proxy:3128', 'me:s3cret@proxy:3128', 'https://s3cret@proxy', 'http://me:s3%20cret@proxy/'])(
    '%s shows no credential',
    (url) => {
      for (const name of ['HTTP_PROXY', 'https_proxy', 'ALL_PROXY']) {
        const [found] = proxyFindings({ [name]: url });
        expect(JSON.stringify(found)).not.toMatch(/s3|me:/);
        expect(found?.detail).toContain('proxy');
      }
    },
  );

  test('none is said to be none, one that is no URL fails, one that is not read is a warning', () => {
    expect(proxyFindings({})).toMatchObject([{ state: 'ok', detail: 'none is set' }]);
    expect(proxyFindings({ HTTP_PROXY: 'http://' })).toMatchObject([{ state: 'fail' }]);
    expect(proxyFindings({ HTTPS_PROXY: 'socks5://p:1' })).toMatchObject([{ state: 'fail', detail: expect.stringContaining('socks5') }]);
    expect(proxyFindings({ ALL_PROXY: 'socks5://p:1' })).toMatchObject([{ state: 'warn' }]);
  });
});

test('TLS without checks is a warning', () => {
  expect(tlsFindings({ NODE_TLS_REJECT_UNAUTHORIZED: '0' })).toMatchObject([{ state: 'warn' }]);
  expect(tlsFindings({ NODE_TLS_REJECT_UNAUTHORIZED: '1' })).toEqual([]);
});

describe('the verdict', () => {
  const { ok, warn, fail, skipped } = findingsIn('x');
  test.each([
    ['ok', [ok('a', ''), warn('b', '', null), skipped('c', '')]],
    ['cannot_work', [ok('a', ''), fail('b', '', null)]],
    ['wrong', [ok('a', ''), fail('b', '', null, 'target')]],
    ['wrong', [fail('a', '', null), fail('b', '', null, 'target'), fail('c', '', null)]],
  ] as const)('is %s', (verdict, findings) => expect(verdictOf(findings)).toBe(verdict));
});
