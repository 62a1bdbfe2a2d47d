import type { Fleet } from '../../fleet/agent.ts';
import { OpsError } from '../../ground/errors.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { runBounded } from '../../ground/runtime/pool.ts';
import { Conflict } from '../../ground/store/conflict.ts';
import type { Journal } from '../../ground/store/port.ts';
import { claimWrite, deliveryWrite, duePosts, type Posted } from './outbox.journal.ts';
import type { Delivery, Notifier, NotifierRegistry } from './port.ts';
import { claimMs, retryAt } from './posting.ts';

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

/**
 * Sends what is due, each channel in order and several of them at once. A post is taken before it is sent and noted after it, so that several
 * senders send it once; one that is killed in between leaves it to be sent a second time, under the same key. Never throws for what a channel
 * does; when the signal fires, what is left stays due.
 */
export const sendOutbox = async (
  ctx: Sender,
  { notify }: Pick<Fleet, 'notify'>,
  channels: NotifierRegistry,
  on: (event: PostEvent) => void,
): Promise<Sending> => {
  const journal = await ctx.journal();
  const tally = { sent: 0, delayed: 0, givenUp: 0 };
  const opened = new Map<string, Promise<Notifier | null>>();
  /** Null: the manifest has no such channel. */
  const channelOf = (name: string): Promise<Notifier | null> => {
    const known = opened.get(name) ?? openChannel(ctx, notify, channels, name);
    opened.set(name, known);
    return known;
  };
  /** Channels that did not take a message: their others wait for the next round, behind the one that is delayed. */
  const troubled = new Set<string>();

  const send = async (post: Posted): Promise<void> => {
    if (troubled.has(post.channel)) return;
    const taken = await claim(journal, post, claimMs(notify[post.channel]));
    if (!taken) return;
    const delivery = await attempt(ctx, await channelOf(post.channel), post);
    if (ctx.signal.aborted && delivery.result === 'retry') return;
    const now = await journal.now();
    const at = retryAt(post, delivery, now, ctx.random());
    await journal.commit([deliveryWrite(post, delivery, now, at)]);
    if (delivery.result === 'sent') {
      tally.sent += 1;
      on({ event: 'sent', post });
      return;
    }
    if (delivery.result === 'retry') troubled.add(post.channel);
    if (at === null) tally.givenUp += 1;
    else tally.delayed += 1;
    on(at === null ? { event: 'given up', post, why: delivery.why } : { event: 'delayed', post, at, why: delivery.why });
  };

  for (;;) {
    const due = await duePosts(journal, { now: await journal.now(), limit: batch, without: [...troubled] });
    if (due.length === 0 || ctx.signal.aborted) return tally;
    await runBounded(due, { total: channelsAtOnce, perKey: 1, keyOf: ({ channel }) => channel, signal: ctx.signal }, send);
  }
};

/** False: another sender has it. */
const claim = async (journal: Journal, post: Posted, forMs: number): Promise<boolean> => {
  try {
    await journal.commit([claimWrite(post, (await journal.now()) + forMs)]);
    return true;
  } catch (thrown) {
    if (thrown instanceof Conflict) return false;
    throw thrown;
  }
};

/** One attempt. What the configuration lacks can be mended: it is no reason to forget a message. */
const attempt = async (ctx: Sender, channel: Notifier | null, post: Posted): Promise<Delivery> => {
  if (channel === null) return { result: 'retry', afterMs: null, why: `the manifest has no channel ${post.channel} under notify` };
  try {
    return await channel.send(post, ctx.signal);
  } catch (thrown) {
    if (!(thrown instanceof OpsError)) throw thrown;
    return { result: 'retry', afterMs: null, why: ctx.secrets.mask(thrown.message) };
  }
};

const openChannel = async (ctx: Sender, notify: Fleet['notify'], channels: NotifierRegistry, name: string): Promise<Notifier | null> => {
  const slot = notify[name];
  const load = slot === undefined ? undefined : channels[slot.kind];
  return slot === undefined || load === undefined ? null : (await load()).default.open(slot.config, ctx);
};
