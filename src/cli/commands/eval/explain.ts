import type { Leaf } from '../../command.ts';

const explain: Leaf = {
  formats: ['text', 'json', 'junit', 'github', 'markdown', 'html', 'csv'],
  arguments: [{ name: '<run>', summary: 'the id of a run, or latest' }],
  examples: [
    ['agentops eval explain latest', 'how the last verdict came about, number by number'],
    ['agentops eval explain 20261123-141500-k3f9 --output html > report.html', 'a page about a run'],
  ],
  async run(session, [id]) {
    const { ctx, cwd } = session;
    const { fleet } = await session.fleet();
    const journal = await ctx.journal();
    const { readVerdict, requireRun } = await import('../../../quality/evals/read-verdict.ts');
    const run = await requireRun(journal, String(id));
    const { gate, baseline, notes } = await readVerdict(ctx, journal, run, cwd);
    const { collectReport } = await import('../../../quality/evals/collect-report.ts');
    const generatedAt = ctx.clock.now();
    const report = await collectReport(journal, { fleet: fleet.name, generatedAt, run, gate, baseline, notes });
    const { explainOutcome } = await import('../../eval-outcome.ts');
    return explainOutcome(report);
  },
};

export default explain;
