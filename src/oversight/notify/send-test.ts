import type { Fleet } from '../../fleet/agent.ts';
import { usageError } from '../../ground/errors.ts';
import { nearest } from '../../ground/output/phrases.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { openChannels, sendLetters } from './open-channels.ts';
import type { Delivery, Letter, NotifierRegistry } from './port.ts';

/** What came of a test of a channel. */
export interface TestedChannel {
  readonly channel: string;
  readonly kind: string;
  readonly key: string;
  /** UTC epoch ms. */
  readonly at: number;
  readonly said: readonly { readonly phase: 'begins' | 'ends'; readonly delivery: Delivery; readonly ms: number }[];
}

/** Attempts at the end, and the longest pause between two, ms: some receivers need a moment before what began can end. */
const [mostAttempts, longestPauseMs] = [4, 15_000];

/** Sends a real beginning and its end to a channel, past the outbox. Throws a usage error where there is no such channel. */
export const sendTest = async (
  ctx: Context,
  { name, notify }: Pick<Fleet, 'name' | 'notify'>,
  registry: NotifierRegistry,
  channel: string,
): Promise<TestedChannel> => {
  const slot = notify[channel];
  if (slot === undefined) {
    const near = nearest(channel, Object.keys(notify));
    const known = Object.keys(notify).join(', ');
    throw usageError({
      code: 'unknown_channel',
      message: `there is no channel ${JSON.stringify(channel)} under notify`,
      hint: near !== null ? `did you mean ${near}?` : known === '' ? 'add one: agentops explain notify' : `there is: ${known}`,
    });
  }
  const at = ctx.clock.now();
  const key = `test/${channel}`;
  const opened = await openChannels(ctx, { notify }, registry).of(channel);
  const say = async (phase: 'begins' | 'ends', attempt = 1): Promise<TestedChannel['said'][number]> => {
    const letter = testLetter(name, { key, phase, since: at }, ctx.clock.now());
    const begun = ctx.clock.monotonic();
    const delivery = await sendLetters(ctx, { name: channel, channel: opened, letters: [letter] }, ctx.signal);
    const pause = delivery.result === 'retry' ? delivery.afterMs : null;
    if (pause === null || pause > longestPauseMs || attempt >= mostAttempts)
      return { phase, delivery, ms: Math.round(ctx.clock.monotonic() - begun) };
    await ctx.clock.sleep(pause, ctx.signal);
    return say(phase, attempt + 1);
  };
  const began = await say('begins');
  // What did not begin has no end.
  const said = began.delivery.result === 'sent' ? [began, await say('ends')] : [began];
  return { channel, kind: slot.kind, key, at, said };
};

const testLetter = (
  fleet: string,
  about: { readonly key: string; readonly phase: 'begins' | 'ends'; readonly since: number },
  now: number,
): Letter => ({
  id: `msg_test${about.since.toString(36)}${about.phase}`,
  dedupKey: `${about.key}/${about.since}/${about.phase}`,
  madeAt: now,
  message: {
    event: about.phase === 'begins' ? 'alert.fire' : 'alert.resolve',
    about,
    severity: 'page',
    fleet,
    agent: null,
    title: about.phase === 'begins' ? 'Test: agentops can reach you' : 'Test: and it can tell you when something is over',
    text: 'Somebody typed agentops alerts notify-test. Nothing is wrong.',
    next: null,
    facts: { rule: 'notify-test', category: 'availability', severity: 'page' },
  },
});
