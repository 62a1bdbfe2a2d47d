import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { displayWidth } from '../../src/ground/output/width.ts';
import { documentSchemas } from '../../src/views/schemas.ts';
import { runCli, scratch, startCli } from '../support/run-cli.ts';

/** Where a demo of a test puts its folder. */
const place = () => {
  const folder = scratch();
  const env = { TMPDIR: folder.path, LANG: 'C.UTF-8', NODE_DISABLE_COMPILE_CACHE: '1', AGENTOPS_ACTOR: 'newcomer' };
  return {
    ...folder,
    options: { cwd: folder.path, env: { ...env, http_proxy: 'http://127.0.0.1:9', AGENTOPS_MANIFEST: '/no/such/file' } },
  };
};

/** Processes that were started for a demo below this folder, by their environment (Linux). */
const processesBelow = (path: string): readonly string[] =>
  !existsSync('/proc/self/environ')
    ? []
    : readdirSync('/proc').filter((pid) => {
        try {
          return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`DEMO_FLAGS=${path}`);
        } catch {
          return false; // it ended meanwhile, or belongs to somebody else
        }
      });

describe('agentops demo incident', () => {
  test('plays a loop from its first step to the draft of its review, with what a program needs to judge it', async () => {
    using folder = place();
    const { status, stdout, stderr } = await runCli(['demo', 'incident', '--json'], folder.options);
    expect([status, stderr]).toEqual([0, '']);
    const told = documentSchemas['demo incident'].parse(JSON.parse(stdout));
    expect(told).toMatchObject({
      incident: { agent: 'orders', class: 'loop', status: 'resolved', cause: { kind: 'cap', cap: 'steps_per_request', limit: 12 } },
      run_status: 'done',
      state: 'green',
      mitigations: [],
      cost: { requests: 1 },
    });
    // Detected by its steps, contained by the run and silent in that order, each within seconds.
    const [contained, quiet] = [told.time_to_contain_s ?? Number.NaN, told.time_to_quiet_s ?? Number.NaN];
    expect(told.time_to_detect_s).toBeLessThan(10);
    expect(contained).toBeGreaterThan(told.time_to_detect_s);
    expect(quiet).toBeLessThan(20);
    expect(told.cost?.burnt_usd).toBeGreaterThan(0);
    expect(told.changes.map(({ action, status: end }) => [action, end])).toEqual([
      ['throttle', 'undone'],
      ['kill', 'undone'],
      ['kill', 'done'],
    ]);
    expect(told.approvals).toMatchObject([{ by: ['newcomer'] }]);
    for (const milestone of Object.values(told.milestones)) expect(milestone).not.toBeNull();
    expect(told.postmortem).toContain('The audit chain is whole');
    expect(told.scenes.at(-1)?.at_s).toBeLessThan(20);
    expect([readdirSync(folder.path), processesBelow(folder.path)]).toEqual([[], []]);
  });

  test('is told in lines of eighty columns, with the command of each scene', async () => {
    using folder = place();
    const { status, stdout, stderr } = await runCli(['demo', 'incident'], folder.options);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout.split('\n').filter((line) => displayWidth(line) > 80)).toEqual([]);
    for (const command of [
      'incident show inc-1',
      'runbook run runaway-loop',
      'mitigations revert',
      'health orders',
      'incident postmortem inc-1',
    ])
      expect(stdout).toContain(`$ agentops ${command}`);
    expect(stdout).not.toContain(folder.path);
  });

  test('ends what it has started when it is interrupted', async () => {
    using folder = place();
    const demo = startCli(['demo', 'incident'], folder.options);
    await new Promise<void>((done) => demo.child.stdout?.on('data', (piece: Buffer) => piece.includes('A customer asks') && done()));
    demo.child.kill('SIGINT');
    expect((await demo.ended).status).toBe(130);
    expect([readdirSync(folder.path), processesBelow(folder.path)]).toEqual([[], []]);
  });

  test.each([
    [['demo', 'accident'], 'there is no demo called "accident"'],
    [['demo', 'incident', '--keep'], '--keep belongs to agentops demo'],
  ])('%j is refused', async (args, message) => {
    using folder = place();
    const { status, stderr } = await runCli(args, folder.options);
    expect([status, stderr]).toEqual([2, expect.stringContaining(message)]);
  });
});
