import type { Fleet } from '../../fleet/agent.ts';
import type { World } from '../../fleet/slots.ts';
import { Conflict } from '../../ground/store/conflict.ts';
import type { Journal } from '../../ground/store/port.ts';
import { holdWrites, postsToRepeat, repeatWrite } from './held-posts.journal.ts';
import { type Channels, sendLetters } from './open-channels.ts';
import type { Posted } from './outbox.journal.ts';
import { claimMs } from './posting.ts';

/** Repetitions of one round. */
const most = 1000;

/**
 * Tells again what goes on to channels that would otherwise take it for over. Nobody is told anything new, so nothing is noted but when it
 * is due again; one that fails is due again soon.
 */
export const sendAgain = async (
  world: World,
  { notify }: Pick<Fleet, 'notify'>,
  { journal, channels, signal }: { readonly journal: Journal; readonly channels: Channels; readonly signal: AbortSignal },
): Promise<void> => {
  const byChannel = new Map<string, Posted[]>();
  for (const post of await postsToRepeat(journal, await journal.now(), most))
    byChannel.set(post.channel, [...(byChannel.get(post.channel) ?? []), post]);
  for (const [name, posts] of byChannel) {
    const channel = await channels.of(name);
    const batches = channel?.sendTogether === undefined ? posts.map((post) => [post]) : [posts];
    for (const batch of batches) {
      if (signal.aborted || !(await claim(journal, batch, claimMs(notify[name])))) break;
      const delivery = await sendLetters(world, { name, channel, letters: batch }, signal);
      if (delivery.result !== 'sent') break;
      const now = await journal.now();
      await journal.commit(batch.flatMap((post) => holdWrites(post, channel?.holdsMs, now)));
    }
  }
};

/** False: another sender has one of them. */
const claim = async (journal: Journal, batch: readonly Posted[], forMs: number): Promise<boolean> => {
  try {
    const until = (await journal.now()) + forMs;
    await journal.commit(batch.map((post) => repeatWrite(post, until)));
    return true;
  } catch (thrown) {
    if (thrown instanceof Conflict) return false;
    throw thrown;
  }
};
