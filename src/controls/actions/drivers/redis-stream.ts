import { type GroupDepth, groupDepth } from '../../../clients/redis-stream.ts';
import { opener } from '../../../fleet/slots.ts';
import { usageError } from '../../../ground/errors.ts';
import { reversed, seenOf, standsAs } from '../compare.ts';
import type { Config } from '../configs/redis-stream.ts';
import { rejected } from '../effect.ts';
import { openControlRedis } from '../open-control-redis.ts';
import type { ControlDriver, ControlWorld, Effect, Touched } from '../port.ts';
import { isOpenWish } from '../queue-wish.ts';
import { effectOfRedis } from '../redis-effect.ts';
import { openPauseFlag } from '../redis-stream/open-pause-flag.ts';
import { openReadRight } from '../redis-stream/open-read-right.ts';

/** How long no entry may be taken before workers count as stopped. */
const quietMs = 250;

/** The consumer group of a Redis stream. Redis has no pause of its own: workers stop at a flag, or lose the right to take entries. */
export default opener<Config, ControlDriver, ControlWorld>({
  kind: 'redis-stream',
  open({ connection, stream, group, flag, user, effect }, world) {
    const server = openControlRedis(world, connection);
    const gate = user === undefined ? openPauseFlag(flag ?? `agentops:paused:${stream}`, world.agent) : openReadRight(user, stream, group);

    const set = async (from: Touched, to: Touched, signal: AbortSignal): Promise<Effect> => {
      try {
        return await server.during(signal, (link) => gate.set(link, from, to));
      } catch (thrown) {
        return effectOfRedis(thrown);
      }
    };
    return {
      traits: {
        actions: ['disable', 'enable', 'kill', 'queue'],
        readable: true,
        idempotent: true,
        stopsInFlight: false,
        effectMs: effect,
        expiresNatively: gate.expiresNatively,
      },
      healthy: (action) => gate.healthy(action !== 'enable'),
      read: (action, signal) =>
        server.during(signal, async (link) => {
          const [depth, touched] = [await groupDepth(link, stream, group), await gate.read(link)];
          return {
            exists: depth !== null && touched !== null,
            target: `group ${group} of stream ${stream} at ${server.place()}, by ${gate.name}`,
            touched: touched ?? gate.healthy(true),
            version: null,
            sharedWith: [],
            keepsRunning: depth === null || action === 'enable' ? null : goesOn(depth),
          };
        }),
      plan(want, { exists, target, touched }) {
        if (!exists) throw missing(target);
        const { to, lasting } = gate.wish({ isOpen: isOpenWish(want), ttlMs: want.ttlMs ?? null }, touched);
        if (standsAs(to, touched)) return null;
        const change = { action: want.action, target, from: touched, to, version: null, reversible: lasting === null, lasting };
        return to['expires'] === true ? { ...change, endsItself: true } : change;
      },
      apply: ({ from, to }, _key, signal) => set(from, to, signal),
      confirm: (change, signal) =>
        server.during(signal, async (link) => {
          const seen = seenOf(change, (await gate.read(link)) ?? {});
          if (seen !== 'seen' || isOpenAfter(change.to)) return seen;
          const before = await groupDepth(link, stream, group);
          await world.clock.sleep(quietMs, signal);
          const after = await groupDepth(link, stream, group);
          return before?.lastTaken === after?.lastTaken ? 'seen' : 'not-yet';
        }),
      async undo(change, _key, signal) {
        if (change.lasting !== null) return rejected(change.lasting);
        const { from, to } = reversed(change);
        return set(from, to, signal);
      },
    };
  },
});

/** Whether the gate is open where it stands so: no flag, or every right. */
const isOpenAfter = ({ flag, xreadgroup }: Touched): boolean => (flag === undefined ? xreadgroup === true : flag === null);

const goesOn = ({ pending }: GroupDepth): string | null =>
  pending === 0
    ? null
    : `${pending} ${pending === 1 ? 'entry was' : 'entries were'} taken already and ${pending === 1 ? 'is' : 'are'} worked on`;

const missing = (target: string) =>
  usageError({
    code: 'target_missing',
    message: `there is no ${target}`,
    hint: 'check the names in controls: against those of the server',
  });
