import type { Leaf } from '../../command.ts';

const list: Leaf = {
  formats: ['text', 'json'],
  examples: [
    ['agentops runbook list', 'what there is to make it stop'],
    ['agentops runbook list --json', 'the same for scripts'],
  ],
  exits: [['2', 'a runbook cannot be read']],
  async run({ ctx, fleet: load }) {
    const [{ fleet }, { loadRunbooks }, { runbookListFormats }] = await Promise.all([
      load(),
      import('../../../response/runbooks/load-runbooks.ts'),
      import('../../../views/runbook-list.ts'),
    ]);
    const runbooks = await loadRunbooks(ctx, fleet);
    const isBroken = runbooks.some(({ runbook }) => runbook === null);
    return {
      finding: 'none',
      formats: runbookListFormats({ fleet: fleet.name, generatedAt: ctx.clock.now(), runbooks }),
      ...(isBroken ? { exits: { text: 2, json: 2 } } : {}),
      next: isBroken ? ['agentops runbook lint'] : ['agentops runbook plan runaway-loop --agent NAME'],
    };
  },
};

export default list;
