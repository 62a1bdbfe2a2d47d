import type { Leaf } from '../../command.ts';

interface Flags {
  readonly to?: string;
}

const accept: Leaf = {
  formats: ['text', 'json'],
  arguments: [{ name: '<run>', summary: 'the id of a run that came to its end, or latest' }],
  flags: [{ flags: '--to <file>', summary: 'also keep it in a file, to be committed for machines that remember nothing' }],
  examples: [
    ['agentops eval accept latest', 'what was last run is good: later runs are held against it'],
    ['agentops eval accept latest --to baseline.json', 'and in CI: agentops eval run SUITE --baseline baseline.json'],
  ],
  async run(session, [id], given) {
    const { ctx, cwd } = session;
    const { to } = given as unknown as Flags;
    const { fleet } = await session.fleet();
    const journal = await ctx.journal();
    const { requireRun } = await import('../../../quality/evals/read-verdict.ts');
    const { recordAcceptance } = await import('../../../quality/evals/record-acceptance.ts');
    const run = await requireRun(journal, String(id));
    const { resolve } = await import('node:path');
    const accepted = await recordAcceptance(ctx, journal, run, to === undefined ? null : resolve(cwd, to), cwd);
    const { acceptFormats } = await import('../../../views/eval-accept.ts');
    return {
      finding: 'none',
      formats: acceptFormats({ fleet: fleet.name, generatedAt: ctx.clock.now(), ...accepted, file: to ?? null }),
      next: to === undefined ? ['agentops eval run'] : [`agentops eval run --baseline ${to}`],
    };
  },
};

export default accept;
