import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { diagnoseChannels } from '../../src/cli/diagnose-channels.ts';
import { load } from '../support/load-manifest.ts';
import { temporaryFolder } from '../support/temporary.ts';

const before = Date.UTC(2026, 10, 23);
const hook = 'kind: webhook, url: "https://example.com/hook"';

const found = async (rest: string, now = before) => {
  const folder = temporaryFolder();
  writeFileSync(
    join(folder, 'agentops.yaml'),
    `version: 1\nfleet: acme\nagents: { support: { owner: "@cx", tier: 1, tags: [public] } }\n${rest}\n`,
  );
  const { fleet } = await load(folder);
  return diagnoseChannels(fleet, now);
};

const troubles = async (rest: string) =>
  (await found(rest)).flatMap(({ name, state, detail }) => (state === 'ok' ? [] : [`${name}: ${detail}`]));

test('Opsgenie is warned of until it ends, and is of no use from then on; jsm is what to take', async () => {
  const opsgenie = 'notify: { oncall: { kind: opsgenie, api_key: "${GENIE}" } }';
  expect(await found(opsgenie)).toMatchObject([
    {
      group: 'channels',
      name: 'oncall',
      state: 'warn',
      detail: expect.stringContaining('on 5 April 2027, in 133 days'),
      fix: expect.stringContaining('jsm'),
    },
  ]);
  expect(await found(opsgenie, Date.UTC(2027, 3, 5))).toMatchObject([{ state: 'fail', detail: expect.stringContaining('ended') }]);
});

test('a fleet that tells nobody, and one whose pages are read in the morning, hear of it', async () => {
  expect(await troubles('')).toEqual(['notify: there is no channel: alerts fire, and nobody is told']);
  expect(await troubles('notify: { chat: { kind: slack, url: "${HOOK}" } }')).toEqual(['pages: they go to chat alone, and wake nobody']);
  expect(await troubles(`notify: { ops: { ${hook} } }`)).toEqual([]);
});

test('routes that reach nobody say why', async () => {
  const routes = (...entries: readonly string[]) =>
    troubles(`notify: { ops: { ${hook} } }\nroutes:\n${entries.map((entry) => `  - { ${entry} }`).join('\n')}`);
  expect(await routes('owners: ["@cx"], to: [ops]', 'tiers: [1], tags: [public], to: [ops]')).toEqual([]);
  expect(
    await routes(
      'categories: [cost], to: []',
      'owners: ["@gone"], to: [ops]',
      'tags: [public, beta], to: [ops]',
      'tiers: [2, 3], to: [ops]',
    ),
  ).toEqual([
    'routes[0]: it leads to no channel: what it takes is told to nobody',
    'routes[1]: no agent of the fleet is of @gone',
    'routes[2]: no agent of the fleet has public and beta',
    'routes[3]: no agent of the fleet is of tier 2 or 3',
  ]);
  expect(await routes('to: [ops], continue: true', 'to: [ops]', 'severity: page, to: [ops]')).toEqual([
    'routes[2]: routes[1] before it takes everything, so that nothing ever comes to it',
  ]);
});
