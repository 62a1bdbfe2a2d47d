import type { Leaf } from '../../command.ts';

const show: Leaf = {
  formats: ['text', 'json'],
  examples: [['agentops state show', 'where the journal is, how large, and who is at work on it']],
  exits: [['3', 'the journal cannot be reached']],
  async run({ ctx, fleet: load }) {
    const { fleet } = await load();
    const [{ collectState }, { stateFormats }] = await Promise.all([import('../../collect-state.ts'), import('../../../views/state.ts')]);
    return {
      finding: 'none',
      formats: stateFormats({ fleet: fleet.name, generatedAt: ctx.clock.now(), ...(await collectState(ctx, fleet)) }),
    };
  },
};

export default show;
