import type { Leaf } from '../../command.ts';

const list: Leaf = {
  formats: ['text', 'json'],
  examples: [['agentops locks list', 'which runs are at work, and on what']],
  exits: [['3', 'the journal cannot be read']],
  async run({ ctx, fleet: load }) {
    const { fleet } = await load();
    const [{ heldLocks }, { lockFormats }] = await Promise.all([
      import('../../../response/runbooks/open-locks.ts'),
      import('../../../views/locks.ts'),
    ]);
    const locks = await heldLocks(await ctx.journal());
    const [first] = locks;
    return {
      finding: 'none',
      formats: lockFormats({ fleet: fleet.name, generatedAt: ctx.clock.now(), locks }),
      next: first === undefined ? [] : ['agentops runbook runs --open'],
    };
  },
};

export default list;
