import { expect, test } from 'vitest';
import type { StateName } from '../../../src/oversight/status/health-report.ts';
import { suppressorsOf } from '../../../src/oversight/status/suppression.ts';

const suppressed = (agents: Readonly<Record<string, readonly [StateName, ...string[]]>>) =>
  Object.fromEntries(
    suppressorsOf(
      Object.entries(agents).map(([name, [state, ...dependsOn]]) => ({ name, state, safetyEvent: name === 'leak', dependsOn })),
    ),
  );

test.each([
  ['a red parent explains a red child', { kb: ['red'], app: ['red', 'kb'] }, { app: 'kb' }],
  ['also an unknown or yellow one', { kb: ['red'], a: ['unknown', 'kb'], b: ['yellow', 'kb'] }, { a: 'kb', b: 'kb' }],
  ['a green child needs no explanation', { kb: ['red'], app: ['green', 'kb'] }, {}],
  ['a parent that is not red explains nothing', { kb: ['unknown'], app: ['red', 'kb'] }, {}],
  ['a red grandparent, through a parent that is green', { db: ['red'], kb: ['green', 'db'], app: ['red', 'kb'] }, { app: 'db' }],
  ['in a chain of red ones each by the next', { db: ['red'], kb: ['red', 'db'], app: ['red', 'kb'] }, { kb: 'db', app: 'kb' }],
  ['the nearest of several', { db: ['red'], kb: ['yellow', 'db'], mail: ['red'], app: ['red', 'kb', 'mail'] }, { kb: 'db', app: 'mail' }],
  ['a safety event has no explanation', { kb: ['red'], leak: ['red', 'kb'], app: ['red', 'leak'] }, { app: 'leak' }],
  ['a parent that was not judged', { app: ['red', 'kb'] }, {}],
  ['a circle ends', { a: ['red', 'b'], b: ['yellow', 'a'] }, { b: 'a' }],
] as const)('%s', (_, agents, expected) => expect(suppressed(agents)).toEqual(expected));
