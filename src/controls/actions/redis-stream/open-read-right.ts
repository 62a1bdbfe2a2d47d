import type { RedisLink } from '../../../clients/redis.ts';
import { hindrance } from '../compare.ts';
import { applied } from '../effect.ts';
import type { Change, Touched } from '../port.ts';
import type { Gate } from './port.ts';

/** The commands by which a worker takes entries of a group, with the least arguments that Redis checks the right for. */
const commands = {
  xreadgroup: (stream: string, group: string) => ['XREADGROUP', 'GROUP', group, 'c', 'STREAMS', stream, '>'],
  xautoclaim: (stream: string, group: string) => ['XAUTOCLAIM', stream, group, 'c', '0', '0'],
  xclaim: (stream: string, group: string) => ['XCLAIM', stream, group, 'c', '0', '0-1'],
} as const;
type Command = keyof typeof commands;
const names = Object.keys(commands) as readonly Command[];

const fields = (may: (name: Command) => boolean): Touched => Object.fromEntries(names.map((name) => [name, may(name)]));

/**
 * The right of the workers' user to take entries. It holds for workers that know of no flag; lasts until it is given back, or the server
 * starts again without the change in its ACL file. Needs Redis 7.
 */
export const openReadRight = (user: string, stream: string, group: string): Gate => {
  const name = `rights of user ${user}`;
  const read = async (link: RedisLink): Promise<Touched | null> => {
    if ((await link.call('ACL', 'GETUSER', user)) === null) return null;
    const may = new Map<Command, boolean>();
    for (const command of names) {
      may.set(command, (await link.call('ACL', 'DRYRUN', user, ...commands[command](stream, group))) === 'OK');
    }
    return fields((command) => may.get(command) === true);
  };
  return {
    name,
    expiresNatively: false,
    healthy: (isOpen) => fields(() => isOpen),
    read,
    wish: ({ isOpen }) => ({ to: fields(() => isOpen), lasting: null }),
    async set(link, from, to) {
      const hindered = hindrance({ target: name, from, to } as Change, (await read(link)) ?? {});
      if (hindered !== null) return hindered;
      const changed = names.filter((command) => from[command] !== to[command]);
      await link.call('ACL', 'SETUSER', user, ...changed.map((command) => `${to[command] === true ? '+' : '-'}${command}`));
      return applied(`${name}: ${changed.join(', ')} ${changed.some((command) => to[command] === true) ? 'given back' : 'taken away'}`);
    },
  };
};
