import { describe, expect, test } from 'vitest';
import { runCli, scratch } from '../support/run-cli.ts';

const explain = async (...args: readonly string[]) => {
  using folder = scratch({});
  return await runCli(['explain', ...args], { cwd: folder.path });
};

describe('agentops explain', () => {
  test('needs no manifest, and begins with the sections', async () => {
    const { status, stdout } = await explain();
    expect(status).toBe(0);
    expect(stdout).toMatch(/^agentops\.yaml: /);
    expect(stdout).toMatch(/ {2}agents +The agents of the fleet\. \(map of names to maps; required\)/);
  });

  test('takes a path in one word or in several', async () => {
    const one = await explain('agents.endpoint.openai-chat');
    expect(one.stdout).toContain('openai-chat');
    expect((await explain('agents.endpoint', 'openai-chat')).stdout).toBe(one.stdout);
  });

  test('lists every assertion and how one is written', async () => {
    const { stdout } = await explain('agents.checks.expect');
    for (const part of ['- <name>: <value>', '- not-<name>: <value>', '  contains ', '  trajectory:tool-sequence ', '  if_unknown '])
      expect(stdout).toContain(part);
  });

  test('tells the nearest name where a path leads nowhere, exit 2, in JSON too', async () => {
    const wrong = await explain('agents.support.endpiont.url', '--json');
    expect(wrong.status).toBe(2);
    expect(JSON.parse(wrong.stderr)).toMatchObject({ error: { code: 'path_unknown', hint: 'did you mean "endpoint"?', exit: 2 } });
  });
});
