import type { Fleet } from '../fleet/agent.ts';
import { humanDuration } from '../ground/units/duration.ts';
import { channels } from '../oversight/notify/registry.ts';
import { type Sending, sendOutbox } from '../oversight/notify/send-outbox.ts';
import type { Session } from './command.ts';

/** Sends what the outbox holds, and says on stderr what did not arrive. Where nobody can be told, nothing is sent and nothing is said. */
export const tellPeople = async ({ ctx, terminal }: Pick<Session, 'ctx' | 'terminal'>, fleet: Pick<Fleet, 'notify'>): Promise<Sending> => {
  const say = (text: string) => terminal.say(terminal.err.paint('dim', ctx.secrets.mask(text)));
  return sendOutbox(ctx, fleet, channels, (event) => {
    if (event.event === 'delayed')
      say(`${event.post.channel} was not told yet (${event.why}); it is tried again in ${humanDuration(event.at - ctx.clock.now())}`);
    if (event.event === 'given up') say(`${event.post.channel} was not told, and is not tried again: ${event.why}`);
  });
};
