import { randomUUID } from 'node:crypto';
import { redisPrograms, startRedis } from '../../peers/start-redis.ts';
import { isPeerThere } from '../../support/peer-or-skip.ts';
import { sharedPeer } from '../../support/shared-peer.ts';
import { type ControlHarness, type ControlPeer, connection } from '../control-suite.ts';

const redis = sharedPeer(async () => {
  const started = await startRedis();
  const lookRights = ['+@read', '+@connection', '+info', '~*'];
  await started.admin.call('ACL', 'SETUSER', 'looker', 'on', '>read-credential-0001', ...lookRights);
  await started.admin.call('ACL', 'SETUSER', 'actor', 'on', '>write-credential-0002', ...lookRights, '+@write', '+@scripting');
  return started;
});
/** The read credential may really only look. */
const env = { CONTROL_READ: 'looker:read-credential-0001', CONTROL_WRITE: 'actor:write-credential-0002' };

const open =
  (before: Readonly<Record<string, string>>, isLimited = false) =>
  async (name = `tasks ${randomUUID()}`): Promise<ControlPeer> => {
    // A colon is no part of a name: the schema refuses it.
    const queue = name.replaceAll(':', '_');
    const { admin, url, commands } = await redis();
    const meta = `bull:${queue}:meta`;
    await admin.del(meta);
    await admin.hset(meta, { version: 'bullmq:6.7.0', ...before });
    const begun = (await commands()).length;
    return {
      control: { connection: 'broker', queue },
      connections: connection('broker', `${url}/0`),
      env,
      look: () => admin.hgetall(meta),
      // A pause is a yes or a no: what somebody else can make of it is another queue, or none.
      meddle: async () => void (isLimited ? await admin.hset(meta, { concurrency: '7' }) : await admin.del(meta)),
      async effects() {
        const sent = (await commands()).slice(begun);
        return sent.filter(([verb = '', key]) => key === meta && /^(?:hset|hmset|hdel)$/i.test(verb)).map((args) => args.join(' '));
      },
      writes: () => null,
      remove: async () => void (await admin.del(meta)),
    };
  };

const throttles = [
  { action: 'throttle', params: { max_parallel: 2 } },
  { action: 'throttle', params: { requests_per_minute: 30 } },
  { action: 'throttle', params: { max_parallel: 1, requests_per_minute: 6 } },
] as const;

/** A real Redis server with the keys that BullMQ keeps of a queue. */
export default {
  isThere: () => isPeerThere('bullmq on a real server', { programs: redisPrograms }),
  variants: [
    {
      name: 'a queue without limits',
      wishes: [
        { action: 'disable', params: {} },
        { action: 'kill', params: {} },
        { action: 'queue', params: { mode: 'pause' } },
        ...throttles,
      ],
      senseless: [
        { action: 'throttle', params: {} },
        { action: 'throttle', params: { max_parallel: 0 } },
        { action: 'throttle', params: { tokens_per_minute: 1000 } },
        { action: 'queue', params: { mode: 'obliterate' } },
      ],
      open: () => open({})(),
      openNamed: open({}),
    },
    { name: 'a queue with limits', wishes: throttles, open: () => open({ concurrency: '20', max: '5', duration: '1000' }, true)() },
    { name: 'a paused queue', wishes: [{ action: 'enable', params: {} }], open: () => open({ paused: '1' })() },
  ],
} satisfies ControlHarness;
