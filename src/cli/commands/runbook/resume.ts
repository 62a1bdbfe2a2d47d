import type { Leaf } from '../../command.ts';
import { runExits } from '../../flags.ts';

interface Flags {
  readonly done?: string;
  readonly skip?: string;
}

const resume: Leaf = {
  formats: ['text', 'json'],
  arguments: [{ name: '<run>', summary: 'its id: agentops runbook runs' }],
  flags: [
    { flags: '--done <step>', summary: 'this step was done, by a person or before the run was cut off' },
    { flags: '--skip <step>', summary: 'leave this step out' },
  ],
  examples: [
    ['agentops runbook resume throttle-7k2m9xp', 'goes on where it stopped or was killed'],
    ['agentops runbook resume throttle-7k2m9xp --done look', 'after what a person had to do'],
  ],
  exits: runExits,
  async run(session, [id], given) {
    const { done, skip } = given as unknown as Flags;
    const [{ usageError }, { answeredRun }, { openRunAids }, { requireRun, resumeRun }, { verifiersOf }] = await Promise.all([
      import('../../../ground/errors.ts'),
      import('../../run-outcome.ts'),
      import('../../../response/runbooks/open-run-aids.ts'),
      import('../../../response/runbooks/run-runbook.ts'),
      import('../../verify-agents.ts'),
    ]);
    if (done !== undefined && skip !== undefined)
      throw usageError({ code: 'flags_conflict', message: '--done and --skip both speak for a step', hint: 'say one thing at a time' });
    const { ctx } = session;
    const { fleet } = await session.fleet();
    const { head } = await requireRun(await ctx.journal(), String(id));
    const aids = openRunAids(ctx, fleet, head.plan.params, verifiersOf(session));
    const step = done ?? skip;
    const word = step === undefined ? null : { step, says: done === undefined ? ('skip' as const) : ('done' as const) };
    return answeredRun(session, (on) => resumeRun(ctx, fleet, head.id, aids, on, word));
  },
};

export default resume;
