import { describe, expect, test } from 'vitest';
import type { Fleet } from '../../../src/fleet/agent.ts';
import { fleetOwnership, sourceOfAgent } from '../../../src/telemetry/traces/fleet-ownership.ts';
import { type Ownership, type OwnershipRule, ownershipOf, ownersOf } from '../../../src/telemetry/traces/ownership.ts';
import { type Span, spanOf } from '../../../src/telemetry/traces/span.ts';
import { growTree } from '../../../src/telemetry/traces/tree.ts';

const rule = (agent: string, match: OwnershipRule['match'], source = 'prod'): OwnershipRule => ({ agent, source, match });
const span = (told: Partial<Span>): Span => spanOf({ traceId: 't', spanId: 's', name: 'n', startUs: 0, ...told });
const claim = (ownership: Ownership, told: Partial<Span>, source = 'prod', bound: string | null = null) =>
  ownership.claimOf(ownership.labelsOf(span(told), bound), source);

describe('what a span claims', () => {
  const ownership = ownershipOf([
    rule('wide', { trace_name: 'chat' }),
    rule('narrow', { trace_name: 'chat', environment: 'prod' }),
    rule('tagged', { tags: ['a', 'b'] }),
    rule('keyed', { metadata: { team: 'x' } }),
    rule('dotted', { 'metadata.tier': 'gold' }),
    rule('namer', { agent_name: 'N' }),
    rule('elsewhere', { trace_name: 'chat', environment: 'prod', service_name: 'api' }, 'other'),
    rule('second', { service_name: 'api' }),
    rule('first', { service_name: 'twin' }),
    rule('later', { service_name: 'twin' }),
    rule('nothing', {}),
  ]);
  const placed: readonly (readonly [string, Partial<Span>, string | null])[] = [
    ['one key', { traceName: 'chat' }, 'wide'],
    ['the most keys win', { traceName: 'chat', environment: 'prod' }, 'narrow'],
    ['all keys must match', { traceName: 'chat', environment: 'dev' }, 'wide'],
    ['all tags must be there', { tags: ['b', 'c', 'a'] }, 'tagged'],
    ['one tag is not all', { tags: ['a'] }, null],
    ['metadata as a map', { metadata: { team: 'x', other: 'y' } }, 'keyed'],
    ['metadata by dotted key', { metadata: { tier: 'gold' } }, 'dotted'],
    ['letter case matters', { traceName: 'Chat' }, null],
    ['of equal rules the earlier', { serviceName: 'twin' }, 'first'],
    ['no key matches nothing', {}, null],
    ['the rule of another source does not speak', { traceName: 'chat', environment: 'prod', serviceName: 'api' }, 'narrow'],
  ];
  test.each(placed)('%s', (_, told, agent) => expect(claim(ownership, told).placed).toBe(agent));

  test('an emitter’s own name is a claim of its own', () => {
    expect(claim(ownership, { traceName: 'chat', agentName: 'N' })).toEqual({ bound: null, named: 'namer', placed: 'wide' });
  });

  test('words cannot be forged into other words', () => {
    const forged = { traceName: 'x","api",null' };
    expect(claim(ownership, forged)).toEqual({ bound: null, named: null, placed: null });
  });

  test('labels do not depend on the order of tags or metadata', () => {
    const [one, other] = [
      span({ tags: ['a', 'b'], metadata: { team: 'x', tier: 'y' } }),
      span({ tags: ['b', 'a'], metadata: { tier: 'y', team: 'x' } }),
    ];
    expect(ownership.labelsOf(one, null)).toBe(ownership.labelsOf(other, null));
  });
});

describe('an agent without a match', () => {
  const ownership = ownershipOf([
    rule('support', null),
    rule('billing', null),
    rule('far', null, 'other'),
    rule('shop', { environment: 'shop' }),
    rule('sub', { agent_name: 'support', environment: 'eu' }),
  ]);
  const claims: readonly (readonly [string, Partial<Span>, { named: string | null; placed: string | null }])[] = [
    ['owns what is named after it', { agentName: 'support' }, { named: 'support', placed: null }],
    ['owns the service named after it', { serviceName: 'billing' }, { named: null, placed: 'billing' }],
    ['is another than the service it runs in', { agentName: 'support', serviceName: 'billing' }, { named: 'support', placed: 'billing' }],
    ['is not meant by the name of a trace', { traceName: 'support' }, { named: null, placed: null }],
    ['is not meant in another backend', { agentName: 'far' }, { named: null, placed: null }],
    ['comes after a match by place', { agentName: 'support', environment: 'shop' }, { named: null, placed: 'shop' }],
    ['comes after a match by name', { agentName: 'support', environment: 'eu' }, { named: 'sub', placed: null }],
  ];
  test.each(claims)('%s', (_, told, expected) => expect(claim(ownership, told)).toEqual({ bound: null, ...expected }));

  test.each([
    ['the only backend', { prod: {} }, 'prod'],
    ['the receiver, where there is no backend', {}, 'otlp'],
    ['none of several: a request may be in two of them', { prod: {}, local: {} }, null],
  ])('and without traces: is looked for in %s', (_, backends, source) => {
    const fleet = { agents: [{ name: 'support', traces: null }], backends } as unknown as Fleet;
    expect(sourceOfAgent(fleet, 'support')).toBe(source);
    expect(claim(fleetOwnership(fleet), { agentName: 'support' }, source ?? 'prod').named).toBe(source === null ? null : 'support');
  });
});

describe('whose each span is', () => {
  const ownership = ownershipOf([
    rule('support', { trace_name: 'support' }),
    rule('research', { agent_name: 'R' }),
    rule('billing', { service_name: 'billing' }),
  ]);
  type Told = Partial<Span> & { readonly bound?: string };
  const owners = (spans: Readonly<Record<string, readonly [parent: string | null, told?: Told]>>) => {
    const entries = Object.entries(spans).map(([id, [parentId, told = {}]], at) => ({
      id,
      parentId,
      startUs: at,
      claim: claim(ownership, told, 'prod', told.bound ?? null),
    }));
    // Children before parents, to show that order does not matter.
    const late = [...entries].reverse();
    const found = ownersOf(
      growTree(late),
      late.map((entry) => entry.claim),
    );
    return Object.fromEntries(late.map(({ id }, at) => [id, found[at]]).reverse());
  };
  const support = { traceName: 'support' };

  test('a span that says nothing is its nearest owned ancestor’s', () => {
    expect(owners({ root: [null, support], step: ['root'], deep: ['step'] })).toEqual({
      root: 'support',
      step: 'support',
      deep: 'support',
    });
  });

  test('a sub-agent takes over, and what is below it stays its own though the trace’s name is on every span', () => {
    expect(
      owners({ root: [null, support], sub: ['root', { ...support, agentName: 'R' }], tool: ['sub', support], after: ['root', support] }),
    ).toEqual({
      root: 'support',
      sub: 'research',
      tool: 'research',
      after: 'support',
    });
  });

  test('another service takes over where the trace crosses into it', () => {
    expect(
      owners({ root: [null, support], call: ['root', { serviceName: 'billing' }], inner: ['call', { serviceName: 'billing' }] }),
    ).toEqual({
      root: 'support',
      call: 'billing',
      inner: 'billing',
    });
  });

  test('a span whose parent never came is the trace’s', () => {
    expect(owners({ root: [null, support], orphan: ['gone'] })).toEqual({ root: 'support', orphan: 'support' });
  });

  test('without a root the earliest span speaks for the trace', () => {
    expect(owners({ first: ['gone', support], second: ['lost'] })).toEqual({ first: 'support', second: 'support' });
  });

  test('nobody’s above somebody’s stays nobody’s', () => {
    expect(owners({ gateway: [null], agent: ['gateway', { agentName: 'R' }] })).toEqual({ gateway: null, agent: 'research' });
  });

  test('a token binds, whatever the span calls itself', () => {
    expect(owners({ root: [null, { ...support, agentName: 'R', bound: 'billing' }], step: ['root', { bound: 'billing' }] })).toEqual({
      root: 'billing',
      step: 'billing',
    });
  });
});
