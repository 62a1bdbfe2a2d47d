import type { Fleet } from '../../fleet/agent.ts';
import type { Context } from '../../ground/runtime/context.ts';
import type { Journal } from '../../ground/store/port.ts';
import { outboxWrites, type Posted } from './outbox.journal.ts';
import type { Outgoing } from './port.ts';
import { passedOn, passedOnWithinMs, patienceMs, standInFor } from './stand-in.ts';
import { copiesOf, postsInTrouble, saidSince, standingIn } from './stand-ins.journal.ts';

/**
 * Passes pages that a channel did not take on to another one, and tells that one all that follows until the thing has ended. Answers how
 * many messages it put into the outbox.
 */
export const sendInstead = async (
  { secrets }: Pick<Context, 'secrets'>,
  { notify }: Pick<Fleet, 'notify'>,
  journal: Journal,
): Promise<number> => {
  const now = await journal.now();
  const outgoing = [...(await followUps(journal)), ...(await passOn(journal, notify, now))];
  if (outgoing.length > 0) await journal.commit(outboxWrites(outgoing, { at: now, mask: (text) => secrets.mask(text) }));
  return outgoing.length;
};

const passOn = async (journal: Journal, notify: Fleet['notify'], now: number): Promise<readonly Outgoing[]> => {
  const troubled = await postsInTrouble(journal, { before: now - patienceMs, since: now - passedOnWithinMs });
  const outgoing: Outgoing[] = [];
  for (const post of troubled.filter(isWorthIt)) {
    const standIn = standInFor(notify, await copiesOf(journal, post.dedupKey));
    if (standIn !== null) outgoing.push(passedOn(post, standIn));
  }
  return outgoing;
};

/** What can wait until morning can wait for its own channel. */
const isWorthIt = ({ message }: Posted): boolean => message.severity === 'page';

const followUps = async (journal: Journal): Promise<readonly Outgoing[]> => {
  const outgoing: Outgoing[] = [];
  for (const stand of await standingIn(journal)) {
    if (stand.message.about?.phase === 'ends') continue;
    for (const post of await saidSince(journal, stand)) {
      const copies = await copiesOf(journal, post.dedupKey);
      if (!copies.some(({ channel }) => channel === stand.channel)) outgoing.push(passedOn(post, stand.channel));
    }
  }
  return outgoing;
};
