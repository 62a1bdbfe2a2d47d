import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { documentSchemas } from '../../src/views/schemas.ts';
import { type CliResult, runCli, scratch } from '../support/run-cli.ts';

const manifest = `
version: 1
fleet: acme
agents:
  support:
    env: prod
    endpoint: { protocol: openai-chat, url: "https://agents.example/v1", model: support, headers: { authorization: "Bearer \${NOT_SET}" } }
    controls:
      throttle: { via: litellm, connection: gateway, key_alias: support }
      disable: { via: flag-file, path: nowhere/flags.json, flag: support }
      sampling: { via: flag-file, path: nowhere/flags.json, flag: support }
connections:
  gateway: { url: "https://gateway.example", read: "\${NOT_SET}", write: "\${NOT_SET}" }
`;

/** It goes on where its first step failed, and its second builds on that. */
const shaky = `
metadata: { name: shaky, class: other }
params: { agent: { type: agent } }
steps:
  - { id: first, disable: {}, target: "{{ params.agent }}", on_fail: continue }
  - { id: again, sampling: 50%, target: "{{ params.agent }}" }
`;

const simulate = async (...args: readonly string[]): Promise<CliResult & { readonly leftState: boolean }> => {
  using folder = scratch({ 'agentops.yaml': manifest, 'shaky.yaml': shaky });
  const result = await runCli(['runbook', 'simulate', ...args], { cwd: folder.path });
  return { ...result, leftState: existsSync(join(folder.path, '.agentops', 'journal.db')) };
};

describe('runbook simulate', () => {
  test('goes every way a run may die or fail, with no secret, no network and no journal of its own', async () => {
    const { status, stdout, stderr, leftState } = await simulate('runaway-loop', '--agent', 'support', '--all', '--json');
    expect([status, stderr, leftState]).toEqual([0, '', false]);
    const document = documentSchemas['runbook simulate'].parse(JSON.parse(stdout));
    expect(document).toMatchObject({ runbook: 'runaway-loop', agents: ['support'], as_declared: true, seed: null });
    expect(document.paths.map(({ crash_at }) => crash_at)).toContain('slow:after-act');
    expect(new Set(document.paths.map((path) => path.status))).toEqual(new Set(['done', 'undone', 'failed', 'paused']));
  });

  test('shows one run step by step', async () => {
    const { status, stdout } = await simulate('throttle', '--agent', 'support', '--crash-at', 'throttle:after-act', '--seed', '7');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^\+ throttle on support, in memory: 1 path \(1 done\), all as declared\n/);
    expect(stdout).toMatch(/throttle +throttle +litellm of support +(done|verified) /);
  });

  test('plans a step anew where the one that it builds on failed', async () => {
    const { status, stdout } = await simulate('./shaky.yaml', '--agent', 'support', '--fail', 'first');
    expect(stdout).toMatch(/^\+ shaky on support, in memory: 1 path \(1 failed\), all as declared\n/);
    expect(stdout).toMatch(/first +disable .* failed /);
    expect(stdout).toMatch(/again +sampling .* done /);
    expect(status).toBe(0);
  });

  test.each([
    [['throttle', '--agent', 'support', '--crash-at', 'throtle:after-act'], 'throttle'],
    [['throttle', '--agent', 'support', '--crash-at', 'throttle:whenever'], 'throttle:after-act; the phases are'],
    [['throttle', '--agent', 'support', '--fail', 'throttle=droped'], 'dropped'],
    [['kill', '--agent', 'support'], 'controls'],
  ])('says what is wrong with %j, and exits 2', async (args, hint) => {
    const { status, stderr } = await simulate(...args);
    expect(stderr).toContain(hint);
    expect(status).toBe(2);
  });
});
