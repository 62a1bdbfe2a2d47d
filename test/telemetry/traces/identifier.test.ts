import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packId, unpackId } from '../../../src/telemetry/traces/identifier.ts';

const hex = (digits: number) => fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: digits, maxLength: digits });
const id = fc.oneof(hex(16), hex(32), fc.uuid(), fc.string(), hex(34));

test('every id comes back as it was, and no two become one', () => {
  fc.assert(
    fc.property(id, id, (one, other) => {
      expect(unpackId(packId(one))).toBe(one);
      if (one !== other) expect(packId(one)).not.toEqual(packId(other));
    }),
  );
});

test('a UUID and the same digits without dashes stay two', () => {
  const uuid = '0af76519-16cd-43dd-8448-eb211c80319c';
  expect(packId(uuid)).not.toEqual(packId(uuid.replaceAll('-', '')));
  expect([packId(uuid), packId('00f067aa0ba902b7')].map((packed) => packed.length)).toEqual([17, 8]);
});
