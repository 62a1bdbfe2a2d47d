import type { Leaf } from '../../command.ts';

const plan: Leaf = {
  formats: ['text', 'json'],
  arguments: [{ name: '[agent]', summary: 'only this agent; all that have a queue by default' }],
  examples: [
    ['agentops scale plan', 'how many workers each agent should have, why, and what would be done'],
    ['agentops scale plan support --json', 'for a program'],
  ],
  exits: [
    ['2', 'there is no such agent, it has no queue, or its control cannot do it'],
    ['3', 'how much waits, or how many workers there are, is not known'],
  ],
  async run(session, [agent]) {
    const { planScale } = await import('../../plan-scale.ts');
    return planScale(session, agent === undefined ? null : String(agent));
  },
};

export default plan;
