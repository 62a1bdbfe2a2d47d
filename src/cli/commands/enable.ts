import type { Leaf } from '../command.ts';
import type { ConfirmFlags } from '../confirm-plan.ts';
import { confirmFlags, runExits } from '../flags.ts';

type Flags = ConfirmFlags;

const enable: Leaf = {
  formats: ['text', 'json'],
  arguments: [{ name: '<agent>', summary: 'the agent' }],
  flags: confirmFlags,
  examples: [['agentops enable support', 'takes new work again, and is asked whether it answers']],
  exits: runExits,
  async run(session, [agent], given) {
    const flags = given as unknown as Flags;
    const [{ askedRunbook }, { carryOut }] = await Promise.all([import('../asked-runbook.ts'), import('../carry-out.ts')]);
    const param = [] as readonly string[];
    return carryOut(session, await askedRunbook(session, 'enable', { agent: String(agent), param }), flags);
  },
};

export default enable;
