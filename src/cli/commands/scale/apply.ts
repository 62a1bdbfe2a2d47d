import type { Leaf } from '../../command.ts';
import type { ConfirmFlags } from '../../confirm-plan.ts';
import { confirmFlags, runExits } from '../../flags.ts';

const apply: Leaf = {
  formats: ['text', 'json'],
  arguments: [{ name: '<agent>', summary: 'the agent' }],
  flags: confirmFlags,
  examples: [
    ['agentops scale apply support', 'shows how many workers there should be and why, asks, and sees that they are there'],
    ['agentops scale apply support --yes', 'without being asked; where nothing is to be done, nothing is'],
  ],
  exits: [...runExits, ['3', 'how much waits, or how many workers there are, is not known']],
  async run(session, [agent], given) {
    const { applyPlannedScale } = await import('../../plan-scale.ts');
    return applyPlannedScale(session, String(agent), given as unknown as ConfirmFlags);
  },
};

export default apply;
