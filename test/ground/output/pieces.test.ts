import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonDocument, longDocument } from '../../../src/ground/output/json.ts';
import { batches, whole } from '../../../src/ground/output/pieces.ts';

describe('a document in pieces', () => {
  it('reads as the same document in one, whatever is in it and however long its lists are', () => {
    const value = fc.jsonValue({ maxDepth: 3, stringUnit: 'binary' });
    const lists = fc.array(fc.record({ name: fc.string(), parts: fc.array(value), note: value }), { maxLength: 5 });
    fc.assert(
      fc.property(lists, value, (agents, rest) => {
        const pieces = longDocument('acme', 0, {
          rest,
          agents: () => agents.map(({ parts, ...facts }) => ({ ...facts, parts: () => parts })),
        });
        const eager = jsonDocument('acme', 0, { rest, agents: agents.map(({ parts, ...facts }) => ({ ...facts, parts })) });
        expect(whole(pieces)).toBe(eager);
        expect(whole(pieces)).toBe(eager);
      }),
    );
  });
});

describe('batches of a text', () => {
  it('are the text, each as long as is worth a write', () => {
    const pieces = Array.from({ length: 10_000 }, (_, at) => `${at} `.padEnd(40, '.'));
    const made = [...batches(pieces)];
    expect(made.join('')).toBe(pieces.join(''));
    expect(made.slice(0, -1).every(({ length }) => length >= 65_536 && length < 65_536 + 40)).toBe(true);
    expect([...batches('one text')]).toEqual(['one text']);
  });
});
