import { describe, expect, test } from 'vitest';
import type { Fleet } from '../../../src/fleet/agent.ts';
import { type Routed, routeOf, routesOf } from '../../../src/oversight/notify/route.ts';
import { noon } from '../../support/facts.ts';
import { cleanCopy, load, stderrOf } from '../../support/load-manifest.ts';

const agent = { name: 'support', tier: 1, owner: 'cx', tags: ['prod', 'chat'] } as const;
const routed = (parts: Partial<Routed> = {}): Routed => ({
  category: 'cost',
  severity: 'page',
  rule: 'cost',
  agent,
  at: noon,
  ...parts,
});

const manifestWith = (more: string) => ({
  'agentops.yaml': `
version: 1
fleet: shop
agents:
  support: { description: answers, owner: cx, tier: 1, tags: [prod, chat], checks: [ { id: beat, heartbeat: { every: 1d } } ] }
notify:
  hook: { kind: webhook, url: https://hooks.example/x }
  pager: { kind: webhook, url: https://pager.example/x }
  job: { kind: exec, argv: [tell] }
${more}`,
});
const folderWith = (more: string) => cleanCopy('small', manifestWith(more));
const fleetWith = async (more: string): Promise<Fleet> => (await load(folderWith(more))).fleet;
const channelsOf = async (more: string, parts: Partial<Routed> = {}) => routeOf(routesOf(await fleetWith(more)), routed(parts)).channels;

describe('routes', () => {
  const inOrder = `
routes:
  - { categories: [cost, safety], severity: page, to: [pager], continue: true }
  - { tags: [chat], tiers: [1, 2], owners: [cx], to: [hook, pager], group: { by: [agent, category], wait: 30s } }
  - { rules: [quality], to: [] }
  - { to: [job] }
`;

  test.each<[string, Partial<Routed>, readonly string[]]>([
    ['the first that fits, and what it continues to', {}, ['pager', 'hook']],
    ['the next where the first does not fit', { severity: 'notify' }, ['hook', 'pager']],
    ['nobody, where a route says so', { category: 'quality', rule: 'quality', agent: { ...agent, tier: 3 } }, []],
    ['only agents with all tags', { severity: 'notify', agent: { ...agent, tags: ['prod'] } }, ['job']],
    ['only agents that have an owner', { severity: 'notify', agent: { ...agent, owner: null } }, ['job']],
    ['what concerns no agent', { severity: 'notify', agent: null }, ['job']],
  ])('lead to %s', async (_, parts, channels) => {
    expect(await channelsOf(inOrder, parts)).toEqual(channels);
  });

  test('lead where they lead by default, when none is named and when none fits', async () => {
    const fleet = await fleetWith('');
    const chat = { ...fleet, notify: { ...fleet.notify, team: { kind: 'slack', config: {}, at: agentAt } } };
    const lead = (severity: Routed['severity'], of: Pick<Fleet, 'notify' | 'sections'>) =>
      routeOf(routesOf(of), routed({ severity })).channels;
    expect([lead('page', chat), lead('notify', chat)]).toEqual([['hook', 'pager', 'job'], ['team']]);
    expect([lead('page', fleet), lead('notify', fleet)]).toEqual([
      ['hook', 'pager', 'job'],
      ['hook', 'pager', 'job'],
    ]);
    const onlyChat = { notify: { team: chat.notify.team }, sections: {} };
    expect(lead('page', onlyChat)).toEqual(['team']);
    expect(lead('page', { notify: {}, sections: {} })).toEqual([]);
    expect(await channelsOf('routes: [ { tiers: [3], to: [job] } ]')).toEqual(['hook', 'pager', 'job']);
  });

  test('do not go on to the defaults from one that fits', async () => {
    expect(await channelsOf('routes: [ { to: [job], continue: true } ]')).toEqual(['job']);
  });

  test('go by the clock of a place', async () => {
    const more = `
routes:
  - { severity: page, during: { days: [mon, tue, wed, thu, fri], from: 08:00, to: 18:00, tz: Europe/Berlin }, to: [hook] }
  - { severity: page, to: [pager] }
`;
    const at = (moment: string) => channelsOf(more, { at: Date.parse(moment) });
    expect([await at('2026-11-23T16:59:00Z'), await at('2026-11-23T17:00:00Z'), await at('2026-11-28T10:00:00Z')]).toEqual([
      ['hook'],
      ['pager'],
      ['pager'],
    ]);
  });

  test('say what becomes one message', async () => {
    const routes = routesOf(await fleetWith(inOrder));
    const groups = (parts: Partial<Routed>) => routeOf(routes, routed(parts)).destinations;
    expect(groups({})).toEqual([
      { channel: 'pager', group: { key: 'rule=cost', waitMs: 0 } },
      { channel: 'hook', group: { key: 'agent=support category=cost', waitMs: 30_000 } },
    ]);
    const alone = routesOf(await fleetWith('routes: [ { to: [job], group: none } ]'));
    expect(routeOf(alone, routed()).destinations).toEqual([{ channel: 'job', group: null }]);
  });

  test('tell why they did not fit', async () => {
    const more = `
routes:
  - { categories: [quality, latency], to: [hook] }
  - { severity: notify, to: [hook] }
  - { during: { days: [sat], from: 10:00, tz: UTC }, to: [hook] }
  - { to: [pager] }
  - { to: [job] }
`;
    const { looked } = routeOf(routesOf(await fleetWith(more)), routed({ at: Date.parse('2026-11-23T09:05:00Z') }));
    expect(looked.map(({ route, mismatch }) => [route.name, mismatch])).toEqual([
      ['routes[0]', 'it is for quality and latency, and this is cost'],
      ['routes[1]', 'it is for notify, and this is page'],
      ['routes[2]', 'it is for sat 10:00 to 24:00, and in UTC it is mon 09:05'],
      ['routes[3]', null],
    ]);
  });

  test.each([
    ['{ to: [pagr] }', 'routes[0].to[0] names no channel under notify (found "pagr")', 'did you mean "pager"?'],
    ['{ agents: [suport], to: [] }', 'routes[0].agents[0] names no agent of the fleet (found "suport")', 'did you mean "support"?'],
    ['{ rules: [qualty], to: [] }', 'routes[0].rules[0] names no rule of the fleet (found "qualty")', 'did you mean "quality"?'],
    ['{ category: cost, to: [] }', 'routes[0].category is not a key that is known here', 'known here: categories'],
    ['{ severity: page }', 'routes[0].to is missing', 'add to:'],
    ['{ during: { from: 8am }, to: [] }', 'routes[0].during.from is not a time of day: write it like 08:00', ''],
    ['{ during: { from: 08:00, to: 08:00 }, to: [] }', 'routes[0].during is empty: from and to are the same', ''],
    ['{ during: { tz: Europe/Berln }, to: [] }', 'routes[0].during.tz is not a time zone', 'did you mean "Europe/Berlin"?'],
    ['{ group: { by: [hour] }, to: [] }', 'routes[0].group', ''],
  ])('are refused where they could not be meant: %s', async (entry, message, hint) => {
    const told = await stderrOf(folderWith(`routes:\n  - ${entry}\n`));
    expect(told).toContain(message);
    expect(told).toContain(hint);
  });
});

const agentAt = { file: 'agentops.yaml', line: 1, column: 1 };
