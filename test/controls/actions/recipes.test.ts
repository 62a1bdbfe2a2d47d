import { chmodSync, cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { boundControls } from '../../../src/controls/actions/bound.ts';
import { openControl } from '../../../src/controls/actions/open-control.ts';
import type { Action, Desired } from '../../../src/controls/actions/port.ts';
import { isObject, type Json, type JsonObject } from '../../../src/ground/json.ts';
import { fakeContext } from '../../support/fake-context.ts';
import { openPeer, type Reply } from '../../support/http-peer.ts';
import { load } from '../../support/load-manifest.ts';
import { json } from '../../support/replies.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { openWorld } from '../../support/world.ts';

const folder = fileURLToPath(new URL('../../../fixtures/recipes', import.meta.url));
const never = new AbortController().signal;
const env = Object.fromEntries(
  ['LAUNCHDARKLY', 'GITHUB', 'ANTHROPIC_ADMIN', 'OPENAI_ADMIN', 'AWS_READER', 'AWS_OPERATOR'].flatMap((name) =>
    ['READER', 'WRITER', 'DEPLOYER', 'KEY', 'ID', 'SECRET'].map((part) => [`${name}_${part}`, `${name}-${part}-0001`]),
  ),
);

/** A recipe as it stands, but for where its plane answers. */
const begin = async (name: string, action: Action, change: (text: string) => string) => {
  const copy = temporaryFolder();
  writeFileSync(join(copy, 'agentops.yaml'), change(readFileSync(join(folder, name), 'utf8')));
  const { fleet } = await load(copy, { env });
  const world = openWorld(env);
  onTestFinished(() => world.http.close());
  const [slot] = boundControls(fleet.agents[0]?.controls ?? ({} as never), action);
  if (slot === undefined) throw new Error(`${name} binds nothing to ${action}`);
  const open = (access: 'read' | 'write') =>
    openControl(fakeContext({ ...world, env: { AGENTOPS_ACTOR: 'tester@lab' } }), fleet, 'support', slot, access);
  return { looking: await open('read'), acting: await open('write') };
};

/** There and back, as a run does it. */
const thereAndBack = async (name: string, want: Desired, change: (text: string) => string) => {
  const { looking, acting } = await begin(name, want.action, change);
  const planned = looking.plan(want, await looking.read(want.action, never));
  if (planned === null) throw new Error(`${name} has nothing to do`);
  expect(await acting.apply(planned, 'run-1/step/1', never)).toMatchObject({ result: 'applied' });
  expect(await looking.confirm(planned, never)).toBe('seen');
  expect(await acting.undo(planned, 'run-1/step/1/undo', never)).toMatchObject({ result: 'applied' });
  expect(looking.plan(want, await looking.read(want.action, never))).toEqual(planned);
  return planned;
};

it.each(readdirSync(folder).filter((name) => name.endsWith('.yaml')))('%s loads as it is', async (name) => {
  const copy = temporaryFolder();
  cpSync(join(folder, name), join(copy, 'agentops.yaml'));
  expect((await load(copy, { env })).fleet.agents).toHaveLength(1);
});

interface Vendor {
  readonly file: string;
  readonly host: string;
  readonly want: Desired;
  /** What the vendor answers to GET of this path, from its state; and what it does of a request that writes. */
  readonly at: string;
  readonly show: (state: JsonObject) => Json;
  readonly write: {
    readonly method: string;
    readonly path: string;
    readonly take: (body: JsonObject) => JsonObject;
    readonly reply: (state: JsonObject) => Reply;
  };
  readonly begin: JsonObject;
  readonly credential: readonly [header: string, value: string];
}

const key = '/v1/organizations/api_keys/apikey_01Rj2N8SVvo6BePZj99NhmiT';
const limit = (id: string, fields: JsonObject): JsonObject => ({ object: 'project.rate_limit', id, ...fields });

const vendors: readonly Vendor[] = [
  {
    file: 'launchdarkly.yaml',
    host: 'https://app.launchdarkly.com',
    want: { action: 'disable', params: {} },
    at: '/api/v2/flags/acme/agent-support',
    show: ({ on = null }) => ({ key: 'agent-support', environments: { production: { on, version: 4 } } }),
    write: {
      method: 'PATCH',
      path: '/api/v2/flags/acme/agent-support',
      take: ({ instructions }) => ({ on: JSON.stringify(instructions) === '[{"kind":"turnFlagOn"}]' }),
      reply: ({ on = null }) => json({ key: 'agent-support', environments: { production: { on } } }),
    },
    begin: { on: true },
    credential: ['authorization', 'LAUNCHDARKLY-WRITER-0001'],
  },
  {
    file: 'github-actions.yaml',
    host: 'https://api.github.com',
    want: { action: 'rollback_deploy', params: { revision: 'v41' } },
    at: '/repos/acme/support/deployments',
    show: ({ ref = null }) => [{ id: 1, ref, environment: 'production' }],
    write: {
      method: 'POST',
      path: '/repos/acme/support/actions/workflows/deploy.yml/dispatches',
      take: ({ inputs }) => ({ ref: (isObject(inputs ?? null) ? (inputs as JsonObject)['version'] : null) ?? null }),
      reply: () => (_request, response) => {
        response.writeHead(204).end();
      },
    },
    begin: { ref: 'v42' },
    credential: ['authorization', 'Bearer GITHUB-DEPLOYER-0001'],
  },
  {
    file: 'anthropic-key.yaml',
    host: 'https://api.anthropic.com',
    want: { action: 'kill', params: {} },
    at: key,
    show: ({ status = null }) => ({ id: 'apikey_01Rj2N8SVvo6BePZj99NhmiT', type: 'api_key', status }),
    write: { method: 'POST', path: key, take: (body) => body, reply: ({ status = null }) => json({ type: 'api_key', status }) },
    begin: { status: 'active' },
    credential: ['x-api-key', 'ANTHROPIC_ADMIN-KEY-0001'],
  },
  {
    file: 'openai-limits.yaml',
    host: 'https://api.openai.com',
    want: { action: 'throttle', params: { requests_per_minute: 20 } },
    at: '/v1/organization/projects/proj_acme/rate_limits',
    show: (state) => ({
      object: 'list',
      data: [limit('rl-other', { max_requests_per_1_minute: 1 }), limit('rl-gpt-4o', state)],
      has_more: false,
    }),
    write: {
      method: 'POST',
      path: '/v1/organization/projects/proj_acme/rate_limits/rl-gpt-4o',
      take: (body) => body,
      reply: (state) => json({ object: 'project.rate_limit', id: 'rl-gpt-4o', ...state }),
    },
    begin: { max_requests_per_1_minute: 600 },
    credential: ['authorization', 'Bearer OPENAI_ADMIN-KEY-0001'],
  },
];

it.each(vendors)(
  '$file acts and is taken back as the vendor describes its API',
  async ({ file, host, want, at, show, write, begin: first, credential }) => {
    let state = first;
    const peer = await openPeer((request, response) => {
      if (request.method === 'GET' && request.path === at) return json(show(state))(request, response);
      const isWrite = request.method === write.method && request.path === write.path && isObject(request.json);
      if (!isWrite) return json({ message: 'Not Found' }, 404)(request, response);
      state = { ...state, ...write.take(request.json as JsonObject) };
      write.reply(state)(request, response);
    });
    const planned = await thereAndBack(file, want, (text) => text.replace(host, peer.url));
    expect(planned.reversible).toBe(true);
    expect(state).toEqual(first);
    const writes = peer.received.filter(({ method }) => method !== 'GET');
    expect(writes.map(({ headers }) => headers[credential[0]])).toEqual([credential[1], credential[1]]);
  },
);

it('sqs.yaml acts and is taken back by the command line of AWS', async () => {
  const tools = temporaryFolder();
  const aws = join(tools, 'aws');
  const state = join(tools, 'state');
  writeFileSync(state, 'Enabled');
  writeFileSync(
    aws,
    `#!${process.execPath}
const { readFileSync, writeFileSync } = require('node:fs');
const verb = process.argv[3];
const wanted = verb === 'get-event-source-mapping' ? 'AWS_READER' : 'AWS_OPERATOR';
if (process.env.AWS_ACCESS_KEY_ID !== wanted + '-ID-0001') process.exit(254);
if (verb === 'update-event-source-mapping') writeFileSync(${JSON.stringify(state)}, process.argv.includes('--no-enabled') ? 'Disabled' : 'Enabled');
console.log(JSON.stringify({ UUID: process.argv[5], State: readFileSync(${JSON.stringify(state)}, 'utf8') }));
`,
  );
  chmodSync(aws, 0o755);
  const planned = await thereAndBack('sqs.yaml', { action: 'disable', params: {} }, (text) => text.replaceAll('[aws,', `["${aws}",`));
  expect(planned).toMatchObject({ from: { state: 'Enabled' }, to: { state: 'Disabled' } });
  expect(readFileSync(state, 'utf8')).toBe('Enabled');
});
