import type { Leaf } from '../../command.ts';
import { countFlag } from '../../flags.ts';

interface Flags {
  readonly suite?: string;
  readonly agent?: string;
  readonly limit: number;
}

const runs: Leaf = {
  formats: ['text', 'json', 'csv'],
  flags: [
    { flags: '--suite <name>', summary: 'only runs of this suite' },
    { flags: '--agent <name>', summary: 'only runs against this agent' },
    { flags: '--limit <n>', summary: 'so many at most, newest first', parse: countFlag, fallback: 30 },
  ],
  examples: [['agentops eval runs --suite support', 'what was run, what it came to, what was accepted']],
  async run({ ctx, fleet: load }, _args, given) {
    const { suite = null, agent = null, limit } = given as unknown as Flags;
    const { fleet } = await load();
    const { findRuns } = await import('../../../quality/evals/runs.journal.ts');
    const { rowOf } = await import('../../../quality/evals/collect-report.ts');
    const found = await findRuns(await ctx.journal(), { suite, agent, limit });
    const { evalRunsFormats } = await import('../../../views/eval-runs.ts');
    return {
      finding: 'none',
      formats: evalRunsFormats({ fleet: fleet.name, generatedAt: ctx.clock.now(), runs: found.map(rowOf) }),
      next: found[0] === undefined ? ['agentops eval run'] : [`agentops eval explain ${found[0].id}`],
    };
  },
};

export default runs;
