import { expect, test } from 'vitest';
import { nextOf } from '../../src/cli/check-fleet.ts';
import { agent } from '../views/sample.ts';

test.each([
  [
    'the most critical of the red ones',
    [agent({ state: 'yellow' }), agent({ agent: 'b', tier: 2, state: 'red' }), agent({ agent: 'a', tier: 1, state: 'red' })],
    'a',
  ],
  [
    'none that is excused, while another is not well',
    [agent({ agent: 'a', state: 'red', suppressedBy: 'kb' }), agent({ agent: 'b', tier: 3, state: 'unknown' })],
    'b',
  ],
  ['nobody, where all is well or excused', [agent(), agent({ agent: 'b', state: 'red', inMaintenance: true })], null],
])('what is proposed next is %s', (_, agents, name) =>
  expect(nextOf({ agents })).toEqual(name === null ? [] : [`agentops health ${name} --verbose`, `agentops history ${name}`]),
);
