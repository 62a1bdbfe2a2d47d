import { expect, test } from 'vitest';
import { exportReply, statusReply } from '../../../src/telemetry/traces/otlp-reply.ts';

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

test('everything taken', () => {
  expect(text(exportReply('json', 'traces', 0, ''))).toBe('{}');
  expect(exportReply('proto', 'traces', 0, '')).toHaveLength(0);
});

test('some rejected', () => {
  expect(JSON.parse(text(exportReply('json', 'traces', 3, 'bad ids')))).toEqual({
    partialSuccess: { rejectedSpans: '3', errorMessage: 'bad ids' },
  });
  expect(JSON.parse(text(exportReply('json', 'logs', 3, 'x')))).toEqual({ partialSuccess: { rejectedLogRecords: '3', errorMessage: 'x' } });
  // partial_success (1) of 7 bytes: rejected_spans (1) = 300, error_message (2) = "no".
  expect(hex(exportReply('proto', 'traces', 300, 'no'))).toBe('0a0708ac0212026e6f');
});

test('a request that was refused', () => {
  expect(JSON.parse(text(statusReply('json', 3, 'is not JSON')))).toEqual({ code: 3, message: 'is not JSON' });
  expect(hex(statusReply('proto', 14, 'no'))).toBe('080e12026e6f');
});
