import type { Leaf } from '../../command.ts';

const compare: Leaf = {
  formats: ['text', 'json', 'junit', 'github', 'markdown', 'html', 'csv'],
  arguments: [
    { name: '<before>', summary: 'the id of the run that is held against' },
    { name: '<after>', summary: 'the id of the run that is judged, or latest' },
  ],
  examples: [['agentops eval compare 20261120-090000-a1b2 latest', 'which cases got worse in between']],
  exits: [
    ['0', 'no case got worse, as far as can be told'],
    ['1', 'it got worse, or a critical case failed'],
  ],
  async run(session, [before, after]) {
    const { ctx } = session;
    const { fleet } = await session.fleet();
    const journal = await ctx.journal();
    const { requireRun } = await import('../../../quality/evals/read-verdict.ts');
    const [a, b] = [await requireRun(journal, String(before)), await requireRun(journal, String(after))];
    if (a.id === b.id) {
      const { usageError } = await import('../../../ground/errors.ts');
      throw usageError({ code: 'usage', message: `${a.id} is one run, and comparing takes two`, hint: 'agentops eval runs lists them' });
    }
    const { poolRuns } = await import('../../../quality/evals/read-baseline.ts');
    const { evaluateRun } = await import('../../../quality/evals/evaluate-run.ts');
    const baseline = { ...(await poolRuns(journal, [a.id])), source: `the run ${a.id}` };
    const gate = await evaluateRun(journal, { ...b, against: null }, baseline, b.status === 'done');
    const { collectReport } = await import('../../../quality/evals/collect-report.ts');
    const generatedAt = ctx.clock.now();
    const report = await collectReport(journal, {
      fleet: fleet.name,
      generatedAt,
      run: { ...b, against: null },
      gate,
      baseline,
      notes: [],
    });
    const { evalOutcome } = await import('../../eval-outcome.ts');
    return { ...evalOutcome(report, b.gate), next: [`agentops eval explain ${b.id}`] };
  },
};

export default compare;
