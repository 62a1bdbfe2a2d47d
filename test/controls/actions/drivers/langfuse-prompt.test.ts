import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ControlPeer, openOn } from '../../../contract/control-suite.ts';
import { openPeer, type Reply } from '../../../support/http-peer.ts';
import { langfusePrompts } from '../../../support/langfuse-prompts.ts';
import { describeWithPeer } from '../../../support/peer-or-skip.ts';
import { openPrism, type Prism } from '../../../support/prism.ts';
import { body } from '../../../support/replies.ts';
import { ref } from '../../../support/world.ts';

const never = new AbortController().signal;
const prompts = () => langfusePrompts('greet', [1, 2, 3], { production: 3, latest: 3 });

const begin = async (reply: Reply, control: Record<string, unknown> = {}) => {
  const peer = await openPeer(reply);
  const config = { kind: 'langfuse', url: ref(peer.url), public_key: ref('pk-lf-1'), secret_key: ref('sk-lf-1') };
  const opened: ControlPeer = {
    control: { backend: 'prod', prompt: 'greet', ...control },
    backends: { prod: { kind: 'langfuse', config, at: { file: 'agentops.yaml', line: 1, column: 1 } } },
    look: () => null,
    meddle: () => {},
    effects: () => [],
    writes: () => null,
  };
  return { peer, driver: await openOn('langfuse-prompt', opened, 'write') };
};

it('goes back one version at a time, and not before the first', async () => {
  const server = prompts();
  const { driver } = await begin(server.reply);
  for (const version of [2, 1]) {
    const change = driver.plan({ action: 'rollback_prompt', params: {} }, await driver.read('rollback_prompt', never));
    expect(change).toMatchObject({ from: { version: version + 1 }, to: { version } });
    if (change !== null) await driver.apply(change, 'run/step/1', never);
  }
  expect(server.standing).toEqual({ production: 1, latest: 3 });
  const now = await driver.read('rollback_prompt', never);
  expect(() => driver.plan({ action: 'rollback_prompt', params: {} }, now)).toThrow('there is no version before that of label production');
});

it('does not take a version for moved that is not there', async () => {
  const server = prompts();
  const { driver } = await begin(server.reply);
  const change = driver.plan({ action: 'rollback_prompt', params: { version: 9 } }, await driver.read('rollback_prompt', never));
  if (change === null) throw new Error('nothing was planned');
  expect(await driver.apply(change, 'run/step/1', never)).toMatchObject({ result: 'rejected', retry: false });
  expect(await driver.confirm(change, never)).toBe('not-yet');
});

it('says of a server before v3 why it was refused', async () => {
  const server = prompts();
  const { driver } = await begin((request, response) =>
    (request.method === 'PATCH' ? body('', 'text/html', 405) : server.reply)(request, response),
  );
  const change = driver.plan({ action: 'rollback_prompt', params: {} }, await driver.read('rollback_prompt', never));
  if (change === null) throw new Error('nothing was planned');
  expect((await driver.apply(change, 'run/step/1', never)).evidence).toContain('servers before v3 do not move labels');
});

it('refuses the label that Langfuse moves by itself, and backends that hold no prompts', async () => {
  await expect(begin(prompts().reply, { label: 'latest' })).rejects.toThrow('cannot be latest');
  const other: ControlPeer = {
    control: { backend: 'prod', prompt: 'greet' },
    backends: { prod: { kind: 'phoenix', config: {}, at: { file: 'agentops.yaml', line: 1, column: 1 } } },
    look: () => null,
    meddle: () => {},
    effects: () => [],
    writes: () => null,
  };
  await expect(openOn('langfuse-prompt', other, 'read')).rejects.toThrow('is of kind phoenix, and holds no prompts');
});

describeWithPeer('a prompt as Langfuse describes its API', { packages: ['@stoplight/prism-cli'], folder: 'prism' }, () => {
  let prism: Prism;
  beforeAll(async () => {
    prism = await openPrism('langfuse.json');
  });
  afterAll(() => prism.stop());

  it('is read and moved as described', async () => {
    const { driver } = await begin(prism.judging(prompts().reply));
    const change = driver.plan({ action: 'rollback_prompt', params: {} }, await driver.read('rollback_prompt', never));
    if (change === null) throw new Error('nothing was planned');
    expect(await driver.apply(change, 'run/step/1', never)).toMatchObject({ result: 'applied' });
    expect(await driver.undo(change, 'run/step/1/undo', never)).toMatchObject({ result: 'applied' });
    expect(prism.takeViolations()).toEqual([]);
    expect([...new Set(prism.judged)]).toEqual([
      'GET /api/public/v2/prompts/{promptName}',
      'GET /api/public/v2/prompts',
      'PATCH /api/public/v2/prompts/{name}/versions/{version}',
    ]);
  });
});
