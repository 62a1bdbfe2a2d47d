import fc from 'fast-check';
import { expect, it } from 'vitest';
import { standsAs } from '../../../src/controls/actions/compare.ts';
import { answering, readFlag, writeFlag } from '../../../src/controls/actions/flagd-flag.ts';
import type { JsonObject } from '../../../src/ground/json.ts';

const value = fc.oneof(fc.boolean(), fc.integer(), fc.string());
const flag = fc.record(
  {
    state: fc.constantFrom('ENABLED', 'DISABLED'),
    variants: fc.dictionary(fc.string(), value, { minKeys: 1 }),
    defaultVariant: fc.string(),
    targeting: fc.constantFrom({}, { if: [true, 'on', 'off'] }),
    metadata: fc.constant({ owner: 'cx' }),
  },
  { requiredKeys: ['state', 'variants'] },
);
const document = fc.dictionary(fc.string(), flag).map((flags): JsonObject => ({ $schema: 'x', flags: flags as unknown as JsonObject }));

it('changes one flag, answers everybody with the value, and is restored to the letter that counts', () => {
  fc.assert(
    fc.property(document, fc.string(), value, (before, name, wanted) => {
      const from = readFlag(before, name);
      const to = answering(from, wanted);
      const after = writeFlag(before, name, to);
      expect(readFlag(after, name)).toEqual(to);
      expect(to).toMatchObject({ state: 'ENABLED', targeting: null });
      expect((to['variants'] as JsonObject)[String(to['default_variant'])]).toEqual(wanted);
      const others = ({ flags }: JsonObject) => Object.entries(flags as JsonObject).filter(([each]) => each !== name);
      expect(others(after)).toEqual(others(before));
      const back = writeFlag(after, name, from);
      expect(readFlag(back, name)).toEqual(from);
      expect(others(back)).toEqual(others(before));
      expect(standsAs(from, readFlag(back, name))).toBe(true);
    }),
  );
});
