import { randomUUID } from 'node:crypto';
import { actorOf } from '../../ground/audit/actor.ts';
import { type Acting, recordAct } from '../../ground/audit/record-act.ts';
import { refusedError, usageError } from '../../ground/errors.ts';
import { isoTime } from '../../ground/output/json.ts';
import { keptText } from '../../ground/redaction/kept-text.ts';
import type { Silence, SilenceMatcher } from './alert.ts';
import { readSilence, silenceWrite, unsilenceWrite } from './silences.journal.ts';

/** What somebody wants to hear nothing of. */
export interface SilenceWish {
  readonly matcher: SilenceMatcher;
  readonly forMs: number;
  readonly reason: string;
}

/** The subject of a silence that is about no single agent. */
const wholeFleet = 'fleet';

const isGlob = (text: string): boolean => /[*?]/.test(text);
const subjectOf = ({ agent }: SilenceMatcher): string => (agent === null || isGlob(agent) ? wholeFleet : agent);

/** Tells nobody of what matches for a while, and records who wanted that. */
export const recordSilence = (ctx: Acting, { matcher, forMs, reason }: SilenceWish): Promise<Silence> =>
  recordAct<Silence>(ctx, async (journal) => {
    const startsAt = await journal.now();
    const silence: Silence = {
      id: `sil-${randomUUID().slice(0, 8)}`,
      matcher,
      reason: keptText(ctx.secrets.mask(reason)),
      actor: actorOf(ctx.env, () => ctx.process.owner()),
      startsAt,
      endsAt: startsAt + forMs,
    };
    const { rule, agent } = matcher;
    return {
      writes: [silenceWrite(silence)],
      act: {
        kind: 'alert.silence',
        subject: subjectOf(matcher),
        body: { silence: silence.id, rule, agent, reason: silence.reason, until: isoTime(silence.endsAt) },
      },
      answer: silence,
    };
  });

/** Ends a silence before its time. Throws a usage error where there is none of that id, and a refusal where it is over. */
export const recordSilenceEnd = (ctx: Acting, id: string): Promise<Silence> =>
  recordAct<Silence>(ctx, async (journal) => {
    const silence = await readSilence(journal, id);
    if (silence === null)
      throw usageError({
        code: 'silence_unknown',
        message: `there is no silence ${JSON.stringify(id)}`,
        hint: 'agentops alerts silence list shows those in force',
      });
    const at = await journal.now();
    if (silence.endsAt <= at)
      throw refusedError({
        code: 'silence_over',
        message: `${id} is over since ${isoTime(silence.endsAt)}`,
        hint: 'agentops alerts silence list shows those in force',
      });
    return {
      writes: [unsilenceWrite(id, at)],
      act: { kind: 'alert.unsilence', subject: subjectOf(silence.matcher), body: { silence: id } },
      answer: { ...silence, endsAt: at },
    };
  });
