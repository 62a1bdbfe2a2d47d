import type { OtlpEncoding, OtlpSignal } from './otlp.ts';

const rejectedField: Readonly<Record<OtlpSignal, string>> = { traces: 'rejectedSpans', logs: 'rejectedLogRecords' };

/** The body of a 200: empty where everything was taken, else how many were not and why. In the encoding of the request. */
export const exportReply = (encoding: OtlpEncoding, signal: OtlpSignal, rejected: number, reason: string): Uint8Array => {
  if (encoding === 'json') {
    const partialSuccess = { [rejectedField[signal]]: String(rejected), errorMessage: reason };
    return Buffer.from(JSON.stringify(rejected === 0 ? {} : { partialSuccess }));
  }
  if (rejected === 0) return new Uint8Array();
  return message(1, Buffer.concat([number(1, rejected), text(2, reason)]));
};

/** The body of any other status, a google.rpc.Status. `code` as in `google/rpc/code.proto`: 3 invalid argument, 8 exhausted, 14 unavailable. */
export const statusReply = (encoding: OtlpEncoding, code: number, reason: string): Uint8Array =>
  encoding === 'json' ? Buffer.from(JSON.stringify({ code, message: reason })) : Buffer.concat([number(1, code), text(2, reason)]);

const varint = (value: number): Buffer => {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return Buffer.from([...bytes, rest]);
};
const number = (field: number, value: number): Buffer => Buffer.concat([varint(field << 3), varint(value)]);
const message = (field: number, body: Uint8Array): Buffer => Buffer.concat([varint((field << 3) | 2), varint(body.length), body]);
const text = (field: number, value: string): Buffer => message(field, Buffer.from(value));
