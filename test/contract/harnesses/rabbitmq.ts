import type { Json } from '../../../src/ground/json.ts';
import { fakeClock } from '../../support/fake-context.ts';
import { openPeer } from '../../support/http-peer.ts';
import { collectMs, rabbitStub } from '../../support/rabbitmq-stub.ts';
import { type ControlFault, type ControlHarness, type ControlPeer, connection, faultable } from '../control-suite.ts';

const theirs: Json = { pattern: '^', definition: { 'max-length': 1000, 'message-ttl': 60_000 }, 'apply-to': 'all', priority: 7 };

const open =
  (isClosed: boolean, others = true) =>
  async (queue = 'agent.tasks'): Promise<ControlPeer> => {
    const env = { CONTROL_READ: 'looker:read-credential-0001', CONTROL_WRITE: 'actor:write-credential-0002' };
    const clock = fakeClock();
    const own = `agentops/support/${queue}`;
    const definition = { 'message-ttl': 60_000, 'max-length': 0, overflow: 'reject-publish' };
    const closed = { pattern: '^agent\\.tasks\\z', definition, 'apply-to': 'queues', priority: 100 };
    const policies = { ...(others ? { theirs } : {}), ...(isClosed ? { [own]: closed } : {}) };
    const stub = rabbitStub({ clock, queue, policies, credentials: Object.values(env) });
    const plane = faultable(
      stub.reply,
      ({ method }) => method !== 'GET',
      (_request, response) => response.writeHead(204).end(),
    );
    const { url } = await openPeer(plane.reply);
    return {
      control: { connection: 'broker', queue },
      connections: connection('broker', url),
      env,
      world: { clock },
      look: () => Object.fromEntries(stub.policies),
      meddle: () => void stub.policies.set(own, { ...closed, definition: { 'max-length': 5 } }),
      effects: () => stub.done,
      writes: plane.writes,
      fail: plane.fail,
      remove: stub.removeQueue,
      settle: () => clock.advance(collectMs),
    };
  };

const read = ['401', '403', '404', '429', '500', '503', 'cut', 'html'] satisfies ControlFault[];
const write = ['401', '403', '404', '409', '429', '500', '503', 'cut', 'html', 'drop'] satisfies ControlFault[];
const senseless = [
  { action: 'throttle', params: { requests_per_minute: 10 } },
  { action: 'throttle', params: {} },
  { action: 'queue', params: { mode: 'purge' } },
] as const;

export default {
  variants: [
    {
      name: 'beside a policy of theirs',
      wishes: [
        { action: 'throttle', params: { max_waiting: 100 } },
        { action: 'disable', params: {} },
        { action: 'kill', params: {} },
        { action: 'queue', params: { mode: 'pause' } },
      ],
      faults: { read, write },
      // It is made ready first, and what does not show that it is is not bound.
      otherwise: { drop: 'rejected' },
      senseless,
      open: () => open(false)(),
      openNamed: open(false),
    },
    { name: 'with no other policy', wishes: [{ action: 'disable', params: {} }], open: () => open(false, false)() },
    {
      name: 'that is closed',
      wishes: [{ action: 'enable', params: {} }],
      faults: { write: write.filter((fault) => fault !== '404') },
      open: () => open(true)(),
    },
  ],
} satisfies ControlHarness;
