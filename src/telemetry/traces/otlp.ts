import { decodeJsonRequest } from './otlp-json.ts';
import { decodeLogs, decodeTraces } from './otlp-protobuf.ts';
import { WireError } from './protobuf-wire.ts';
import type { Batch } from './raw-span.ts';

/** How a request is written. `proto`: protobuf. */
export type OtlpEncoding = 'json' | 'proto';

/** What a request is about. JSON says it by itself; protobuf does not. */
export type OtlpSignal = 'traces' | 'logs';

/** A request that could be read, or why it could not: one clause, to stand behind "the body ". */
export type Decoded = { readonly ok: true; readonly batch: Batch } | { readonly ok: false; readonly reason: string };

/** The encoding that a `Content-Type` names; null for any other. */
export const encodingOf = (contentType: string | undefined): OtlpEncoding | null => {
  const type = contentType?.split(';')[0]?.trim().toLowerCase();
  if (type === 'application/json') return 'json';
  return type === 'application/x-protobuf' || type === 'application/protobuf' ? 'proto' : null;
};

/**
 * One export request, not compressed. Never throws: a body that is no such request is undecodable as a whole, while single spans and log
 * records that make no sense are left out and counted. An empty request is well.
 */
export const decodeOtlp = (body: Uint8Array, encoding: OtlpEncoding, signal: OtlpSignal): Decoded =>
  encoding === 'json' ? decodeJson(body) : decodeProtobuf(body, signal);

const decodeJson = (body: Uint8Array): Decoded => {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(body);
    const batch = decodeJsonRequest(JSON.parse(text));
    return batch === null ? { ok: false, reason: 'is JSON, but not an object with resourceSpans or resourceLogs' } : { ok: true, batch };
  } catch (thrown) {
    // SyntaxError: not JSON; TypeError: not UTF-8. Anything else is a fault of ours.
    if (thrown instanceof SyntaxError) return { ok: false, reason: 'is not JSON, or it was cut off' };
    if (thrown instanceof TypeError && 'code' in thrown) return { ok: false, reason: 'is not UTF-8' };
    throw thrown;
  }
};

const decodeProtobuf = (body: Uint8Array, signal: OtlpSignal): Decoded => {
  try {
    return { ok: true, batch: signal === 'logs' ? decodeLogs(body) : decodeTraces(body) };
  } catch (thrown) {
    if (thrown instanceof WireError) return { ok: false, reason: `is not protobuf, or it was cut off: ${thrown.message}` };
    throw thrown;
  }
};
