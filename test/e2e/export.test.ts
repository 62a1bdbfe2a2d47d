import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { documentSchemas } from '../../src/views/schemas.ts';
import { runCli, scratch } from '../support/run-cli.ts';

const manifest = 'version: 1\nfleet: acme\nagents: { support: { sla: { error_rate: 5% } } }\n';
const commit = '4f0c1c6e0f1d2b3a49586776a5b4c3d2e1f00912';

const kinds = [
  ['collector', [], 'receivers:'],
  ['github-actions', ['--source', `acme/agentops@${commit}`], 'pull_request'],
  ['grafana', [], '"schemaVersion"'],
  ['hpa', [], '# Kubernetes'],
  ['keda', [], '# KEDA'],
  ['prometheus', [], 'groups:'],
] as const;

describe('agentops export', () => {
  test.each(kinds)('%s prints a file, or writes it where it is told, for whoever may read it', async (kind, flags, part) => {
    using folder = scratch({ 'agentops.yaml': manifest });
    const printed = await runCli(['export', kind, ...flags], { cwd: folder.path });
    expect([printed.status, printed.stdout.includes(part)]).toEqual([0, true]);
    const written = await runCli(['export', kind, ...flags, '--out', 'file.txt'], { cwd: folder.path });
    expect([written.status, written.stdout]).toEqual([0, '']);
    expect(readFileSync(join(folder.path, 'file.txt'), 'utf8')).toBe(printed.stdout);
    expect(statSync(join(folder.path, 'file.txt')).mode & 0o044).toBe(0o044);
    const json = await runCli(['export', kind, ...flags, '--json'], { cwd: folder.path });
    expect(documentSchemas[`export ${kind}`].parse(JSON.parse(json.stdout))).toMatchObject({ kind, file: null, text: printed.stdout });
  });

  test('tells on stderr and in JSON what Prometheus cannot judge', async () => {
    using folder = scratch({ 'agentops.yaml': manifest });
    const { stdout, stderr } = await runCli(['export', 'prometheus', '--json'], { cwd: folder.path });
    expect(stderr).toMatch(/^left out: cost: .*seven days before/m);
    expect(documentSchemas['export prometheus'].parse(JSON.parse(stdout)).left_out).toContainEqual(
      expect.objectContaining({ name: 'cost', reason: expect.stringContaining('seven days before') }),
    );
  });

  test('refuses a file it cannot write, an address that is none, and a commit that moves, and writes nothing', async () => {
    using folder = scratch({ 'agentops.yaml': manifest });
    const fails = async (...args: string[]) => (await runCli(['export', ...args], { cwd: folder.path })).status;
    expect(await fails('grafana', '--out', 'no/such/folder.json')).toBe(2);
    expect(await fails('keda', '--serve', 'agentops:4318/metrics', '--out', 'keda.yaml')).toBe(2);
    expect(await fails('github-actions', '--out', 'gate.yml')).toBe(2);
    expect(await fails('github-actions', '--source', 'acme/agentops@main', '--out', 'gate.yml')).toBe(2);
    expect(['keda.yaml', 'gate.yml'].filter((file) => existsSync(join(folder.path, file)))).toEqual([]);
  });
});
