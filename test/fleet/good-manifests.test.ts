import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Fleet } from '../../src/fleet/agent.ts';
import { cleanCopy, load } from '../support/load-manifest.ts';

const env = {
  FLEET: '',
  SET: 'here',
  EMPTY: '',
  TIER: '3',
};

const fleetOf = async (name: string): Promise<Fleet> => (await load(cleanCopy(name), { env })).fleet;
const agentOf = (fleet: Fleet, name: string) => {
  const agent = fleet.agents.find((each) => each.name === name);
  if (agent === undefined) throw new Error(`there is no agent ${name}`);
  return agent;
};
/** The config of an endpoint as plain data. */
const endpointOf = (fleet: Fleet, name: string) => agentOf(fleet, name).endpoint?.config as Record<string, unknown>;

describe('the reference manifest', () => {
  test('becomes this fleet', async () => {
    const folder = cleanCopy('reference');
    const { fleet } = await load(folder);
    const text = JSON.stringify(fleet, null, 2).replaceAll(folder, 'FOLDER');
    await expect(`${text}\n`).toMatchFileSnapshot(join(import.meta.dirname, '../fixtures/good-manifests/reference.expected.json'));
  });

  test('is JSON through and through', async () => {
    const fleet = await fleetOf('reference');
    expect(JSON.parse(JSON.stringify(fleet))).toEqual(fleet);
  });
});

describe('what is not said', () => {
  test('an agent with an endpoint and no checks is looked at without a prompt, by the defaults', async () => {
    const [one] = (await fleetOf('small')).agents;
    expect(one?.tier).toBe(2);
    expect(one?.checks).toMatchObject([
      {
        id: 'reachable',
        kind: 'probe',
        schedule: { kind: 'every', everyMs: 600_000 },
        failAfter: 1,
        retry: { max: 1, on: ['unreachable', 'rate_limited'] },
      },
    ]);
  });

  test('an agent without an endpoint has no checks', async () => {
    expect(agentOf(await fleetOf('small'), 'two')).toMatchObject({ endpoint: null, checks: [], tier: 3 });
  });
});

describe('references', () => {
  test('are replaced where their text is needed now', async () => {
    const fleet = await fleetOf('words');
    expect(fleet.name).toBe('acme');
    expect(agentOf(fleet, 'support')).toMatchObject({
      description: 'here by default not empty here about us ${SET} $SET',
      env: 'here',
      tier: 3,
    });
    expect(endpointOf(fleet, 'support')).toMatchObject({ model: 'here', stream: true });
    expect(agentOf(fleet, 'support').checks[0]).toMatchObject({
      turns: [{ input: 'It costs ${5}, all in?' }],
      failAfter: 3,
      schedule: { everyMs: 300_000 },
    });
  });

  test('stay as they are where a secret or an address may stand, with the folder their files are in', async () => {
    const folder = cleanCopy('words');
    const { fleet } = await load(folder, { env: { ...env, SUPPORT_API_KEY: 'the-key-itself', BASE: 'http://the-base' } });
    expect(endpointOf(fleet, 'support')).toMatchObject({
      url: { secret: '${BASE:-http://127.0.0.1:4000}/v1', base: folder },
      api_key: { secret: '${SUPPORT_API_KEY:?ask the team}', base: folder },
      headers: { 'x-plain': { secret: '$${not} a reference' }, authorization: { secret: 'Bearer ${file:token}' } },
    });
    expect(JSON.stringify(fleet)).not.toMatch(/the-key-itself|the-base/);
  });

  test('are replaced in expectations, but not in code, which has a ${…} of its own', async () => {
    const [check] = agentOf(await fleetOf('words'), 'support').checks;
    expect(check?.expect.map(({ config }) => (config as { args: unknown }).args)).toEqual(['here', '`${output}`.length > 0']);
  });
});

describe('includes', () => {
  test('join their agents, each file once, and a file that an empty section of the manifest leaves them to', async () => {
    const fleet = await fleetOf('shared');
    expect(fleet.agents.map(({ name }) => name)).toEqual(['base', 'derived', 'loose']);
  });

  test('place what they hold in their own file', async () => {
    const { at } = agentOf(await fleetOf('shared'), 'loose');
    expect(at).toMatchObject({ file: expect.stringMatching(/more\.yaml$/), line: 1, column: 11 });
  });

  test('may use anchors and merge keys; what stands beside a merge key wins', async () => {
    const fleet = await fleetOf('shared');
    expect(agentOf(fleet, 'derived')).toMatchObject({ tier: 1, env: 'prod', endpoint: { kind: 'a2a', config: { version: '0.3' } } });
    expect(agentOf(fleet, 'base')).toMatchObject({ tier: 3, endpoint: { config: { version: 'auto' } } });
  });
});

describe('--untrusted', () => {
  test('lets through what is allowed by name', async () => {
    const allowance = { variables: ['SUPPORT_TOKEN'], hosts: ['agents.acme.io'] };
    const folder = cleanCopy('small', {
      'agentops.yaml': `version: 1
fleet: fork
agents:
  support:
    endpoint: { protocol: a2a, url: "https://agents.acme.io:8443/x", headers: { authorization: "Bearer \${SUPPORT_TOKEN}" } }
`,
    });
    expect((await load(folder, { allowance, env: { SUPPORT_TOKEN: 't' } })).fleet.name).toBe('fork');
  });
});
