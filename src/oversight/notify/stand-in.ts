import type { Fleet } from '../../fleet/agent.ts';
import type { Posted } from './outbox.journal.ts';
import type { Outgoing } from './port.ts';
import { isChat } from './route.ts';

/** A page that has not arrived within this is passed on, ms. */
export const patienceMs = 5 * 60_000;

/** After this a page is no news to anybody else, ms. */
export const passedOnWithinMs = 86_400_000;

/**
 * Who is told in place of a channel that could not be: the first in the manifest that wakes somebody and is not meant for it anyway, else
 * the first of the others. Null: somebody was woken, or there is nobody else.
 * @param copies every copy of the message
 */
export const standInFor = (notify: Fleet['notify'], copies: readonly Posted[]): string | null => {
  const wakes = (channel: string) => notify[channel] !== undefined && !isChat(notify[channel].kind);
  if (copies.some(({ status, channel }) => status === 'sent' && wakes(channel))) return null;
  const others = Object.keys(notify).filter((name) => !copies.some(({ channel }) => channel === name));
  return others.find(wakes) ?? others[0] ?? null;
};

/** The message for the channel that stands in. */
export const passedOn = ({ channel, dedupKey, message, error }: Posted, to: string): Outgoing => ({
  channel: to,
  dedupKey,
  message: {
    ...message,
    text: [message.text, `You are told because ${channel} could not be${error === null ? '' : `: ${error}`}.`]
      .filter((part) => part !== '')
      .join('\n'),
  },
  insteadOf: channel,
});
