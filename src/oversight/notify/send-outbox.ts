import type { Fleet } from '../../fleet/agent.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { runBounded } from '../../ground/runtime/pool.ts';
import { Conflict } from '../../ground/store/conflict.ts';
import type { Journal } from '../../ground/store/port.ts';
import { holdWrites } from './held-posts.journal.ts';
import { openChannels, sendLetters } from './open-channels.ts';
import { apartWrite, claimWrite, companionsOf, deliveryWrite, duePosts, type Posted } from './outbox.journal.ts';
import type { Delivery, NotifierRegistry } from './port.ts';
import { claimMs, retryAt } from './posting.ts';
import { sendAgain } from './send-again.ts';
import { sendInstead } from './send-instead.ts';

export type PostEvent =
  | { readonly event: 'sent'; readonly post: Posted }
  /** It is tried again at `at` (UTC epoch ms). */
  | { readonly event: 'delayed'; readonly post: Posted; readonly at: number; readonly why: string }
  | { readonly event: 'given up'; readonly post: Posted; readonly why: string };

/** What became of the posts that were due. */
export interface Sending {
  readonly sent: number;
  readonly delayed: number;
  readonly givenUp: number;
}

export type Sender = Pick<Context, 'journal' | 'clock' | 'random' | 'http' | 'files' | 'process' | 'secrets' | 'signal'>;

/** Posts read at a time. */
const batch = 200;
const channelsAtOnce = 8;
/** Posts of a group that one message tells of at most: Slack takes 50 blocks, and each post is three. */
const mostTogether = 16;

/**
 * Sends what is due, each channel in order and several of them at once. Of one thing on one channel nothing overtakes what was said before.
 * A post is taken before it is sent and noted after it, so that several senders send it once; one that is killed in between leaves it to be
 * sent a second time, under the same key. Never throws for what a channel does; when the signal fires, what is left stays due.
 */
export const sendOutbox = async (
  ctx: Sender,
  fleet: Pick<Fleet, 'notify'>,
  registry: NotifierRegistry,
  on: (event: PostEvent) => void,
): Promise<Sending> => {
  const journal = await ctx.journal();
  const channels = openChannels(ctx, fleet, registry);
  const tally = { sent: 0, delayed: 0, givenUp: 0 };
  /** Channels that did not take a message: their others wait for the next round, behind the one that is delayed. */
  const troubled = new Set<string>();

  const note = (post: Posted, delivery: Delivery, at: number | null): void => {
    if (delivery.result === 'sent') {
      tally.sent += 1;
      on({ event: 'sent', post });
      return;
    }
    if (at === null) tally.givenUp += 1;
    else tally.delayed += 1;
    on(at === null ? { event: 'given up', post, why: delivery.why } : { event: 'delayed', post, at, why: delivery.why });
  };

  const send = async (post: Posted): Promise<void> => {
    if (troubled.has(post.channel)) return;
    const channel = await channels.of(post.channel);
    const others = channel?.sendTogether === undefined ? [] : await companionsOf(journal, post, await journal.now(), mostTogether - 1);
    const letters = [post, ...others];
    if (!(await claim(journal, letters, claimMs(fleet.notify[post.channel])))) return;
    const delivery = await sendLetters(ctx, { name: post.channel, channel, letters }, ctx.signal);
    if (ctx.signal.aborted && delivery.result === 'retry') return;
    const now = await journal.now();
    if (delivery.result === 'rejected' && letters.length > 1) {
      await journal.commit(letters.map((letter) => apartWrite(letter, now)));
      return;
    }
    const ends = letters.map((letter) => ({ letter, at: retryAt(letter, delivery, now, ctx.random()) }));
    await journal.commit(
      ends.flatMap(({ letter, at }) => [
        deliveryWrite(letter, delivery, now, at),
        ...(delivery.result === 'sent' ? holdWrites(letter, channel?.holdsMs, now) : []),
      ]),
    );
    if (delivery.result === 'retry') troubled.add(post.channel);
    for (const { letter, at } of ends) note(letter, delivery, at);
  };

  for (;;) {
    const due = await duePosts(journal, { now: await journal.now(), limit: batch, without: [...troubled] });
    if (ctx.signal.aborted) return tally;
    if (due.length > 0) {
      await runBounded(due, { total: channelsAtOnce, perKey: 1, keyOf: ({ channel }) => channel, signal: ctx.signal }, send);
    } else if ((await sendInstead(ctx, fleet, journal)) === 0) {
      await sendAgain(ctx, fleet, { journal, channels, signal: ctx.signal });
      return tally;
    }
  }
};

/** False: another sender has one of them. */
const claim = async (journal: Journal, posts: readonly Posted[], forMs: number): Promise<boolean> => {
  try {
    const until = (await journal.now()) + forMs;
    await journal.commit(posts.map((post) => claimWrite(post, until)));
    return true;
  } catch (thrown) {
    if (thrown instanceof Conflict) return false;
    throw thrown;
  }
};
