import type { Leaf } from '../../command.ts';
import { instantFlag } from '../../flags.ts';

const list: Leaf = {
  formats: ['text', 'json'],
  flags: [{ flags: '--ended-since <time>', summary: 'also what ended since: 2d for two days ago', parse: instantFlag }],
  examples: [
    ['agentops mitigations list', 'what is in force, and until when'],
    ['agentops mitigations list --ended-since 7d', 'and what was, in a week'],
  ],
  exits: [['3', 'the journal cannot be read']],
  async run({ ctx, fleet: load }, _args, given) {
    const { endedSince } = given as unknown as { readonly endedSince?: number };
    const { fleet } = await load();
    const [{ endedMitigations, standingMitigations }, { isOverdue }, { mitigationFormats }] = await Promise.all([
      import('../../../controls/actions/mitigations.journal.ts'),
      import('../../../controls/actions/mitigation.ts'),
      import('../../../views/mitigations.ts'),
    ]);
    const journal = await ctx.journal();
    const standing = await standingMitigations(journal);
    const ended = endedSince === undefined ? [] : await endedMitigations(journal, endedSince);
    const now = ctx.clock.now();
    const first = standing.find((each) => isOverdue(each, now)) ?? standing[0];
    return {
      finding: 'none',
      formats: mitigationFormats({ fleet: fleet.name, generatedAt: now, mitigations: [...standing, ...ended] }),
      next: first === undefined ? [] : [`agentops mitigations revert ${first.id}`],
    };
  },
};

export default list;
