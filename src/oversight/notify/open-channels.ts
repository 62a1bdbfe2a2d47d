import type { Fleet } from '../../fleet/agent.ts';
import type { World } from '../../fleet/slots.ts';
import { OpsError } from '../../ground/errors.ts';
import type { Delivery, Letter, Notifier, NotifierRegistry } from './port.ts';

/** Channels by their names under `notify`. */
export interface Channels {
  /** Null: the manifest has no such channel. */
  of(name: string): Promise<Notifier | null>;
}

/** Channels, each opened when it is first asked for. */
export const openChannels = (world: World, { notify }: Pick<Fleet, 'notify'>, registry: NotifierRegistry): Channels => {
  const opened = new Map<string, Promise<Notifier | null>>();
  const open = async (name: string): Promise<Notifier | null> => {
    const slot = notify[name];
    const load = slot === undefined ? undefined : registry[slot.kind];
    return slot === undefined || load === undefined ? null : (await load()).default.open(slot.config, world);
  };
  return {
    of: (name) => {
      const known = opened.get(name) ?? open(name);
      opened.set(name, known);
      return known;
    },
  };
};

/** One attempt to say one letter, or several as one. What the configuration lacks can be mended: it is no reason to forget a message. */
export const sendLetters = async (
  { secrets }: Pick<World, 'secrets'>,
  { name, channel, letters }: { readonly name: string; readonly channel: Notifier | null; readonly letters: readonly Letter[] },
  signal: AbortSignal,
): Promise<Delivery> => {
  const [first] = letters;
  if (channel === null || first === undefined)
    return { result: 'retry', afterMs: null, why: `the manifest has no channel ${name} under notify` };
  try {
    return await (letters.length > 1 && channel.sendTogether !== undefined
      ? channel.sendTogether(letters, signal)
      : channel.send(first, signal));
  } catch (thrown) {
    if (!(thrown instanceof OpsError)) throw thrown;
    return { result: 'retry', afterMs: null, why: secrets.mask(thrown.message) };
  }
};
