import { isObject, type Json, type JsonObject } from '../../../src/ground/json.ts';
import { openPeer, type Reply } from '../../support/http-peer.ts';
import { json } from '../../support/replies.ts';
import { type ControlHarness, type ControlPeer, connection, faultable, readCredential, writeCredential } from '../control-suite.ts';

/** A plane with one resource, `/v1/limits/:name`, and a log of the requests that changed it. */
const plane = (name: string, resource: JsonObject) => {
  let state: JsonObject | null = resource;
  const effects: string[] = [];
  const reply: Reply = (request, response) => {
    const { method, path } = request;
    const isAllowed = request.headers.authorization === `Bearer ${method === 'GET' ? readCredential : writeCredential}`;
    const mayRead = request.headers.authorization === `Bearer ${writeCredential}`;
    if (!isAllowed && !mayRead) return json({ error: 'no' }, 401)(request, response);
    if (decodeURIComponent(path) !== `/api/v1/limits/${name}` || state === null) return json({ error: 'not here' }, 404)(request, response);
    if (method === 'GET') return json({ data: state })(request, response);
    const body = request.json;
    const after: JsonObject = { ...state, ...(isObject(body) ? body : {}) };
    if (JSON.stringify(after) !== JSON.stringify(state)) effects.push(`${method} ${JSON.stringify(body)}`);
    state = after;
    json({ ok: true, data: state })(request, response);
  };
  return {
    reply,
    effects,
    look: (): Json => structuredClone(state),
    set: (next: JsonObject | null) => {
      state = next;
    },
  };
};

const limits = { requests: 600, tokens: null, note: 'by hand' };

const open = async (control: Record<string, unknown>, name = 'support'): Promise<ControlPeer> => {
  const server = plane(name, limits);
  const { reply, writes, fail } = faultable(server.reply, ({ method }) => method !== 'GET', json({ ok: true }));
  const peer = await openPeer(reply);
  return {
    control: { connection: 'plane', ...control },
    connections: connection('plane', `${peer.url}/api`),
    look: server.look,
    meddle: () => server.set({ ...limits, requests: 60, note: 'by somebody else' }),
    remove: () => server.set(null),
    effects: () => [...server.effects],
    writes,
    fail,
  };
};

const read = { path: '/v1/limits/support', values: { requests_per_minute: '$.data.requests', tokens_per_minute: '$.data.tokens' } };
const body = { requests: '{{ requests_per_minute }}' };

/** What cannot be read cannot be seen to be away. */
const unseen = async (opening: Promise<ControlPeer>): Promise<ControlPeer> => {
  const { remove: _, ...peer } = await opening;
  return peer;
};

const faults = {
  read: ['401', '403', '404', '429', '500', '503', 'cut', 'html'],
  write: ['401', '403', '404', '409', '429', '500', '503', 'cut', 'html', 'drop'],
} as const;

const harness: ControlHarness = {
  variants: [
    {
      name: 'a request that can be read and taken back',
      wishes: [
        { action: 'throttle', params: { requests_per_minute: 10 } },
        { action: 'throttle', params: { requests_per_minute: null } },
      ],
      senseless: [{ action: 'throttle', params: {} }],
      faults,
      open: () =>
        open({
          method: 'PATCH',
          path: '/v1/limits/support',
          body,
          ok: { status: [200], where: { '$.ok': true } },
          read,
          undo: { method: 'PATCH', path: '/v1/limits/support', body },
          idempotent: true,
          effect: '5s',
        }),
    },
    {
      name: 'a switch',
      wishes: [
        { action: 'disable', params: {} },
        { action: 'kill', params: {} },
      ],
      open: () =>
        open({
          path: '/v1/limits/support',
          body: { requests: '{{ requests }}', note: 'held by {{ actor }} for {{ agent }}' },
          read: { path: '/v1/limits/support', values: { requests: '$.data.requests', note: '$.data.note' } },
          wants: { requests: 0 },
          undo: { path: '/v1/limits/support', body: { requests: '{{ requests }}', note: 'by hand' } },
          idempotent: true,
        }),
    },
    {
      name: 'a request that cannot be read',
      wishes: [{ action: 'call', params: { name: 'support', note: 'hold' } }],
      faults: { write: ['401', '403', '404', '409', '429', '500', '503', 'cut', 'html'] },
      open: () =>
        unseen(
          open({
            method: 'PUT',
            path: '/v1/limits/{{ params.name }}',
            body: { note: '{{ params.note }}' },
            undo: { method: 'PUT', path: '/v1/limits/{{ params.name }}', body: { note: 'by hand' } },
          }),
        ),
    },
  ],
};

export default harness;
