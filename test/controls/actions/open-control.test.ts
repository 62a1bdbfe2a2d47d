import { chmodSync, lstatSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { boundControls } from '../../../src/controls/actions/bound.ts';
import { openControl } from '../../../src/controls/actions/open-control.ts';
import { agentsSharing } from '../../../src/controls/actions/shared-target.ts';
import type { Slot } from '../../../src/fleet/slots.ts';
import { systemFiles } from '../../../src/ground/runtime/files.ts';
import { aFleet, anAgent, noControls } from '../../support/facts.ts';
import { fakeContext } from '../../support/fake-context.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const slot = (kind: string): Slot => ({ kind, config: {}, at: { file: 'a', line: 1, column: 1 } });

describe('the controls bound to an action', () => {
  it('are those of its key, in order; what disables also enables', () => {
    const [door, cancel, flag, prompt] = ['litellm', 'langgraph', 'flag-file', 'langfuse-prompt'].map(slot) as [Slot, Slot, Slot, Slot];
    const controls = { ...noControls, disable: flag, kill: [door, cancel], rollback: { prompt, model: null, deploy: null } };
    expect(boundControls(controls, 'kill')).toEqual([door, cancel]);
    expect(boundControls(controls, 'enable')).toEqual([flag]);
    expect(boundControls(controls, 'rollback_prompt')).toEqual([prompt]);
    expect(boundControls(controls, 'rollback_deploy')).toEqual([]);
    expect(boundControls(controls, 'throttle')).toEqual([]);
    expect(boundControls(controls, 'call')).toEqual([]);
  });
});

describe('who shares a target', () => {
  const at = { file: 'a', line: 1, column: 1 };
  const key = (parts: object): Slot => ({
    kind: 'litellm',
    config: { via: 'litellm', connection: 'gateway', key_alias: 'shared', ...parts },
    at,
  });
  const agents = [
    anAgent({ name: 'support', controls: { ...noControls, throttle: key({ effect: 1 }) } }),
    anAgent({ name: 'billing', controls: { ...noControls, kill: [slot('flag-file'), key({ action: 'block', effect: 2 })] } }),
    anAgent({ name: 'search', controls: { ...noControls, throttle: key({ key_alias: 'own' }), sampling: slot('manifest') } }),
  ];

  it('is every other agent with a control on it, however it is used there', () => {
    expect(agentsSharing(agents, 'support', key({}))).toEqual(['billing']);
    expect(agentsSharing(agents, 'search', key({ key_alias: 'own' }))).toEqual([]);
    expect(agentsSharing(agents, 'support', slot('manifest'))).toEqual([]);
  });

  it('is told with what is seen', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'flags.json'), '{"flags":{}}');
    const flag: Slot = { kind: 'flag-file', config: { via: 'flag-file', path: 'flags.json', flag: 'all', effect: 0 }, at };
    const both = ['support', 'billing'].map((name) => anAgent({ name, controls: { ...noControls, disable: flag } }));
    const fleet = { ...aFleet(...both), path: join(folder, 'agentops.yaml') };
    const ctx = fakeContext({ files: systemFiles, env: { AGENTOPS_ACTOR: 'tester' } });
    const driver = await openControl(ctx, fleet, 'support', flag, 'read');
    expect((await driver.read('disable', new AbortController().signal)).sharedWith).toEqual(['agent billing']);
  });
});

describe('a file of somebody else', () => {
  it('keeps its mode and its link when it is replaced', () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'mounted'));
    writeFileSync(join(folder, 'mounted', 'flags.json'), 'old');
    chmodSync(join(folder, 'mounted', 'flags.json'), 0o664);
    symlinkSync('mounted/flags.json', join(folder, 'flags.json'));
    expect(systemFiles.mayReplace(join(folder, 'flags.json'))).toBe(true);
    systemFiles.replace(join(folder, 'flags.json'), 'new');
    expect(readFileSync(join(folder, 'mounted', 'flags.json'), 'utf8')).toBe('new');
    expect(statSync(join(folder, 'mounted', 'flags.json')).mode & 0o777).toBe(0o664);
    expect(lstatSync(join(folder, 'flags.json')).isSymbolicLink()).toBe(true);
  });

  it('is not made where there is none, and nothing is left behind', () => {
    const folder = temporaryFolder();
    expect(() => systemFiles.replace(join(folder, 'flags.json'), 'new')).toThrow('could not be written');
    expect(systemFiles.mayReplace(join(folder, 'flags.json'))).toBe(false);
    expect(systemFiles.list(folder)).toEqual([]);
  });
});
