/** Writes OTLP the way exporters do, in either encoding, from one plain description. */

export type Any = string | boolean | number | bigint | null | Uint8Array | readonly Any[] | { readonly [key: string]: Any };

export interface WrittenSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly name: string;
  readonly startNanos: bigint;
  readonly endNanos: bigint;
  readonly attributes: Readonly<Record<string, Any>>;
  readonly events: readonly { readonly name: string; readonly nanos: bigint; readonly attributes: Readonly<Record<string, Any>> }[];
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly status: { readonly code: number; readonly message: string };
}

export interface WrittenResource {
  readonly attributes: Readonly<Record<string, Any>>;
  readonly spans: readonly WrittenSpan[];
}

const varint = (value: bigint): Buffer => {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Buffer.from([...bytes, Number(rest)]);
};
const tag = (field: number, type: number) => varint(BigInt((field << 3) | type));
/** A length-prefixed field. */
export const bytesField = (field: number, body: Uint8Array): Buffer => Buffer.concat([tag(field, 2), varint(BigInt(body.length)), body]);
export const textField = (field: number, value: string) => bytesField(field, Buffer.from(value));
const numberField = (field: number, value: bigint) => Buffer.concat([tag(field, 0), varint(value)]);
/** A fixed64. */
export const fixedField = (field: number, value: bigint) => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt.asUintN(64, value));
  return Buffer.concat([tag(field, 1), bytes]);
};
export const doubleField = (field: number, value: number) => {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return Buffer.concat([tag(field, 1), bytes]);
};
const isList = (value: Any): value is readonly Any[] => Array.isArray(value);

const protoValue = (value: Any): Buffer => {
  if (value === null) return Buffer.alloc(0);
  if (typeof value === 'string') return textField(1, value);
  if (typeof value === 'boolean') return numberField(2, value ? 1n : 0n);
  if (typeof value === 'bigint') return numberField(3, value);
  if (typeof value === 'number') return doubleField(4, value);
  if (value instanceof Uint8Array) return bytesField(7, value);
  if (isList(value)) return bytesField(5, Buffer.concat(value.map((item) => bytesField(1, protoValue(item)))));
  return bytesField(6, Buffer.concat(protoPairs(1, value)));
};
const protoPairs = (field: number, pairs: Readonly<Record<string, Any>>): Buffer[] =>
  Object.entries(pairs).map(([key, value]) => bytesField(field, Buffer.concat([textField(1, key), bytesField(2, protoValue(value))])));

const protoSpan = (span: WrittenSpan): Buffer =>
  Buffer.concat([
    bytesField(1, Buffer.from(span.traceId, 'hex')),
    bytesField(2, Buffer.from(span.spanId, 'hex')),
    bytesField(4, Buffer.from(span.parentSpanId, 'hex')),
    textField(5, span.name),
    numberField(6, 1n),
    fixedField(7, span.startNanos),
    fixedField(8, span.endNanos),
    ...protoPairs(9, span.attributes),
    numberField(10, 0n),
    ...span.events.map(({ name, nanos, attributes }) =>
      bytesField(11, Buffer.concat([fixedField(1, nanos), textField(2, name), ...protoPairs(3, attributes)])),
    ),
    ...(span.links ?? []).map(({ traceId, spanId }) =>
      bytesField(13, Buffer.concat([bytesField(1, Buffer.from(traceId, 'hex')), bytesField(2, Buffer.from(spanId, 'hex'))])),
    ),
    bytesField(15, Buffer.concat([textField(2, span.status.message), numberField(3, BigInt(span.status.code))])),
  ]);

/** ExportTraceServiceRequest. The resource stands last, as it may. */
export const writeProto = (resources: readonly WrittenResource[]): Buffer =>
  Buffer.concat(
    resources.map(({ attributes, spans }) =>
      bytesField(
        1,
        Buffer.concat([
          bytesField(2, Buffer.concat(spans.map((span) => bytesField(2, protoSpan(span))))),
          bytesField(1, Buffer.concat(protoPairs(1, attributes))),
        ]),
      ),
    ),
  );

const jsonValue = (value: Any): unknown => {
  if (value === null) return {};
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'bigint') return { intValue: String(value) };
  if (typeof value === 'number') return { doubleValue: value };
  if (value instanceof Uint8Array) return { bytesValue: Buffer.from(value).toString('base64') };
  if (isList(value)) return { arrayValue: { values: value.map(jsonValue) } };
  return { kvlistValue: { values: jsonPairs(value) } };
};
const jsonPairs = (pairs: Readonly<Record<string, Any>>) => Object.entries(pairs).map(([key, value]) => ({ key, value: jsonValue(value) }));

/** The same request in OTLP's JSON. */
export const writeJson = (resources: readonly WrittenResource[]): Buffer =>
  Buffer.from(
    JSON.stringify({
      resourceSpans: resources.map(({ attributes, spans }) => ({
        resource: { attributes: jsonPairs(attributes) },
        scopeSpans: [
          {
            spans: spans.map((span) => ({
              traceId: span.traceId.toUpperCase(),
              spanId: span.spanId,
              parentSpanId: span.parentSpanId,
              name: span.name,
              startTimeUnixNano: String(span.startNanos),
              endTimeUnixNano: String(span.endNanos),
              attributes: jsonPairs(span.attributes),
              events: span.events.map(({ name, nanos, attributes: pairs }) => ({
                name,
                timeUnixNano: String(nanos),
                attributes: jsonPairs(pairs),
              })),
              links: span.links,
              status: span.status,
            })),
          },
        ],
      })),
    }),
  );
