import { expect, test } from 'vitest';
import { parseReference, referencePattern } from '../../../src/ground/units/reference.ts';

const variable = { kind: 'variable', name: 'KEY', fallback: null, complaint: null };

test.each([
  ['KEY', variable],
  ['KEY:-', { ...variable, fallback: '' }],
  ['KEY:-a:-b', { ...variable, fallback: 'a:-b' }],
  ['KEY:?', { ...variable, complaint: '' }],
  ['KEY:?ask the\nops team', { ...variable, complaint: 'ask the\nops team' }],
  ['file:./token.txt', { kind: 'file', name: './token.txt', fallback: null, complaint: null }],
])('%j is understood', (inside, reference) => expect(parseReference(inside)).toEqual(reference));

test.each(['', '1KEY', 'KEY-x', 'KEY:', 'KEY:+x', 'MY KEY', 'file:', 'file: ', 'KÉY'])('%j is not a reference', (inside) =>
  expect(parseReference(inside)).toBeNull(),
);

test('a text is split into references and plain pieces; a doubled dollar escapes', () => {
  const found = [...'a ${ONE} $${TWO} $THREE ${FOUR:-x} ${'.matchAll(referencePattern)].map(([whole, inside]) => [whole, inside]);
  expect(found).toEqual([
    ['${ONE}', 'ONE'],
    ['$${', undefined],
    ['${FOUR:-x}', 'FOUR:-x'],
  ]);
});
