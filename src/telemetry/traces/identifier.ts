/** How an id stands in the cache: bytes for the common spellings, text for all others; the same id always in the same form. */
export type StoredId = Uint8Array | string;

const hex = /^(?:[0-9a-f]{16}|[0-9a-f]{32})$/;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** Sets a UUID apart from 32 hex digits of the same value. */
const uuidMark = '00';

/** 16 and 32 lower-case hex digits become 8 and 16 bytes, a UUID 17; anything else stays as it is. */
export const packId = (id: string): StoredId => {
  if (hex.test(id)) return Buffer.from(id, 'hex');
  if (uuid.test(id)) return Buffer.from(uuidMark + id.replaceAll('-', ''), 'hex');
  return id;
};

/** The id that `packId` was given. */
export const unpackId = (stored: StoredId): string => {
  if (typeof stored === 'string') return stored;
  const digits = Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength).toString('hex');
  if (stored.byteLength !== 17) return digits;
  const part = (from: number, to: number) => digits.slice(2 + from, 2 + to);
  return [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join('-');
};
