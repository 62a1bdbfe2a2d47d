import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '../../../src/ground/json.ts';
import { systemFiles } from '../../../src/ground/runtime/files.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import type { ControlHarness, ControlPeer } from '../control-suite.ts';

const other = { state: 'ENABLED', variants: { a: 1, b: 2 }, defaultVariant: 'a', targeting: { if: [true, 'b', 'a'] } };

const open =
  (definition: JsonObject) =>
  async (flag = 'agent.support.enabled'): Promise<ControlPeer> => {
    const folder = temporaryFolder();
    const path = join(folder, 'flags.json');
    const put = (document: JsonObject) => writeFileSync(path, JSON.stringify(document, null, '\t'));
    const look = (): JsonObject => JSON.parse(readFileSync(path, 'utf8')) as JsonObject;
    const done: string[] = [];
    put({
      $schema: 'https://flagd.dev/schema/v0/flags.json',
      flags: Object.fromEntries([
        [flag, definition],
        ['other', other],
      ]),
    });
    return {
      control: { path: 'flags.json', flag },
      folder,
      look,
      meddle: () => put({ flags: Object.fromEntries([[flag, { ...definition, targeting: { if: [true, 'off', 'on'] } }]]) }),
      remove: () => put({ flags: { other } }),
      effects: () => done,
      writes: () => null,
      world: {
        files: {
          ...systemFiles,
          replace: (at, text) => {
            systemFiles.replace(at, text);
            done.push(at);
          },
        },
      },
    };
  };

const onOff = { state: 'ENABLED', variants: { on: true, off: false }, defaultVariant: 'on' };
const switched = { ...onOff, targeting: { if: [{ in: ['@acme.io', { var: 'email' }] }, 'on', 'off'] } };
const rate = { state: 'ENABLED', variants: { standard: 600, low: 60 }, defaultVariant: 'standard' };

const harness: ControlHarness = {
  variants: [
    {
      name: 'a switch',
      wishes: [
        { action: 'disable', params: {} },
        { action: 'kill', params: {} },
      ],
      senseless: [{ action: 'throttle', params: {} }],
      open: () => open(onOff)(),
      openNamed: open(onOff),
    },
    {
      name: 'a switch with targeting',
      wishes: [
        { action: 'disable', params: {} },
        { action: 'enable', params: {} },
      ],
      open: () => open({ ...switched, state: 'DISABLED' })(),
    },
    {
      name: 'a number',
      wishes: [
        { action: 'throttle', params: { requests_per_minute: 60 } },
        { action: 'throttle', params: { requests_per_minute: 7 } },
        { action: 'sampling', params: { share: 1 } },
      ],
      senseless: [
        { action: 'throttle', params: { requests_per_minute: 7, budget_usd: 1 } },
        { action: 'throttle', params: { requests_per_minute: null } },
      ],
      open: () => open(rate)(),
    },
    {
      name: 'a model',
      wishes: [
        { action: 'route_model', params: { model: 'small' } },
        { action: 'rollback_model', params: { model: 'small-2' } },
        { action: 'failover', params: { to: ['large-b'] } },
      ],
      open: () => open({ state: 'ENABLED', variants: { large: 'large-a', small: 'small' }, defaultVariant: 'large' })(),
    },
  ],
};

export default harness;
