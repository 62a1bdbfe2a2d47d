import { describe, expect, test } from 'vitest';
import { foreignReason, isLoopback } from '../../../src/ground/runtime/foreign-caller.ts';

describe('a listener is reached from this machine alone', () => {
  test.each(['127.0.0.1', '127.8.9.10', 'localhost', 'LOCALHOST', '::1'])('at %s', (host) => expect(isLoopback(host)).toBe(true));
  test.each(['0.0.0.0', '::', '10.0.0.1', '127.0.0.1.evil.example', '128.0.0.1', 'localhost.evil.example', ''])('not at %j', (host) =>
    expect(isLoopback(host)).toBe(false),
  );
});

describe('a request', () => {
  test.each([['localhost:4318'], ['127.0.0.1:4318'], ['[::1]:4318'], ['localhost'], ['localhost.:4318'], ['Host.Docker.Internal:4318']])(
    'for %s is taken',
    (host) => expect(foreignReason({ host }, ['host.docker.internal'])).toBeNull(),
  );

  test.each([['evil.example'], ['evil.example:4318'], ['127.0.0.1.evil.example'], ['[::1].evil.example'], [''], ['192.168.1.7:4318']])(
    'for %j is not',
    (host) => expect(foreignReason({ host }, [])).toContain('is not a name of this service'),
  );

  test('for any name is taken where callers show tokens', () => expect(foreignReason({ host: 'otel.acme.io' }, null)).toBeNull());

  test.each([['http://evil.example'], ['null'], ['https://localhost:4318'], ['http://localhost:3000']])(
    'of a page at %s is not',
    (origin) => expect(foreignReason({ host: 'localhost:4318', origin }, null)).toContain('web pages'),
  );
  test('of a page of its own is', () => expect(foreignReason({ host: 'localhost:4318', origin: 'http://LOCALHOST:4318' }, [])).toBeNull());
});
