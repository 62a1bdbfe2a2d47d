import type { Mitigation } from '../../controls/actions/mitigation.ts';
import { extendWrite } from '../../controls/actions/mitigations.journal.ts';
import { recordAct } from '../../ground/audit/record-act.ts';
import { usageError } from '../../ground/errors.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { responseAct } from './acts.ts';
import { requireMitigation } from './expire-mitigations.ts';

/** Lets a mitigation end so long from now, ms, whenever it should have ended. Throws a usage error where there is none in force. */
export const recordExtension = (ctx: Context, id: string, forMs: number): Promise<Mitigation> =>
  recordAct(ctx, async (journal) => {
    const mitigation = await requireMitigation(ctx, id);
    const { run, step, agent, action, change } = mitigation;
    if (change.endsItself === true) throw endsItself(id, change.target);
    const expiresAt = (await journal.now()) + forMs;
    return {
      writes: [extendWrite(id, expiresAt)],
      act: responseAct('mitigation.extend', agent === '' ? run : agent, {
        run,
        mitigation: id,
        step,
        action,
        target: change.target,
        expiresAt,
      }),
      answer: { ...mitigation, status: 'active', expiresAt },
    };
  });

const endsItself = (id: string, target: string) =>
  usageError({
    code: 'mitigation_ends_itself',
    message: `${target} ends ${id} by itself, when it was told to`,
    hint: `agentops mitigations revert ${id}, then do it again for longer`,
  });
