import type { Leaf } from '../command.ts';

const unfreeze: Leaf = {
  formats: ['text', 'json'],
  flags: [
    { flags: '--agent <name>', summary: 'only the freezes of this agent alone; without it, all of them' },
    { flags: '--reason <text>', summary: 'why' },
  ],
  examples: [
    ['agentops unfreeze', 'automatic actions may begin again'],
    ['agentops unfreeze --agent support', 'a freeze of the whole fleet stays'],
  ],
  async run({ ctx, fleet: load }, _args, { agent, reason }) {
    const [{ requireAgent }, { recordUnfreeze }, { unfreezeFormats }] = await Promise.all([
      import('../../fleet/select.ts'),
      import('../../response/incidents/record-freeze.ts'),
      import('../../views/freeze.ts'),
    ]);
    const { fleet } = await load();
    const name = agent === undefined ? null : requireAgent(fleet, String(agent)).name;
    const { ended, left } = await recordUnfreeze(ctx, name, reason === undefined ? null : String(reason));
    return {
      finding: 'none',
      formats: unfreezeFormats({ fleet: fleet.name, generatedAt: ctx.clock.now(), changed: ended, active: left }),
    };
  },
};

export default unfreeze;
