import { unableError } from '../errors.ts';
import type { Context } from '../runtime/context.ts';
import { Conflict } from '../store/conflict.ts';
import type { Journal, Write } from '../store/port.ts';
import { actorOf } from './actor.ts';
import { auditWrite, readHead } from './audit.journal.ts';
import { type Act, type Deed, type Head, nextRecord } from './chain.ts';
import { maskedDeed } from './masked.ts';

/** What is to be done, judged by the journal as it stands. */
export interface Decision<Answer> {
  readonly writes: readonly Write[];
  /** What the chain will tell of it, in order; null: it turned out that there is nothing to do, and nothing is written. */
  readonly act: Act | readonly Act[] | null;
  readonly answer: Answer;
}

export type Acting = Pick<Context, 'journal' | 'env' | 'process' | 'secrets'>;

/** Each attempt that fails is a commit of somebody else that went through. */
const maxAttempts = 500;

/**
 * Does something and records it, in one commit: both are written or neither. Where somebody else was first, it is decided anew.
 * @param decide reads what it needs from the journal each time it is asked; may throw
 */
export const recordAct = async <Answer>(ctx: Acting, decide: (journal: Journal) => Promise<Decision<Answer>>): Promise<Answer> => {
  const journal = await ctx.journal();
  for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
    // Read before the decision, so that whatever is recorded meanwhile makes the commit fail.
    const head = await readHead(journal);
    const { writes, act, answer } = await decide(journal);
    if (act === null) return answer;
    const actor = actorOf(ctx.env, () => ctx.process.owner());
    const at = await journal.now();
    const deeds = [act].flat().map((each) => maskedDeed({ ...each, actor, at }, (text) => ctx.secrets.mask(text)));
    try {
      await journal.commit([...chainWrites(head, deeds), ...writes]);
      return answer;
    } catch (thrown) {
      if (!(thrown instanceof Conflict)) throw thrown;
    }
  }
  throw unableError({
    code: 'journal_contended',
    message: `the journal changed under each of ${maxAttempts} attempts to write to it`,
    hint: 'run the command again when fewer others do',
  });
};

const chainWrites = (from: Head, deeds: readonly Deed[]): readonly Write[] => {
  let head = from;
  return deeds.map((deed) => {
    const record = nextRecord(head, deed);
    head = record;
    return auditWrite(record);
  });
};
