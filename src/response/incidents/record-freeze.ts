import { randomUUID } from 'node:crypto';
import { activeFreezes, type Freeze, freezeWrite, unfreezeWrite } from '../../controls/actions/freezes.journal.ts';
import { actorOf } from '../../ground/audit/actor.ts';
import { type Acting, recordAct } from '../../ground/audit/record-act.ts';
import { keptText } from '../../ground/redaction/kept-text.ts';
import { responseAct } from '../runbooks/acts.ts';

export interface FreezeWish {
  /** Null: the whole fleet. */
  readonly agent: string | null;
  /** True: not even containment of class `safety` may begin by itself. */
  readonly stopsSafety: boolean;
  readonly forMs: number;
  readonly reason: string;
}

/** The subject of what concerns no single agent. */
const wholeFleet = 'fleet';

/** Lets nothing new begin by itself for a while, and records who wanted that. */
export const recordFreeze = (ctx: Acting, { agent, stopsSafety, forMs, reason }: FreezeWish): Promise<Freeze> =>
  recordAct<Freeze>(ctx, async (journal) => {
    const at = await journal.now();
    const freeze: Freeze = {
      id: `frz-${randomUUID().slice(0, 8)}`,
      agent,
      stopsSafety,
      reason: keptText(ctx.secrets.mask(reason)),
      actor: actorOf(ctx.env, () => ctx.process.owner()),
      at,
      until: at + forMs,
    };
    return {
      writes: [freezeWrite(freeze)],
      act: responseAct('freeze.on', agent ?? wholeFleet, {
        status: stopsSafety ? 'all' : 'not safety',
        evidence: freeze.reason,
        expiresAt: freeze.until,
        target: freeze.id,
      }),
      answer: freeze,
    };
  });

/** What was ended, and what of it goes on: a freeze of the fleet holds for each of its agents. */
export interface Unfrozen {
  readonly ended: readonly Freeze[];
  readonly left: readonly Freeze[];
}

/** Ends freezes before their time. @param agent only those of this agent alone; null: all there are */
export const recordUnfreeze = async (ctx: Acting, agent: string | null, reason: string | null): Promise<Unfrozen> => {
  const ended: Freeze[] = [];
  // One record for each: the chain tells of an agent what was done to it.
  for (;;) {
    const one = await recordAct<Freeze | null>(ctx, async (journal) => {
      const at = await journal.now();
      const freeze = (await activeFreezes(journal, at)).find((each) => agent === null || each.agent === agent);
      if (freeze === undefined) return { writes: [], act: null, answer: null };
      return {
        writes: [unfreezeWrite(freeze.id, at)],
        act: responseAct('freeze.off', freeze.agent ?? wholeFleet, { target: freeze.id, evidence: reason }),
        answer: freeze,
      };
    });
    if (one === null) break;
    ended.push(one);
  }
  const journal = await ctx.journal();
  const left = (await activeFreezes(journal, await journal.now())).filter((each) => each.agent === null || each.agent === agent);
  return { ended, left };
};
