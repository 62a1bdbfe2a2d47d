import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { applyBudgets, diffOf, drawBudgetChanges } from '../../src/cli/apply-budgets.ts';
import type { Session } from '../../src/cli/command.ts';
import { extensions } from '../../src/cli/registries.ts';
import { systemFiles } from '../../src/ground/runtime/files.ts';
import { openSecrets } from '../../src/ground/runtime/secrets.ts';
import type { BudgetProposal } from '../../src/telemetry/advice/budget-proposal.ts';
import { fakeContext } from '../support/fake-context.ts';
import { load } from '../support/load-manifest.ts';
import { scratch } from '../support/run-cli.ts';

const files = {
  'agentops.yaml': 'version: 1\nfleet: acme\ninclude: [more.yaml]\nagents:\n  support: { tier: 1 } # ours\n',
  'more.yaml': 'agents:\n  writer:\n    # slow\n    tier: 3\n',
};

const proposal = (agent: string, file: string): BudgetProposal => ({
  ...{ agent, file, nowNanos: null, proposedNanos: 400_000_000, requests: 100, stopped: 1, stoppedSucceeded: 0 },
  ...{ saving: { low: 0, mid: 1, high: 2 }, harm: [] },
});

const setUp = async (path: string, answer: boolean | null, meanwhile: () => void = () => undefined) => {
  const said: string[] = [];
  const ctx = fakeContext({ files: systemFiles, secrets: openSecrets({}, systemFiles) });
  const confirm = async (): Promise<boolean> => {
    meanwhile();
    return answer === true;
  };
  const terminal = { say: (line: string) => void said.push(line), prompts: answer === null ? null : { confirm } };
  const session = { ctx, terminal, cwd: path, extensions: async () => extensions } as unknown as Session;
  const loaded = await load(path);
  const proposals = [proposal('support', join(path, 'agentops.yaml')), proposal('writer', join(path, 'more.yaml'))];
  return { session, loaded, said, ...drawBudgetChanges(systemFiles, proposals) };
};

const read = (path: string): readonly string[] => Object.keys(files).map((name) => readFileSync(join(path, name), 'utf8'));

describe('budgets are written into the files of a manifest', () => {
  test('once the change was shown and agreed to, and nothing else moves', async () => {
    using folder = scratch(files);
    const { session, loaded, changes, said } = await setUp(folder.path, true);
    await applyBudgets(session, loaded, changes, false);
    expect(read(folder.path)).toEqual([
      'version: 1\nfleet: acme\ninclude: [more.yaml]\nagents:\n  support: { budget: { per_request: $0.40 }, tier: 1 } # ours\n',
      'agents:\n  writer:\n    budget: { per_request: $0.40 }\n    # slow\n    tier: 3\n',
    ]);
    expect(said.join('\n')).toBe(diffOf(changes, folder.path).trimEnd());
    expect(said).toContain('+    budget: { per_request: $0.40 }');
    expect((await load(folder.path)).fleet.agents.map(({ budget }) => budget.perRequestNanos)).toEqual([400_000_000, 400_000_000]);
  });

  test.each([
    ['nobody is there to agree', null],
    ['a person says no', false],
  ])('not where %s', async (_, answer) => {
    using folder = scratch(files);
    const { session, loaded, changes } = await setUp(folder.path, answer);
    await expect(applyBudgets(session, loaded, changes, false)).rejects.toMatchObject({ kind: 'refused', code: 'not_confirmed' });
    expect(read(folder.path)).toEqual(Object.values(files));
  });

  test('not where a file was changed while a person thought about it', async () => {
    using folder = scratch(files);
    const theirs = `${files['more.yaml']}# mine\n`;
    const meanwhile = () => writeFileSync(join(folder.path, 'more.yaml'), theirs);
    const { session, loaded, changes } = await setUp(folder.path, true, meanwhile);
    await expect(applyBudgets(session, loaded, changes, false)).rejects.toMatchObject({ kind: 'refused', code: 'file_changed' });
    expect(read(folder.path)).toEqual([files['agentops.yaml'], theirs]);
  });

  test('not where the manifest would no longer be valid', async () => {
    using folder = scratch(files);
    const { session, loaded, changes } = await setUp(folder.path, true);
    const wrong = changes.map((change) => ({ ...change, after: change.after.replace('$0.40', 'much') }));
    await expect(applyBudgets(session, loaded, wrong, true)).rejects.toMatchObject({ kind: 'usage' });
    expect(read(folder.path)).toEqual(Object.values(files));
  });

  test('not while somebody else is at a file', async () => {
    using folder = scratch(files);
    const { session, loaded, changes } = await setUp(folder.path, true);
    const claim = systemFiles.claim(join(folder.path, 'more.yaml'));
    await expect(applyBudgets(session, loaded, changes, true)).rejects.toMatchObject({ code: 'file_claimed' });
    claim?.release();
    expect(read(folder.path)).toEqual(Object.values(files));
    await applyBudgets(session, loaded, changes, true);
  });
});
