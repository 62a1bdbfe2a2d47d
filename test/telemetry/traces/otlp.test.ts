import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { spansOfGroup } from '../../../src/telemetry/traces/attributes.ts';
import { scoresOfGroup } from '../../../src/telemetry/traces/evaluation.ts';
import { type Decoded, decodeOtlp, encodingOf, type OtlpEncoding, type OtlpSignal } from '../../../src/telemetry/traces/otlp.ts';
import type { Batch } from '../../../src/telemetry/traces/raw-span.ts';
import { recordedExport } from '../../support/otlp-capture.ts';
import {
  type Any,
  bytesField,
  doubleField,
  fixedField,
  textField,
  type WrittenResource,
  type WrittenSpan,
  writeJson,
  writeProto,
} from '../../support/otlp-writer.ts';

const batchOf = (decoded: Decoded): Batch => {
  if (!decoded.ok) throw new Error(decoded.reason);
  return decoded.batch;
};
const jsonBatch = (request: unknown, signal: OtlpSignal = 'traces'): Batch =>
  batchOf(decodeOtlp(Buffer.from(JSON.stringify(request)), 'json', signal));
const reasonOf = (body: Uint8Array, encoding: OtlpEncoding): string => {
  const decoded = decodeOtlp(body, encoding, 'traces');
  return decoded.ok ? '' : decoded.reason;
};

const span = {
  traceId: '5B8EFFF798038103D269B633813FC60C',
  spanId: 'eee19b7ec3c1b174',
  name: 'chat',
  startTimeUnixNano: '1795370651201000999',
  endTimeUnixNano: '1795370654870000000',
};
const withSpans = (...spans: readonly unknown[]) => ({ resourceSpans: [{ scopeSpans: [{ spans }] }] });
const onlySpan = (parts: object) => jsonBatch(withSpans({ ...span, ...parts })).groups[0]?.spans[0];

describe('requests in JSON', () => {
  test('nanoseconds beyond 2^53 become exact microseconds', () =>
    expect(onlySpan({})).toMatchObject({ startUs: 1_795_370_651_201_000, endUs: 1_795_370_654_870_000 }));

  test.each([
    ['hex of any case', span.traceId],
    ['base64', 'W47/95gDgQPSabYzgT/GDA=='],
    ['base64 without its end', 'W47/95gDgQPSabYzgT/GDA'],
  ])('ids in %s', (_, traceId) => expect(onlySpan({ traceId })?.traceId).toBe('5b8efff798038103d269b633813fc60c'));

  test.each([
    ['absent', undefined],
    ['empty', ''],
    ['zero', '0000000000000000'],
    ['the span itself', span.spanId],
  ])('a parent that is %s makes a root', (_, parentSpanId) => expect(onlySpan({ parentSpanId })?.parentId).toBeNull());

  test('what exporters in use send beside the specification', () => {
    expect(onlySpan({ status: { code: 'STATUS_CODE_ERROR' } })?.statusCode).toBe(2);
    expect(onlySpan({ attributes: [{ key: 'n', value: { intValue: 12 } }] })?.attributes.get('n')).toBe(12);
    expect(onlySpan({ attributes: [{ key: 'n', value: { intValue: '-12' } }] })?.attributes.get('n')).toBe(-12);
    expect(onlySpan({ endTimeUnixNano: undefined })?.endUs).toBeNull();
    const old = { resourceSpans: [{ instrumentationLibrarySpans: [{ spans: [span] }] }] };
    expect(jsonBatch(old).groups[0]?.spans).toHaveLength(1);
  });

  test('a clock that went back makes a span of no length', () =>
    expect(onlySpan({ endTimeUnixNano: '1795370650000000000' })).toMatchObject({ endUs: 1_795_370_651_201_000 }));

  test('spans that make no sense are counted, the others taken', () => {
    const bad = [
      { traceId: '00' },
      { spanId: '0'.repeat(16) },
      { startTimeUnixNano: '0' },
      { parentSpanId: 'xyz' },
      { traceId: undefined },
    ];
    const batch = jsonBatch(withSpans(span, ...bad.map((parts) => ({ ...span, ...parts })), null, 7));
    expect(batch.rejected).toBe(7);
    expect(batch.groups[0]?.spans).toHaveLength(1);
    expect(batch.reasons.length).toBeGreaterThan(0);
  });

  test.each(['', '[]', '7', 'null', '{"resourceSpans":{}}', '{"resourceSpans":[', '<html>'])('%j is no request', (text) =>
    expect(reasonOf(Buffer.from(text), 'json')).toMatch(/^is /),
  );
  test('bytes that are no UTF-8 are no request', () => expect(reasonOf(Buffer.from([0x7b, 0xff, 0x7d]), 'json')).toBe('is not UTF-8'));
  test('an empty request is well', () => expect(jsonBatch({})).toEqual({ groups: [], rejected: 0, reasons: [] }));
});

describe('requests in protobuf', () => {
  test('an empty request is well', () => expect(batchOf(decodeOtlp(new Uint8Array(), 'proto', 'traces')).rejected).toBe(0));

  test('a span without ids is counted', () => {
    const body = bytesField(1, bytesField(2, bytesField(2, Buffer.alloc(0))));
    expect(batchOf(decodeOtlp(body, 'proto', 'traces'))).toMatchObject({ rejected: 1 });
  });

  test.each([
    ['a length past the end', [0x0a, 0x7f]],
    ['a length beyond any buffer', [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]],
    ['a number that never ends', new Array(40).fill(0x80)],
    ['a group', [0x0b]],
    ['field number 0', [0x02, 0x00]],
    ['half a fixed64', [0x09, 1, 2, 3]],
  ])('%s is undecodable', (_, bytes) => expect(reasonOf(Uint8Array.from(bytes), 'proto')).toMatch(/^is not protobuf/));

  test('every cut of a recorded request is undecodable or a shorter request', () => {
    const { body } = recordedExport('genai-openai.traces.protobuf.wire.json');
    let undecodable = 0;
    for (let length = 0; length < body.length; length++) undecodable += decodeOtlp(body.subarray(0, length), 'proto', 'traces').ok ? 0 : 1;
    expect(undecodable).toBe(body.length - 1);
  });
});

describe('both encodings', () => {
  const hex = (bytes: number) =>
    fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((id) => Buffer.from(id.with(0, 1)).toString('hex'));
  const { value } = fc.letrec<{ value: Any }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.string({ unit: 'grapheme' }),
      fc.boolean(),
      fc.bigInt({ min: -(2n ** 53n), max: 2n ** 53n }),
      fc.double({ noNaN: true, noDefaultInfinity: true }).filter((number) => !Object.is(number, -0)),
      fc.constant(null),
      fc.uint8Array({ maxLength: 6 }),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(fc.string({ minLength: 1 }), tie('value'), { maxKeys: 3 }),
    ),
  }));
  const attributes = fc.dictionary(fc.string({ minLength: 1 }), value, { maxKeys: 6 });
  const nanos = fc.bigInt({ min: 1_000_000_000_000_000_000n, max: 4_000_000_000_000_000_000n });
  const written: fc.Arbitrary<WrittenSpan> = fc.record({
    traceId: hex(16),
    spanId: hex(8),
    parentSpanId: fc.oneof(fc.constant(''), hex(8)),
    name: fc.string(),
    startNanos: nanos,
    endNanos: nanos,
    attributes,
    events: fc.array(fc.record({ name: fc.string(), nanos, attributes }), { maxLength: 2 }),
    status: fc.record({ code: fc.nat(2), message: fc.string() }),
  });
  const requests = fc.array(fc.record({ attributes, spans: fc.array(written, { maxLength: 3 }) }), { maxLength: 3 });

  test('say the same', () =>
    fc.assert(
      fc.property(requests, (request) => {
        const [json, proto] = [writeJson(request), writeProto(request)];
        expect(batchOf(decodeOtlp(proto, 'proto', 'traces'))).toEqual(batchOf(decodeOtlp(json, 'json', 'traces')));
        const spans = request.flatMap((resource) => resource.spans);
        const found = batchOf(decodeOtlp(json, 'json', 'traces')).groups.flatMap((group) => group.spans);
        expect(found.map(({ startUs }) => startUs)).toEqual(spans.map(({ startNanos }) => Number(startNanos / 1000n)));
        expect(found.map(({ name, attributes: read }) => [name, read.size])).toEqual(
          spans.map(({ name, attributes: wrote }) => [name, Object.keys(wrote).length]),
        );
      }),
    ));
});

describe('hostile bytes', () => {
  /** Everything that is done with a request before the cache. */
  const readAll = (body: Uint8Array, encoding: OtlpEncoding, signal: OtlpSignal): number => {
    const decoded = decodeOtlp(body, encoding, signal);
    if (!decoded.ok) return 0;
    return decoded.batch.groups.flatMap(spansOfGroup).length + decoded.batch.groups.flatMap(scoresOfGroup).length;
  };
  const files = ['ai-sdk-v5.traces', 'genai-openai.traces', 'openinference-openai.traces', 'langfuse-otel.traces'].map(
    (name) => `${name}.json`,
  );
  const wires = ['ai-sdk-v5', 'genai-openai', 'openinference-openai', 'traceloop'].map((name) => `${name}.traces.protobuf.wire.json`);
  const recordings = [...files, ...wires, 'genai-openai.logs.json'].map(recordedExport);
  const edits = fc.array(fc.tuple(fc.nat(), fc.nat(255), fc.constantFrom('set', 'cut', 'repeat')), { minLength: 1, maxLength: 12 });

  const mutate = (body: Buffer, changes: readonly [number, number, string][]): Buffer => {
    let bytes = Buffer.from(body);
    for (const [place, byte, how] of changes) {
      const at = place % bytes.length;
      if (how === 'set') bytes[at] = byte;
      else if (how === 'cut') bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + byte)]);
      else bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.max(0, at - byte))]);
      if (bytes.length === 0) break;
    }
    return bytes;
  };

  test('arbitrary ones never throw', () =>
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 400 }),
        fc.constantFrom('json', 'proto'),
        fc.constantFrom('traces', 'logs'),
        (body, encoding, signal) => {
          readAll(body, encoding as OtlpEncoding, signal as OtlpSignal);
        },
      ),
      { numRuns: 3000 },
    ));

  test('any JSON never throws', () =>
    fc.assert(
      fc.property(fc.json(), fc.constantFrom('resourceSpans', 'resourceLogs'), (json, key) => {
        readAll(Buffer.from(json), 'json', 'traces');
        readAll(
          Buffer.from(`{"${key}":[{"scopeSpans":[{"spans":[${json}]}],"scopeLogs":[{"logRecords":[${json}]}],"resource":${json}}]}`),
          'json',
          'logs',
        );
        readAll(
          Buffer.from(JSON.stringify(withSpans({ ...span, attributes: JSON.parse(json), events: JSON.parse(json) }))),
          'json',
          'traces',
        );
      }),
      { numRuns: 500 },
    ));

  test('recorded ones with some bytes changed never throw', () =>
    fc.assert(
      fc.property(fc.constantFrom(...recordings), edits, fc.constantFrom('traces', 'logs'), ({ body, encoding }, changes, signal) => {
        readAll(mutate(body, changes), encoding, signal as OtlpSignal);
      }),
      { numRuns: 3000 },
    ));

  test('values nested a hundred thousand deep are cut off, the span is kept', () => {
    const depth = 100_000;
    const deep = `${'{"arrayValue":{"values":['.repeat(depth)}${']}}'.repeat(depth)}`;
    const text = JSON.stringify(withSpans({ ...span, attributes: [{ key: 'deep', value: 'HERE' }] })).replace('"HERE"', deep);
    expect(readAll(Buffer.from(text), 'json', 'traces')).toBe(1);

    const id = (field: number, bytes: number) => bytesField(field, Buffer.alloc(bytes, 1));
    const start = fixedField(7, 1_795_370_651_201_000_000n);
    let any: Buffer = Buffer.alloc(0);
    for (let level = 0; level < 3000; level++) any = bytesField(5, bytesField(1, any));
    const pair = bytesField(9, Buffer.concat([textField(1, 'deep'), bytesField(2, any)]));
    const body = bytesField(1, bytesField(2, bytesField(2, Buffer.concat([id(1, 16), id(2, 8), start, pair]))));
    expect(batchOf(decodeOtlp(body, 'proto', 'traces'))).toMatchObject({ rejected: 0, groups: [{ spans: [{ name: '' }] }] });
  });

  test('time grows with size, not faster', () => {
    const request = (attributes: number) =>
      writeProto([
        {
          attributes: {},
          spans: [
            {
              traceId: '1'.repeat(32),
              spanId: '1'.repeat(16),
              parentSpanId: '',
              name: 'x',
              startNanos: 1_795_370_651_201_000_000n,
              endNanos: 0n,
              attributes: Object.fromEntries(Array.from({ length: attributes }, (_, at) => [`metadata.key.${at}`, 'a'.repeat(200)])),
              events: [],
              status: { code: 0, message: '' },
            },
          ],
        },
      ]);
    const msFor = (body: Buffer): number => {
      const before = performance.now();
      readAll(body, 'proto', 'traces');
      return performance.now() - before;
    };
    const [small, large] = [request(5_000), request(100_000)];
    msFor(small);
    expect(msFor(large)).toBeLessThan(60 * msFor(small) + 200);
    // 8 MB of the smallest things that can be sent: empty spans, empty attributes.
    const empties = Buffer.alloc(8_000_000);
    for (let at = 0; at < empties.length; at += 2) empties[at] = 0x12;
    expect(msFor(bytesField(1, bytesField(2, empties)))).toBeLessThan(10_000);
  });
});

describe('grades', () => {
  const pairs = (attributes: Readonly<Record<string, unknown>>) =>
    Object.entries(attributes).map(([key, value]) => ({
      key,
      value: typeof value === 'string' ? { stringValue: value } : { doubleValue: value },
    }));
  const graded = pairs({
    'gen_ai.evaluation.name': 'faithful',
    'gen_ai.evaluation.score.value': 0.75,
    'gen_ai.evaluation.score.label': 'good',
  });
  const wanted = {
    traceId: '5b8efff798038103d269b633813fc60c',
    spanId: 'eee19b7ec3c1b174',
    name: 'faithful',
    value: 0.75,
    label: 'good',
    source: 'eval',
  };
  const log = { traceId: span.traceId, spanId: span.spanId, timeUnixNano: '1795370655000000000' };
  const scoresIn = (batch: Batch) => batch.groups.flatMap(scoresOfGroup);
  const logs = (...logRecords: readonly unknown[]) => jsonBatch({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] }, 'logs');

  test('as log records, named either way', () => {
    const named = { ...log, eventName: 'gen_ai.evaluation.result', attributes: graded };
    const older = { ...log, attributes: [...graded, ...pairs({ 'event.name': 'gen_ai.evaluation.result' })] };
    expect(scoresIn(logs(named))).toEqual([expect.objectContaining({ ...wanted, atUs: 1_795_370_655_000_000 })]);
    expect(scoresIn(logs(older))).toEqual(scoresIn(logs(named)));
  });

  test('as log records in protobuf', () => {
    const pair = (key: string, value: Buffer) => bytesField(6, Buffer.concat([textField(1, key), bytesField(2, value)]));
    const record = Buffer.concat([
      pair('gen_ai.evaluation.name', textField(1, 'faithful')),
      pair('gen_ai.evaluation.score.value', doubleField(4, 0.75)),
      bytesField(9, Buffer.from(span.traceId, 'hex')),
      fixedField(11, 1_795_370_655_000_000_000n),
      textField(12, 'gen_ai.evaluation.result'),
    ]);
    const batch = batchOf(decodeOtlp(bytesField(1, bytesField(2, bytesField(2, record))), 'proto', 'logs'));
    expect(scoresIn(batch)).toEqual([expect.objectContaining({ ...wanted, spanId: null, label: null })]);
  });

  test('as events inside a span', () => {
    const events = [{ name: 'gen_ai.evaluation.result', timeUnixNano: '1795370655000000000', attributes: graded }];
    expect(scoresIn(jsonBatch(withSpans({ ...span, events })))).toEqual([expect.objectContaining(wanted)]);
  });

  describe('of OpenInference, in attributes', () => {
    const attributes = {
      'annotations.0.annotation.name': 'faithful',
      'annotations.0.annotation.score': 0.75,
      'annotations.0.annotation.label': 'good',
      'annotations.0.annotation.annotator_kind': 'HUMAN',
      'evaluations.0.evaluation.name': 'short',
      'evaluations.0.evaluation.label': 'yes',
      'evaluations.1.evaluation.score': 1,
      'trace.evaluations.0.evaluation.name': 'solved',
      'trace.evaluations.0.evaluation.score': 0,
      'session.annotations.0.annotation.name': 'whole talk',
      'session.annotations.0.annotation.score': 1,
    };
    const carrier: WrittenSpan = {
      ...{ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), parentSpanId: '', name: 'step' },
      ...{ startNanos: 1_795_370_651_000_000_000n, endNanos: 1_795_370_655_000_000_000n, events: [], status: { code: 0, message: '' } },
      attributes,
    };
    const { traceId, spanId } = carrier;
    const gradesOf = (parts: Partial<WrittenSpan>, write: (resources: readonly WrittenResource[]) => Buffer, encoding: OtlpEncoding) => {
      const batch = batchOf(decodeOtlp(write([{ attributes: {}, spans: [{ ...carrier, ...parts }] }]), encoding, 'traces'));
      return scoresIn(batch).map((score) => [score.traceId, score.spanId, score.name, score.value, score.label, score.source]);
    };
    const writers = [
      ['json', writeJson],
      ['proto', writeProto],
    ] as const;

    test.each(writers)('%s: grade their span, or its trace', (encoding, write) => {
      expect(gradesOf({}, write, encoding)).toEqual([
        [traceId, spanId, 'faithful', 0.75, 'good', 'human'],
        [traceId, spanId, 'short', null, 'yes', 'eval'],
        [traceId, null, 'solved', 0, null, 'eval'],
      ]);
    });

    test.each(writers)('%s: grade the span that an evaluator links to', (encoding, write) => {
      const links = [{ traceId: 'c'.repeat(32), spanId: 'd'.repeat(16) }];
      const grader = { links, attributes: { ...attributes, 'openinference.span.kind': 'EVALUATOR' } };
      const places = new Set(gradesOf(grader, write, encoding).map((grade) => `${grade[0]} ${grade[1]}`));
      expect([...places]).toEqual([`${'c'.repeat(32)} ${'d'.repeat(16)}`, `${'c'.repeat(32)} null`]);
      expect(new Set(gradesOf({ links }, write, encoding).map((grade) => grade[0]))).toEqual(new Set([traceId]));
    });
  });

  test('an evaluation that failed is none, and other records are none of ours', () => {
    const failed = {
      ...log,
      eventName: 'gen_ai.evaluation.result',
      attributes: pairs({ 'gen_ai.evaluation.name': 'faithful', 'error.type': 'timeout' }),
    };
    expect(scoresIn(logs(failed, { body: { stringValue: 'hello' } }))).toEqual([]);
    const { body, encoding } = recordedExport('genai-openai.logs.json-gzip.wire.json');
    const batch = batchOf(decodeOtlp(body, encoding, 'logs'));
    expect(batch.rejected).toBe(0);
    expect(batch.groups[0]?.logs.length).toBeGreaterThan(0);
    expect(scoresIn(batch)).toEqual([]);
  });
});

test.each([
  ['application/json; charset=utf-8', 'json'],
  ['application/x-protobuf', 'proto'],
  ['text/plain', null],
  [undefined, null],
])('content type %s', (type, encoding) => expect(encodingOf(type)).toBe(encoding));

test('parts that hold nothing take no memory: a small body may have millions of them', () => {
  const json = Buffer.from(JSON.stringify({ resourceSpans: [{}, { scopeSpans: [{ spans: [] }] }], resourceLogs: [{}] }));
  expect(decodeOtlp(json, 'json', 'traces')).toEqual({ ok: true, batch: { groups: [], rejected: 0, reasons: [] } });
  const proto = Buffer.from('0a021200'.repeat(3), 'hex');
  expect(decodeOtlp(proto, 'proto', 'traces')).toEqual({ ok: true, batch: { groups: [], rejected: 0, reasons: [] } });
});

test('JSON about something else is no export', () => {
  const decoded = (value: unknown) => decodeOtlp(Buffer.from(JSON.stringify(value)), 'json', 'traces').ok;
  expect([decoded({}), decoded({ resourceMetrics: [] }), decoded({ name: 'x' }), decoded([])]).toEqual([true, true, false, false]);
});
