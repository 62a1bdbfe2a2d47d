import { onTestFinished } from 'vitest';
import type { Adapter } from '../../src/fleet/slots.ts';
import type { Delivery, Letter, Notifier } from '../../src/oversight/notify/port.ts';
import { openWorld } from './world.ts';

/** What a test sends: the settings of the channel as they stand in a slot, and what the environment holds. */
export interface Sent {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
}

/** Sends letters through a channel, as the outbox would: one by itself, several as one. */
export const sendLetters = async <Config>(
  channel: Adapter<Config, Notifier>,
  { settings, env = {} }: Sent,
  ...letters: readonly [Letter, ...Letter[]]
): Promise<Delivery> => {
  const world = openWorld(env);
  onTestFinished(() => world.http.close());
  const opened = channel.open(channel.config.parse({ kind: channel.kind, ...settings }), world);
  const { signal } = new AbortController();
  if (letters.length === 1) return opened.send(letters[0], signal);
  if (opened.sendTogether === undefined) throw new Error(`${channel.kind} says one at a time`);
  return opened.sendTogether(letters, signal);
};
