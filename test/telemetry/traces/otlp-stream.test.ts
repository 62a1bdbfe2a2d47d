import { array, assert, constantFrom, nat, property, tuple, uint8Array } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openSplitter, type StreamShape } from '../../../src/telemetry/traces/otlp-stream.ts';
import { recordedExport } from '../../support/otlp-capture.ts';

/** All requests of some bytes that arrive in pieces cut at the given places. */
const split = (
  bytes: Uint8Array,
  cuts: readonly number[] = [],
): { readonly shape: StreamShape | null; readonly requests: readonly string[] } => {
  const splitter = openSplitter();
  const places = [...new Set(cuts.map((cut) => (bytes.length === 0 ? 0 : cut % bytes.length)))].sort((a, b) => a - b);
  const requests = [0, ...places].flatMap((from, at) => splitter.push(bytes.subarray(from, places[at] ?? bytes.length)));
  const all = [...requests, ...splitter.end()].map((request) => Buffer.from(request).toString('latin1'));
  return { shape: splitter.shape, requests: all };
};

const latin = (bytes: Buffer): string => bytes.toString('latin1');
const json = recordedExport('genai-openai.traces.json').body;
const proto = recordedExport('genai-openai.traces.protobuf.wire.json').body;
const line = JSON.stringify(JSON.parse(json.toString()));
const framed = (body: Uint8Array): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  return Buffer.concat([length, body]);
};

const streams: Readonly<Record<StreamShape, { readonly bytes: Buffer; readonly requests: readonly string[] }>> = {
  lines: { bytes: Buffer.from(`${line}\n\n${line}\r\n{"resour`), requests: [line, `${line}\r`, '{"resour'] },
  document: { bytes: json, requests: [json.toString('latin1')] },
  frames: { bytes: Buffer.concat([framed(proto), framed(proto), Buffer.from([0, 0])]), requests: [proto, proto].map(latin).concat('\0\0') },
  fields: { bytes: Buffer.concat([proto, proto]), requests: [proto, proto].map(latin) },
};

describe.each(Object.entries(streams))('a stream of %s', (shape, { bytes, requests }) => {
  test('comes apart into its requests', () => {
    const found = split(bytes);
    expect(found.shape).toBe(shape);
    expect(found.requests.map((request) => (shape === 'document' ? JSON.parse(request) : request))).toEqual(
      requests.map((request) => (shape === 'document' ? JSON.parse(request) : request)),
    );
  });

  test('does so wherever its pieces are cut', () => {
    const whole = split(bytes);
    assert(
      property(array(nat(), { maxLength: 20 }), (cuts) => {
        expect(split(bytes, cuts)).toEqual(whole);
      }),
      { numRuns: 100 },
    );
  });
});

test('blank lines before a document, and a last line without an end, are fine', () => {
  expect(split(Buffer.from(`\n\n${line}\n${line}`))).toEqual({ shape: 'lines', requests: [line, line] });
  expect(split(Buffer.from(`\n{\n}\n`)).shape).toBe('document');
  expect(split(Buffer.from(line)).requests).toEqual([line]);
  expect(split(Buffer.alloc(0))).toEqual({ shape: null, requests: [] });
  expect(split(Buffer.from(' \n \n')).requests).toEqual([]);
});

test('whatever comes, it ends, and hands on no byte twice', () => {
  const bytes = constantFrom(...Object.values(streams).map((stream) => stream.bytes));
  const damaged = tuple(bytes, nat(), uint8Array({ minLength: 1, maxLength: 9 })).map(([original, at, put]) => {
    const copy = Buffer.from(original);
    copy.set(put, at % Math.max(1, copy.length - put.length));
    return copy;
  });
  assert(
    property(damaged, array(nat(), { maxLength: 5 }), (broken, cuts) => {
      const length = split(broken, cuts).requests.reduce((sum, request) => sum + request.length, 0);
      expect(length).toBeLessThanOrEqual(broken.length);
    }),
  );
});
