import type { Leaf } from '../../command.ts';
import { countFlag, instantFlag } from '../../flags.ts';

interface Flags {
  readonly since?: number;
  readonly open?: boolean;
  readonly limit: number;
}

const runs: Leaf = {
  formats: ['text', 'json'],
  flags: [
    { flags: '--since <time>', summary: 'from when on: 2026-11-23T14:00:00Z, or 2d for two days ago', parse: instantFlag },
    { flags: '--open', summary: 'only those that have not ended' },
    { flags: '--limit <n>', summary: 'so many at most, newest first', parse: countFlag, fallback: 20 },
  ],
  examples: [
    ['agentops runbook runs', 'what was run lately, and how it ended'],
    ['agentops runbook runs --open', 'what waits for somebody'],
  ],
  exits: [['3', 'the journal cannot be read']],
  async run({ ctx, fleet: load }, _args, given) {
    const { since = 0, open = false, limit } = given as unknown as Flags;
    const { fleet } = await load();
    const [{ findRuns }, { approveCommand }, { runsFormats }] = await Promise.all([
      import('../../../response/runbooks/runs.journal.ts'),
      import('../../../response/runbooks/proposal.ts'),
      import('../../../views/runbook-runs.ts'),
    ]);
    const found = await findRuns(await ctx.journal(), { since, open }, limit);
    const waiting = found.find(({ endedAt }) => endedAt === null);
    const goOn = ({ head, isUnbegun }: NonNullable<typeof waiting>) =>
      isUnbegun === true ? approveCommand(head) : `agentops runbook resume ${head.id}`;
    return {
      finding: 'none',
      formats: runsFormats({ fleet: fleet.name, generatedAt: ctx.clock.now(), runs: found }),
      next: waiting === undefined ? [] : [goOn(waiting)],
    };
  },
};

export default runs;
