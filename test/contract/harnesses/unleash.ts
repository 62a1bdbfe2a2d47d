import { openPeer, type Received, type Reply } from '../../support/http-peer.ts';
import { body, json } from '../../support/replies.ts';
import { type ControlHarness, type ControlPeer, connection, faultable } from '../control-suite.ts';

interface Environment {
  enabled: boolean;
  strategies: { id: string; name: string }[];
}

const done = body('', 'text/plain');

const open =
  (start: Environment, clientToken = false) =>
  async (flag = 'agent.support.enabled'): Promise<ControlPeer> => {
    const state: { now: Environment | null } = { now: structuredClone(start) };
    const effects: string[] = [];
    const base = `/api/admin/projects/default/features/${encodeURIComponent(flag)}/environments/production`;
    let added = 0;
    const turn = (environment: Environment, enabled: boolean) => {
      if (environment.enabled !== enabled) effects.push(enabled ? 'on' : 'off');
      environment.enabled = enabled;
      if (enabled && environment.strategies.length === 0)
        environment.strategies.push({ id: `default-${added++}`, name: 'flexibleRollout' });
    };
    const answer = ({ method, path, headers }: Received): Reply => {
      const { now } = state;
      if (path === '/api/client/features') {
        if (headers.authorization !== 'client-token') return json({ message: 'no' }, 401);
        const features = now === null ? [] : [{ name: flag, enabled: now.enabled }];
        return json({ version: 2, features, query: { environment: 'production' } });
      }
      if (now === null || !path.startsWith(base)) return json({ name: 'NotFoundError', message: `no ${path}` }, 404);
      if (method === 'GET' && path === base) return json({ name: 'production', ...now });
      const [, verb, id] = /^\/(on|off|strategies)(?:\/(.+))?$/.exec(path.slice(base.length)) ?? [];
      if (method === 'POST' && verb !== undefined) turn(now, verb === 'on');
      else if (method === 'DELETE') now.strategies = now.strategies.filter((each) => each.id !== decodeURIComponent(id ?? ''));
      else return json({ message: 'not allowed' }, 405);
      return done;
    };
    const plane = faultable(
      (request, response) => answer(request)(request, response),
      ({ method }) => method !== 'GET',
      done,
    );
    const { url } = await openPeer(plane.reply);
    return {
      control: { connection: 'flags', flag, ...(clientToken ? { client_token: { secret: '${CLIENT_TOKEN}', base: '/' } } : {}) },
      env: { CLIENT_TOKEN: 'client-token' },
      connections: connection('flags', url),
      look: () => structuredClone(state.now) as never,
      meddle: () => void state.now?.strategies.push({ id: 'x', name: 'userWithId' }, { id: 'y', name: 'userWithId' }),
      remove: () => {
        state.now = null;
      },
      effects: () => effects,
      writes: plane.writes,
      fail: plane.fail,
    };
  };

const rollout = { id: 's1', name: 'flexibleRollout' };
const off = [
  { action: 'disable', params: {} },
  { action: 'kill', params: {} },
] as const;
const on = [{ action: 'enable', params: {} }] as const;
const faults = {
  read: ['401', '403', '404', '429', '500', '503', 'cut', 'html'],
  write: ['401', '403', '404', '409', '429', '500', '503', 'cut', 'html', 'drop'],
} as const;

const harness: ControlHarness = {
  variants: [
    {
      name: 'on',
      wishes: off,
      faults,
      open: () => open({ enabled: true, strategies: [rollout] })(),
      openNamed: open({ enabled: true, strategies: [rollout] }),
    },
    { name: 'off', wishes: on, faults, open: () => open({ enabled: false, strategies: [rollout] })() },
    { name: 'off and without a strategy', wishes: on, open: () => open({ enabled: false, strategies: [] })() },
    { name: 'seen by a client', wishes: off, open: () => open({ enabled: true, strategies: [rollout] }, true)() },
  ],
};

export default harness;
