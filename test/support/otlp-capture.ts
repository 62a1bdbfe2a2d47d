import { gunzipSync } from 'node:zlib';
import type { OtlpEncoding } from '../../src/telemetry/traces/otlp.ts';
import { captureOf } from './recorded.ts';

export interface Recorded {
  readonly body: Buffer;
  readonly encoding: OtlpEncoding;
}

/** The body of a recorded export request, unpacked. */
export const recordedExport = (file: string): Recorded => {
  const text = captureOf(`otlp/${file}`);
  if (!file.endsWith('.wire.json')) return { body: Buffer.from(text), encoding: 'json' };
  const { contentType, contentEncoding, bodyBase64 } = JSON.parse(text);
  const sent = Buffer.from(bodyBase64, 'base64');
  return {
    body: contentEncoding === 'gzip' ? gunzipSync(sent) : sent,
    encoding: contentType === 'application/json' ? 'json' : 'proto',
  };
};
