import { expect, it } from 'vitest';
import { type ControlPeer, connection, hostileNames, openOn, readCredential, writeCredential } from '../../../contract/control-suite.ts';
import { openPeer, type Reply } from '../../../support/http-peer.ts';
import { body, json, redirect } from '../../../support/replies.ts';
import { ref } from '../../../support/world.ts';

const never = new AbortController().signal;

const begin = async (reply: Reply, control: Record<string, unknown>, url?: string) => {
  const peer = await openPeer(reply);
  const opened: ControlPeer = {
    control: { connection: 'plane', ...control },
    connections: connection('plane', url ?? `${peer.url}/api`),
    look: () => null,
    meddle: () => {},
    effects: () => [],
    writes: () => null,
  };
  const driver = await openOn('http', opened, 'write');
  const call = async (params: Record<string, string | number | null> = {}) => {
    const change = driver.plan({ action: 'call', params }, await driver.read('call', never));
    if (change === null) throw new Error('nothing was planned');
    return { change, effect: await driver.apply(change, 'run-1/step/1', never) };
  };
  return { peer, driver, call };
};

it.each(hostileNames)('keeps the value %j in its segment, its parameter and its text', async (name) => {
  const { peer, call } = await begin(json({}), {
    path: '/v1/{{ name }}/x-{{ name }}?q={{ params.name }}&fixed=1',
    body: { name: '{{ name }}', said: 'about {{ name }}', deep: [{ name: '{{ name }}' }] },
  });
  const { effect } = await call({ name });
  expect(effect.result).toBe('applied');
  const [received] = peer.received;
  const segments = (received?.path ?? '').split('/').map(decodeURIComponent);
  expect(segments).toEqual(['', 'api', 'v1', name, `x-${name}`]);
  expect([...(received?.query ?? [])]).toEqual([
    ['q', name],
    ['fixed', '1'],
  ]);
  expect(received?.json).toEqual({ name, said: `about ${name}`, deep: [{ name }] });
  expect(received?.headers.host).toBe(peer.host);
});

it.each(['..', '.', ''])('refuses %j as a segment of the path, before anything is sent', async (name) => {
  const { peer, call } = await begin(json({}), { path: '/v1/{{ name }}/keys' });
  await expect(call({ name })).rejects.toMatchObject({ kind: 'usage', code: 'value_refused' });
  expect(peer.received).toEqual([]);
});

it.each([{ path: '//evil.example/x' }, { path: 'https://evil.example/x' }, { path: 'v1' }, { path: '/a b' }, { path: '/a#b' }])(
  'refuses a path that could name a host: %j',
  async (control) => {
    await expect(begin(json({}), control)).rejects.toThrow('must be a path');
  },
);

it('names the value that a template lacks, and braces that name none', async () => {
  const { call } = await begin(json({}), { path: '/v1/{{ name }}' });
  await expect(call({})).rejects.toThrow('the template has a place for name, and no such value is given');
  const { call: other } = await begin(json({}), { path: '/v1', body: { x: '{{ name }} {{ name | upper }}' } });
  await expect(other({ name: 'x' })).rejects.toThrow('has braces that name no value');
});

it('follows no redirect and reaches no link-local address', async () => {
  const elsewhere = await openPeer(json({}));
  const { call } = await begin(redirect(`${elsewhere.url}/v1`), { path: '/v1' });
  expect((await call()).effect).toMatchObject({ result: 'rejected', retry: false });
  const same = await begin((request, response) => (request.path === '/api/v1' ? redirect('/api/v2') : json({}))(request, response), {
    path: '/v1',
  });
  expect((await same.call()).effect).toMatchObject({ result: 'rejected' });
  expect(same.peer.received).toHaveLength(1);
  expect(elsewhere.received).toEqual([]);
  for (const url of ['http://169.254.169.254', 'http://[fe80::1]', 'http://[::ffff:169.254.169.254]']) {
    const metadata = await begin(json({}), { path: '/latest/meta-data' }, url);
    expect((await metadata.call()).effect).toMatchObject({ result: 'rejected', evidence: expect.stringContaining('link-local') });
  }
});

it('sends a key with each attempt, and its credential as the plane wants it', async () => {
  const { peer, call } = await begin(json({}), {
    path: '/v1',
    headers: { 'content-type': ref('application/json; domain-model=x.semanticpatch'), 'x-team-token': ref('${CONTROL_READ}') },
    credential: { header: 'x-api-key' },
    body: { nonce: '{{ key }}', by: '{{ actor }}', of: '{{ agent }}' },
  });
  await call();
  const [received] = peer.received;
  expect(received?.headers).toMatchObject({
    'idempotency-key': 'run-1/step/1',
    'x-api-key': writeCredential,
    'content-type': 'application/json; domain-model=x.semanticpatch',
    'x-team-token': readCredential,
  });
  expect(received?.headers.authorization).toBeUndefined();
  expect(received?.json).toEqual({ nonce: 'run-1/step/1', by: 'tester@lab', of: 'support' });
});

it.each<[string, Reply, Record<string, unknown>, string]>([
  ['an empty 204', body('', 'text/plain', 204), {}, 'applied'],
  ['a word', body('ok', 'text/plain'), {}, 'applied'],
  ['a page of HTML', body('<html>Sign in', 'text/html'), {}, 'unsure'],
  ['another status than asked for', json({}, 202), { ok: { status: [200] } }, 'unsure'],
  ['a status that means gone already', json({}, 404), { ok: { status: [200, 404] } }, 'applied'],
  ['a no inside a 200', json({ ok: false, error: 'not_allowed' }), { ok: { where: { '$.ok': true } } }, 'unsure'],
  [
    'a yes inside a 200',
    json({ ok: true, deep: [{ b: 1, a: 2 }] }),
    { ok: { where: { '$.ok': true, '$.deep': [{ a: 2, b: 1 }] } } },
    'applied',
  ],
])('judges %s', async (_, reply, control, result) => {
  const { call } = await begin(reply, { path: '/v1', ...control });
  expect((await call()).effect.result).toBe(result);
});

it('neither promises to confirm nor to restore what it cannot', async () => {
  const { driver, call } = await begin(json({}), { path: '/v1/{{ name }}', method: 'DELETE' });
  const { change } = await call({ name: 'x' });
  expect(change).toMatchObject({
    reversible: false,
    lasting: 'the control names no request that takes it back',
    to: { does: 'DELETE /v1/x' },
  });
  expect(driver.traits).toMatchObject({ readable: false, idempotent: false });
  expect(await driver.confirm(change, never)).toBe('not-yet');
});

it('masks what a plane repeats of the credential', async () => {
  const { call } = await begin(json({ error: { message: `bad key ${writeCredential}` } }, 403), { path: '/v1' });
  const { effect } = await call();
  expect(effect.evidence).toContain('bad key');
  expect(effect.evidence).not.toContain(writeCredential);
});

it('refuses a connection that has no credential for what it is to do', async () => {
  const only = { name: 'plane', url: ref('http://127.0.0.1:9'), read: ref(readCredential), write: null, headers: {} };
  const opened: ControlPeer = {
    control: { connection: 'plane', path: '/v1' },
    connections: { plane: only },
    look: () => null,
    meddle: () => {},
    effects: () => [],
    writes: () => null,
  };
  const driver = await openOn('http', opened, 'write');
  const change = driver.plan({ action: 'call', params: {} }, await driver.read('call', never));
  if (change === null) throw new Error('nothing was planned');
  await expect(driver.apply(change, 'run-1/step/1', never)).rejects.toMatchObject({ kind: 'usage', code: 'credential_missing' });
  await expect(openOn('http', { ...opened, connections: {} }, 'read')).rejects.toMatchObject({ code: 'connection_unknown' });
});

it('refuses a wish that its templates have no place for', async () => {
  const { driver } = await begin(json({}), { path: '/v1', body: { held: true } });
  const now = await driver.read('queue', never);
  expect(() => driver.plan({ action: 'queue', params: { mode: 'resume' } }, now)).toThrow('this control for queue has no place for mode');
});
