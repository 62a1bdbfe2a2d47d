import type { Leaf } from '../../command.ts';

const exported: Leaf = {
  formats: ['text'],
  examples: [
    ['agentops audit export > audit.jsonl', 'the whole chain, a record a line'],
    ['agentops audit verify --file audit.jsonl', 'and on another machine, without a manifest'],
  ],
  exits: [['3', 'the journal cannot be read']],
  async run({ ctx }) {
    const { readChain } = await import('../../../ground/audit/audit.journal.ts');
    const { exportLine } = await import('../../../ground/audit/exported.ts');
    const lines: string[] = [];
    for await (const page of readChain(await ctx.journal())) lines.push(...page.map(exportLine));
    return { finding: 'none', formats: { text: () => lines } };
  },
};

export default exported;
