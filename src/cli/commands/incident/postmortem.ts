import type { Leaf } from '../../command.ts';

const postmortem: Leaf = {
  formats: ['markdown', 'json'],
  arguments: [{ name: '<incident>', summary: 'its id: inc-7' }],
  examples: [['agentops incident postmortem inc-7 > review.md', 'a draft: what the chain knows is filled in, the rest is for people']],
  exits: [['1', 'the audit chain is broken, and the draft says so']],
  async run({ ctx, fleet: load }, [id]) {
    const { fleet } = await load();
    const [{ requireIncident }, { collectIncident }, { readChain }, { verifyChain }, { postmortemFormats }] = await Promise.all([
      import('../../../response/incidents/record-incident.ts'),
      import('../../../response/incidents/collect-incident.ts'),
      import('../../../ground/audit/audit.journal.ts'),
      import('../../../ground/audit/verify-chain.ts'),
      import('../../../views/postmortem.ts'),
    ]);
    const journal = await ctx.journal();
    const incident = await requireIncident(journal, String(id));
    const report = await collectIncident(ctx, fleet, incident);
    const chain = await verifyChain(readChain(journal), null);
    return { finding: chain.broken === null ? 'none' : 'found', formats: postmortemFormats({ ...report, chain }) };
  },
};

export default postmortem;
