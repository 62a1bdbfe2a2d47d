import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Action, Change, ControlDriver } from '../../../../src/controls/actions/port.ts';
import { digArray, digString, type Json } from '../../../../src/ground/json.ts';
import { connection, writeCredential } from '../../../contract/control-suite.ts';
import type { Peer } from '../../../peers/start-peer.ts';
import { postgresPrograms } from '../../../peers/start-postgres.ts';
import { startUnleash } from '../../../peers/start-unleash.ts';
import { describeWithPeer } from '../../../support/peer-or-skip.ts';
import { openReal } from '../../../support/real-control.ts';
import { ref } from '../../../support/world.ts';

const never = new AbortController().signal;

describeWithPeer(
  'a real Unleash server',
  { folder: 'unleash', packages: ['unleash-server'], programs: [join(postgresPrograms() ?? '/usr/lib/postgresql', 'initdb')] },
  () => {
    let server: Peer;
    beforeAll(async () => {
      server = await startUnleash();
    });
    afterAll(() => server?.stop());

    const admin = async (method: string, path: string, body?: Json): Promise<Json> => {
      const answer = await fetch(`${server.url}/api/admin/projects/default/features${path}`, {
        method,
        headers: { authorization: `*:*.${writeCredential}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
      return text === '' ? null : (JSON.parse(text) as Json);
    };
    const makeFlag = async (flag: string, strategies: readonly string[], isOn: boolean) => {
      await admin('POST', '', { name: flag, type: 'kill-switch' });
      for (const groupId of strategies)
        await admin('POST', `/${flag}/environments/production/strategies`, {
          name: 'flexibleRollout',
          constraints: [],
          parameters: { groupId, rollout: '40', stickiness: 'default' },
        });
      if (isOn) await admin('POST', `/${flag}/environments/production/on`, {});
      return () => admin('GET', `/${flag}/environments/production`);
    };
    const open = (flag: string, parts: Record<string, unknown> = {}) => {
      const made = connection('flags', server.url)['flags'];
      if (made === undefined) throw new Error('a connection has its name');
      const tokens = { read: ref('*:*.${CONTROL_READ}'), write: ref('*:*.${CONTROL_WRITE}') };
      const env = { IN_PRODUCTION: '*:production.client', IN_DEVELOPMENT: '*:development.client' };
      return openReal('unleash', { connection: 'flags', flag, ...parts }, { connections: { flags: { ...made, ...tokens } }, env });
    };
    const planned = async (driver: ControlDriver, action: Action): Promise<Change> => {
      const change = driver.plan({ action, params: {} }, await driver.read(action, never));
      if (change === null) throw new Error('nothing to change');
      return change;
    };
    /** The server tells its clients of changes once a second. */
    const told = async (driver: ControlDriver, change: Change) => {
      let seen = await driver.confirm(change, never);
      for (let tries = 0; seen === 'not-yet' && tries < 100; tries++) {
        await delay(100);
        seen = await driver.confirm(change, never);
      }
      return seen;
    };

    it('switches off, tells SDKs, and switches on again with the strategies it had', async () => {
      const look = await makeFlag('agent.support.enabled', ['a', 'b'], true);
      const before = await look();
      const { looking, acting } = await open('agent.support.enabled', { client_token: ref('${IN_PRODUCTION}') });
      const change = await planned(looking, 'kill');
      expect(change).toMatchObject({ from: { enabled: true, strategies: 2 }, to: { enabled: false, strategies: 2 } });
      expect(await acting.apply(change, 'key', never)).toMatchObject({ result: 'applied' });
      expect(await told(looking, change)).toBe('seen');
      expect(await acting.apply(change, 'key', never)).toMatchObject({ result: 'already' });
      expect(await acting.undo(change, 'key', never)).toMatchObject({ result: 'applied' });
      expect(await look()).toEqual(before);
    });

    it('takes back the strategy that switching on has added', async () => {
      const look = await makeFlag('agent.bare.enabled', [], false);
      const { looking, acting } = await open('agent.bare.enabled');
      const change = await planned(looking, 'enable');
      expect(change.to).toEqual({ enabled: true, strategies: 1 });
      expect(await acting.apply(change, 'key', never)).toMatchObject({ result: 'applied' });
      expect(digString(await look(), 'strategies', 0, 'name')).toBe('flexibleRollout');
      expect(await looking.confirm(change, never)).toBe('seen');
      expect(await acting.undo(change, 'key', never)).toMatchObject({ result: 'applied' });
      expect(digArray(await look(), 'strategies')).toEqual([]);
    });

    it('neither acts nor restores over a strategy that somebody added meanwhile', async () => {
      await makeFlag('agent.busy.enabled', ['a'], true);
      const { looking, acting } = await open('agent.busy.enabled');
      const change = await planned(looking, 'disable');
      await admin('POST', '/agent.busy.enabled/environments/production/strategies', { name: 'default', constraints: [], parameters: {} });
      expect(await acting.apply(change, 'key', never)).toMatchObject({ result: 'conflict' });
    });

    it('will not confirm by a token of another environment', async () => {
      await makeFlag('agent.wrong.enabled', ['a'], true);
      const { looking, acting } = await open('agent.wrong.enabled', { client_token: ref('${IN_DEVELOPMENT}') });
      const change = await planned(looking, 'kill');
      await acting.apply(change, 'key', never);
      await expect(looking.confirm(change, never)).rejects.toThrow('is of environment development');
    });

    it('tells a flag and an environment that are not there', async () => {
      await makeFlag('agent.here.enabled', [], false);
      expect((await (await open('agent.nowhere.enabled')).looking.read('kill', never)).exists).toBe(false);
      expect((await (await open('agent.here.enabled', { environment: 'mars' })).looking.read('kill', never)).exists).toBe(false);
    });
  },
);

describe('names that are steps in a path', () => {
  it.each(['.', '..', ''])('are refused: %j', async (flag) => {
    await expect(
      openReal('unleash', { connection: 'flags', flag }, { connections: connection('flags', 'http://127.0.0.1:1') }),
    ).rejects.toThrow();
  });
});
