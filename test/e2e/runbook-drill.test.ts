import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { documentSchemas } from '../../src/views/schemas.ts';
import { runCli, scratch } from '../support/run-cli.ts';

const manifest = (env: string) => `
version: 1
fleet: acme
agents:
  support:
    ${env}
    endpoint: { protocol: command, argv: ["true"] }
    checks: [{ id: reports-in, heartbeat: { every: 1d } }]
    controls:
      throttle: { via: flag-file, path: flags.json, flag: rate, effect: 1s }
`;
const flags = '{"flags":{}}';

const folderOf = (env: string) => {
  const folder = scratch({ 'agentops.yaml': manifest(env), 'flags.json': flags });
  const run = (...args: readonly string[]) => runCli(args, { cwd: folder.path });
  return {
    run,
    flags: () => JSON.parse(readFileSync(join(folder.path, 'flags.json'), 'utf8')) as unknown,
    [Symbol.dispose]: folder[Symbol.dispose],
  };
};

describe('runbook drill', () => {
  test('makes an agent of the demo run away, and tells how long it took to find, contain and silence it', { timeout: 60_000 }, async () => {
    using folder = scratch();
    const { status, stdout, stderr } = await runCli(['runbook', 'drill', 'runaway-loop', '--json'], { cwd: folder.path });
    expect([status, stderr.split('\n').filter((line) => line.startsWith('error'))]).toEqual([0, []]);
    const drill = documentSchemas['runbook drill'].parse(JSON.parse(stdout));
    expect(drill).toMatchObject({ demo: true, status: 'done', passed: true, misses: [], state: 'green' });
    expect(drill.time_to_detect_s).toBeLessThan(20);
    expect(drill.time_to_contain_s).not.toBeNull();
    expect(drill.time_to_quiet_s).not.toBeNull();
    expect(drill.restored.map(({ result }) => result)).toEqual(['reverted', 'reverted']);
  });

  test('on an agent of one’s own it acts once the name is typed, puts all back, and doctor knows of it', async () => {
    using folder = folderOf('env: staging');
    const unasked = await folder.run('runbook', 'drill', 'throttle', '--agent', 'support');
    expect([unasked.status, folder.flags()]).toEqual([4, JSON.parse(flags)]);
    expect(unasked.stderr).toContain('agentops runbook drill throttle --agent support --confirm support');

    const { status, stdout } = await folder.run('runbook', 'drill', 'throttle', '--agent', 'support', '--confirm', 'support', '--json');
    expect([status, folder.flags()]).toEqual([0, JSON.parse(flags)]);
    expect(JSON.parse(stdout)).toMatchObject({
      demo: false,
      time_to_detect_s: null,
      passed: true,
      restored: [{ step: 'throttle', result: 'reverted' }],
    });
    const doctor = await folder.run('doctor', '--runbooks', '--json');
    expect(doctor.stdout).toMatch(/"action": "throttle",[^}]*"last_drilled": "20/);
    expect((await folder.run('audit', 'verify')).status).toBe(0);
  });

  test.each(['env: prod', 'env: Production', ''])('an agent with %j is left alone, whatever is typed', async (env) => {
    using folder = folderOf(env);
    const { status, stderr } = await folder.run('runbook', 'drill', 'throttle', '--agent', 'support', '--confirm', 'support');
    expect([status, folder.flags()]).toEqual([4, JSON.parse(flags)]);
    expect(stderr).toMatch(/drill/);
  });
});
