import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { redisPrograms, startRedis } from '../../peers/start-redis.ts';
import { isPeerThere } from '../../support/peer-or-skip.ts';
import { sharedPeer } from '../../support/shared-peer.ts';
import { type ControlHarness, type ControlPeer, connection } from '../control-suite.ts';

const redis = sharedPeer(async () => {
  const started = await startRedis();
  const lookRights = ['+@read', '+@connection', '+acl|getuser', '+acl|dryrun', '~*'];
  await started.admin.call('ACL', 'SETUSER', 'looker', 'on', '>read-credential-0001', ...lookRights);
  const actRights = ['+set', '+del', '+@transaction', '+acl|setuser'];
  await started.admin.call('ACL', 'SETUSER', 'actor', 'on', '>write-credential-0002', ...lookRights, ...actRights);
  return started;
});
/** The read credential may really only look. */
const env = { CONTROL_READ: 'looker:read-credential-0001', CONTROL_WRITE: 'actor:write-credential-0002' };

const group = 'workers';

const openFlag =
  (setBefore: boolean) =>
  async (stream = `stream ${randomUUID()}`): Promise<ControlPeer> => {
    const { admin, url, commands } = await redis();
    const flag = `agentops:paused:${stream}`;
    await admin.del(stream, flag);
    await admin.xgroup('CREATE', stream, group, '$', 'MKSTREAM');
    if (setBefore) await admin.set(flag, 'by hand');
    const begun = (await commands()).length;
    return {
      control: { connection: 'broker', stream, group },
      connections: connection('broker', `${url}/0`),
      env,
      look: () => admin.get(flag),
      meddle: async () => void (await admin.set(flag, 'somebody else')),
      async effects() {
        const sent = (await commands()).slice(begun);
        return sent.filter(([name = '', key]) => key === flag && /^(?:set|del)$/i.test(name)).map((args) => args.join(' '));
      },
      writes: () => null,
      remove: async () => void (await admin.del(stream)),
    };
  };

/** How often rights were changed; the log of commands leaves that out. */
const rightsSet = async (admin: Redis): Promise<number> =>
  Number(/cmdstat_acl\|setuser:calls=(\d+)/.exec(await admin.info('commandstats'))?.[1] ?? 0);

const openRight = (mayBefore: boolean) => async (): Promise<ControlPeer> => {
  const { admin, url } = await redis();
  const [stream, user] = [`stream-${randomUUID()}`, `worker-${randomUUID()}`];
  await admin.xgroup('CREATE', stream, group, '$', 'MKSTREAM');
  const taking = ['xreadgroup', 'xautoclaim', 'xclaim'].map((name) => `${mayBefore ? '+' : '-'}${name}`);
  await admin.call('ACL', 'SETUSER', user, 'on', '>worker', '+@read', '+@stream', '~*', ...taking);
  const begun = await rightsSet(admin);
  return {
    control: { connection: 'broker', stream, group, user },
    connections: connection('broker', url),
    env,
    look: async () => {
      const read = await admin.call('ACL', 'DRYRUN', user, 'XREADGROUP', 'GROUP', group, 'c', 'STREAMS', stream, '>');
      return String(read);
    },
    meddle: async () => void (await admin.call('ACL', 'SETUSER', user, mayBefore ? '-xclaim' : '+xclaim')),
    effects: async () => Array.from({ length: (await rightsSet(admin)) - begun }, (_, at) => `rights changed (${at})`),
    writes: () => null,
    remove: async () => void (await admin.call('ACL', 'DELUSER', user)),
  };
};

const closing = [
  { action: 'disable', params: {} },
  { action: 'kill', params: {} },
  { action: 'queue', params: { mode: 'pause' } },
] as const;
const opening = [{ action: 'enable', params: {} }] as const;
const senseless = [
  { action: 'queue', params: { mode: 'drain' } },
  { action: 'queue', params: {} },
] as const;

/** A real Redis server: what is in force is asked of it, by a connection of the test's own. */
export default {
  isThere: () => isPeerThere('redis-stream on a real server', { programs: redisPrograms }),
  variants: [
    {
      name: 'a flag that workers look for',
      wishes: [...closing, { action: 'disable', params: {}, ttlMs: 3_600_000 }],
      senseless,
      open: () => openFlag(false)(),
      openNamed: openFlag(false),
    },
    { name: 'a flag that somebody set', wishes: opening, open: () => openFlag(true)() },
    { name: 'the right of the workers', wishes: closing, open: openRight(true) },
    { name: 'the right that workers have lost', wishes: opening, open: openRight(false) },
  ],
} satisfies ControlHarness;
