import { describe, expect, test } from 'vitest';
import { everything, requireAgent, requireCheck, type Selection, selectAgents } from '../../src/fleet/select.ts';
import { aCheck, aFleet, anAgent } from '../support/facts.ts';

const fleet = aFleet(
  anAgent({ name: 'support', tier: 1, env: 'prod', tags: ['cx', 'public'], checks: [aCheck({ id: 'ping' }), aCheck({ id: 'refund' })] }),
  anAgent({ name: 'search', tier: 2, env: 'prod', tags: ['internal'], checks: [aCheck({ id: 'ping' })] }),
  anAgent({ name: 'draft', tier: 3, env: null, checks: [] }),
);
const select = (parts: Partial<Selection>) =>
  selectAgents(fleet, { ...everything, ...parts }).map(({ agent, checks }) => `${agent.name}: ${checks.map(({ id }) => id).join(' ')}`);

test.each<[string, Partial<Selection>, readonly string[]]>([
  ['everything', {}, ['support: ping refund', 'search: ping', 'draft: ']],
  ['in manifest order', { agents: ['search', 'support'] }, ['support: ping refund', 'search: ping']],
  ['by any of the tags', { tags: ['internal', 'public'] }, ['support: ping refund', 'search: ping']],
  ['by tier', { tiers: [2, 3] }, ['search: ping', 'draft: ']],
  ['by environment', { envs: ['prod'] }, ['support: ping refund', 'search: ping']],
  ['all filters together', { envs: ['prod'], tiers: [1] }, ['support: ping refund']],
  ['some checks, and the agents that have them', { checks: ['refund'] }, ['support: refund']],
  ['nobody', { tags: ['nobody'] }, []],
  ['nobody, whatever the check', { tags: ['nobody'], checks: ['ping'] }, []],
])('%s', (_, selection, selected) => expect(select(selection)).toEqual(selected));

describe('a name that does not exist', () => {
  test.each([
    ['an agent', () => select({ agents: ['suport'] }), 'there is no agent "suport"', 'did you mean support?'],
    ['a check', () => select({ checks: ['refnd'] }), 'there is no check "refnd"', 'did you mean refund?'],
    ['a check of other agents', () => select({ agents: ['search'], checks: ['refund'] }), 'there is no check "refund"', 'there is: ping'],
    ['an agent asked for', () => requireAgent(fleet, 'zzz'), 'there is no agent "zzz"', 'there is: support, search, draft'],
    ['a check asked for', () => requireCheck(anAgent(), 'zzz'), 'there is no check "zzz"', 'there is: ping'],
  ])('%s', (_, call, message, hint) => expect(call).toThrow(expect.objectContaining({ kind: 'usage', message, hint })));

  test('what exists is found', () => {
    expect(requireAgent(fleet, 'search').tier).toBe(2);
    expect(requireCheck(requireAgent(fleet, 'support'), 'refund').id).toBe('refund');
  });
});

test('shards part the fleet: together they are all of it, and none overlaps another', () => {
  const many = aFleet(
    ...Array.from({ length: 40 }, (_, n) =>
      anAgent({ name: `agent-${n}`, checks: n % 5 === 0 ? [] : [aCheck({ id: 'a' }), aCheck({ id: 'b' })] }),
    ),
  );
  const flat = (shard: Selection['shard']) =>
    selectAgents(many, { ...everything, shard }).flatMap(({ agent, checks }) =>
      checks.length === 0 ? [agent.name] : checks.map(({ id }) => `${agent.name}/${id}`),
    );
  const shards = [1, 2, 3].map((index) => flat({ index, of: 3 }));
  expect(shards.flat().sort()).toEqual([...flat(null)].sort());
  expect(Math.max(...shards.map(({ length }) => length)) - Math.min(...shards.map(({ length }) => length))).toBeLessThanOrEqual(1);
});
