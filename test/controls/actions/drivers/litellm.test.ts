import { expect, it } from 'vitest';
import { connection, openOn, readCredential, writeCredential } from '../../../contract/control-suite.ts';
import { fakeClock } from '../../../support/fake-context.ts';
import { openPeer } from '../../../support/http-peer.ts';
import { type LiteLlmStubParts, liteLlmKey, liteLlmStub } from '../../../support/litellm-stub.ts';
import { json } from '../../../support/replies.ts';

const never = new AbortController().signal;
const unplanned = () => new Error('nothing was planned');

const begin = async (control: Record<string, unknown>, parts: Partial<LiteLlmStubParts> = {}, actor = 'tester@lab') => {
  const clock = fakeClock();
  const stub = liteLlmStub({ clock, admin: writeCredential, viewer: readCredential, keys: [liteLlmKey('support')], ...parts });
  const peer = await openPeer(stub.reply);
  const opened = {
    control: { connection: 'gateway', ...control },
    connections: connection('gateway', peer.url),
    env: { AGENTOPS_ACTOR: actor },
    world: { clock },
    look: stub.state,
    meddle: () => {},
    effects: () => stub.effects,
    writes: () => null,
  };
  return { clock, stub, peer, looking: await openOn('litellm', opened, 'read'), acting: await openOn('litellm', opened, 'write') };
};

it('does not take a block for seen while a pod still lets requests begin', async () => {
  const { clock, stub, looking, acting } = await begin({ key_alias: 'support' });
  expect(stub.begin('support', 1)).toBe('begun');
  const change = looking.plan({ action: 'kill', params: {} }, await looking.read('kill', never));
  if (change === null) throw unplanned();
  await acting.apply(change, 'run/step/1', never);
  clock.advance(15_000);
  // The other pod remembers the key for a minute; what began there long before the look is in flight and proves nothing.
  expect(await looking.confirm(change, never)).toBe('seen');
  expect(stub.begin('support', 1)).toBe('begun');
  expect(stub.begin('support', 0)).toBe('refused');
  expect(await looking.confirm(change, never)).toBe('not-yet');
  clock.advance(61_000);
  expect(stub.begin('support', 1)).toBe('refused');
  expect(await looking.confirm(change, never)).toBe('seen');
  expect(looking.traits.effectMs).toBeGreaterThanOrEqual(60_000);
});

it('sees a block where the proxy does not list what is in flight', async () => {
  const { looking, acting } = await begin({ key_alias: 'support' }, { listsActive: false });
  const change = looking.plan({ action: 'disable', params: {} }, await looking.read('disable', never));
  if (change === null) throw unplanned();
  await acting.apply(change, 'run/step/1', never);
  expect(await looking.confirm(change, never)).toBe('seen');
});

it('cannot promise to cancel where the proxy does not list what is in flight', async () => {
  const { looking } = await begin({ key_alias: 'support', action: 'cancel' }, { listsActive: false });
  await expect(looking.read('kill', never)).rejects.toMatchObject({ kind: 'unable', code: 'in_flight_unknown' });
});

it('cancels only requests of its own key, over several pages', async () => {
  const keys = [liteLlmKey('support'), liteLlmKey('other')];
  const { stub, looking, acting } = await begin({ key_alias: 'support', action: 'cancel' }, { keys });
  for (let n = 0; n < 130; n++) stub.begin(n % 2 === 0 ? 'support' : 'other', 0);
  const now = await looking.read('kill', never);
  expect(now.keepsRunning).toBe('65 requests in flight until cancelled');
  const change = looking.plan({ action: 'kill', params: {} }, now);
  if (change === null) throw unplanned();
  expect(change.lasting).toBe('a cancelled request is not begun again');
  expect(await acting.apply(change, 'run/step/1', never)).toMatchObject({ result: 'applied', evidence: '65 requests cancelled' });
  expect(stub.state()).toMatchObject({ inFlight: 65 });
  expect(await looking.confirm(change, never)).toBe('seen');
});

it('does not believe that a chain is gone which stands in the file of the proxy', async () => {
  const { stub, looking, acting } = await begin({ model_group: 'large' }, { fileFallbacks: { 'general/large': ['small'] } });
  const change = looking.plan({ action: 'failover', params: { to: ['large-b'] } }, await looking.read('failover', never));
  if (change === null) throw unplanned();
  await acting.apply(change, 'run/step/1', never);
  // The plan found the chain of the file: restoring it is a chain of the database, with the same models.
  expect(await acting.undo(change, 'run/step/1/undo', never)).toMatchObject({ result: 'applied' });
  expect(stub.state()).toMatchObject({ chains: { 'general/large': ['small'] } });
});

it('does not take an address that knows no keys for a proxy without the key', async () => {
  const { looking } = await begin({ key_alias: 'support' });
  const wrong = await openPeer(json({ detail: 'Not Found' }, 404));
  const elsewhere = await openOn(
    'litellm',
    {
      control: { connection: 'gateway', key_alias: 'support' },
      connections: connection('gateway', wrong.url),
      look: () => null,
      meddle: () => {},
      effects: () => [],
      writes: () => null,
    },
    'read',
  );
  expect((await looking.read('kill', never)).exists).toBe(true);
  await expect(elsewhere.read('kill', never)).rejects.toMatchObject({ kind: 'unable' });
});

it('refuses to plan on a key that is not there, and says what to check', async () => {
  const { looking } = await begin({ key_alias: 'nobody' });
  const now = await looking.read('throttle', never);
  expect(now.exists).toBe(false);
  expect(() => looking.plan({ action: 'throttle', params: { requests_per_minute: 1 } }, now)).toThrow(
    'there is no key nobody at 127.0.0.1',
  );
});

it('tells the proxy who acts, in characters that a header takes', async () => {
  const { stub, peer, looking, acting } = await begin({ key_alias: 'support' }, {}, 'zoë\r\nx-evil: 1');
  const change = looking.plan({ action: 'disable', params: {} }, await looking.read('disable', never));
  if (change === null) throw unplanned();
  await acting.apply(change, 'run/step/1', never);
  expect(stub.changedBy).toEqual(['zo???x-evil: 1']);
  const reads = peer.received.filter(({ method }) => method === 'GET').map(({ headers }) => headers.authorization);
  expect(reads[0]).toBe(`Bearer ${readCredential}`);
});

it.each([
  [{}, 'needs a key_alias, a key, a team or a model_group'],
  [{ key_alias: 'a', team: 'b' }, 'names more than one of key_alias, key and team'],
])('refuses a control that names no single target: %j', async (control, why) => {
  await expect(begin(control)).rejects.toThrow(why);
});
