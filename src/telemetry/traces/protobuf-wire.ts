/** Bytes that are not the protobuf they claim to be. Thrown by the readers of this file and caught where a whole body is decoded. */
export class WireError extends Error {
  override readonly name = 'WireError';
}

/** A place in a buffer. Readers move `at`; none reads past the `end` it is given. */
export interface Wire {
  readonly bytes: Buffer;
  at: number;
  /** The upper half of the 64 bits read last. */
  high: number;
}

/** Wire types of the protobuf encoding that OTLP uses; groups (3, 4) it does not. */
const [varint, fixed64, lengthPrefixed, fixed32] = [0, 1, 2, 5];

/** Tags: a field's number together with its wire type, so that a field of the wrong type is as unknown as one with a strange number. */
export const varintField = (field: number): number => (field << 3) | varint;
export const fixed64Field = (field: number): number => (field << 3) | fixed64;
export const lengthField = (field: number): number => (field << 3) | lengthPrefixed;

export const wireOf = (bytes: Uint8Array): Wire => ({
  bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
  at: 0,
  high: 0,
});

/** The lower 32 bits of a varint; the upper ones are left in `wire.high`. At most ten bytes, as the encoding says. */
const readBits = (wire: Wire, end: number): number => {
  const { bytes } = wire;
  let low = 0;
  let high = 0;
  for (let index = 0; index < 10; index++) {
    if (wire.at >= end) throw new WireError(`the message ends inside a number, at byte ${wire.at}`);
    const byte = bytes[wire.at++] as number;
    const bits = byte & 0x7f;
    if (index < 4) low |= bits << (7 * index);
    else if (index === 4) {
      low |= bits << 28;
      high = bits >> 4;
    } else high |= bits << (7 * index - 32);
    if (byte < 0x80) {
      wire.high = high;
      return low >>> 0;
    }
  }
  throw new WireError(`a number is longer than ten bytes, at byte ${wire.at}`);
};

/** Exact up to 2^53, rounded beyond. */
export const readVarint = (wire: Wire, end: number): number => {
  const low = readBits(wire, end);
  return (wire.high >>> 0) * 2 ** 32 + low;
};

/** Two's complement; exact between ±2^53, rounded beyond. */
export const readInt64 = (wire: Wire, end: number): number => {
  const low = readBits(wire, end);
  return (wire.high | 0) * 2 ** 32 + low;
};

export const readTag = (wire: Wire, end: number): number => {
  const tag = readVarint(wire, end);
  if (tag < 8 || tag > 0xffff_ffff) throw new WireError(`a field has no valid number, at byte ${wire.at}`);
  return tag;
};

/** Where the length-prefixed field that starts here ends. */
export const readEnd = (wire: Wire, end: number): number => {
  const length = readVarint(wire, end);
  if (length > end - wire.at) throw new WireError(`a field of ${length} bytes reaches past its message, at byte ${wire.at}`);
  return wire.at + length;
};

export const readText = (wire: Wire, end: number): string => {
  const [from, to] = stretch(wire, end);
  return wire.bytes.toString('utf8', from, to);
};

export const readBase64 = (wire: Wire, end: number): string => {
  const [from, to] = stretch(wire, end);
  return wire.bytes.toString('base64', from, to);
};

/** Hex of an id; empty for no bytes, null for any other length than wanted. */
export const readId = (wire: Wire, end: number, bytes: number): string | null => {
  const [from, to] = stretch(wire, end);
  return to - from === bytes || to === from ? wire.bytes.toString('hex', from, to) : null;
};

const stretch = (wire: Wire, end: number): readonly [number, number] => {
  const to = readEnd(wire, end);
  const from = wire.at;
  wire.at = to;
  return [from, to];
};

/** A fixed64 of nanoseconds, as whole microseconds. Done in halves, since nanoseconds of our days exceed 2^53. */
export const readNanosAsMicros = (wire: Wire, end: number): number => {
  const at = step(wire, end, 8);
  const low = wire.bytes.readUInt32LE(at);
  const high = wire.bytes.readUInt32LE(at + 4);
  // high × 2^32 ns = high × 4,294,967 µs + high × 296 ns.
  return high * 4_294_967 + Math.floor(low / 1000) + Math.floor((high * 296 + (low % 1000)) / 1000);
};

/** Not a number and the infinities come out as null: JSON has none. */
export const readDouble = (wire: Wire, end: number): number | null => {
  const value = wire.bytes.readDoubleLE(step(wire, end, 8));
  return Number.isFinite(value) ? value : null;
};

/** Moves over a field that nobody asked for. */
export const skipField = (wire: Wire, tag: number, end: number): void => {
  const type = tag & 7;
  if (type === varint) readBits(wire, end);
  else if (type === fixed64) step(wire, end, 8);
  else if (type === lengthPrefixed) wire.at = readEnd(wire, end);
  else if (type === fixed32) step(wire, end, 4);
  else throw new WireError(`wire type ${type} is not in use, at byte ${wire.at}`);
};

const step = (wire: Wire, end: number, bytes: number): number => {
  if (end - wire.at < bytes) throw new WireError(`the message ends inside a number, at byte ${wire.at}`);
  wire.at += bytes;
  return wire.at - bytes;
};
