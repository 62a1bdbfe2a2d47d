import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '../../support/temporary.ts';
import { ref } from '../../support/world.ts';
import type { ControlHarness, ControlPeer } from '../control-suite.ts';

const program = fileURLToPath(new URL('../../support/exec-plane.mjs', import.meta.url));
const linesOf = (path: string): readonly string[] => (existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : []);

const open = async (control: (node: readonly string[]) => Record<string, unknown>, state: object): Promise<ControlPeer> => {
  const folder = temporaryFolder();
  const at = join(folder, 'state.json');
  writeFileSync(at, JSON.stringify(state));
  return {
    control: {
      env: { LOOK: ref('${CONTROL_READ}') },
      write_env: { ACT: ref('${CONTROL_WRITE}') },
      ...control([process.execPath, program, folder]),
    },
    folder,
    look: () => JSON.parse(readFileSync(at, 'utf8')),
    meddle: () => writeFileSync(at, JSON.stringify({ ...state, replicas: 7, mode: 'odd' })),
    effects: () => linesOf(join(folder, 'effects.log')),
    writes: () => linesOf(join(folder, 'calls.log')).length,
  };
};

const harness: ControlHarness = {
  variants: [
    {
      name: 'a program that can be read',
      wishes: [
        { action: 'scale', params: { replicas: 0 } },
        { action: 'scale', params: { replicas: 12 } },
      ],
      senseless: [{ action: 'scale', params: {} }],
      open: () =>
        open(
          (node) => ({
            argv: [...node, 'set', 'replicas', '{{ replicas }}'],
            undo: [...node, 'set', 'replicas', '{{ replicas }}'],
            read: { argv: [...node, 'show'], values: { replicas: '$.replicas' } },
            idempotent: true,
          }),
          { replicas: 3, mode: 'on' },
        ),
    },
    {
      name: 'a switch',
      wishes: [
        { action: 'disable', params: {} },
        { action: 'kill', params: {} },
      ],
      open: () =>
        open(
          (node) => ({
            argv: [...node, 'set', 'mode', '"off"'],
            undo: [...node, 'set', 'mode', '"{{ params.mode }}"'],
            read: { argv: [...node, 'show'], values: { mode: '$.mode' } },
            wants: { mode: 'off' },
            idempotent: true,
          }),
          { replicas: 3, mode: 'on' },
        ),
    },
    {
      name: 'a program that cannot be read, and not be undone',
      wishes: [{ action: 'call', params: { replicas: 1 } }],
      open: () => open((node) => ({ argv: [...node, 'set', 'replicas', '{{ params.replicas }}'] }), { replicas: 3 }),
    },
  ],
};

export default harness;
