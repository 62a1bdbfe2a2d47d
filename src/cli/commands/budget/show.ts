import type { Leaf } from '../../command.ts';

const show: Leaf = {
  formats: ['text', 'json'],
  arguments: [{ name: '[agent]', summary: 'only this agent, or @fleet; the fleet and every agent by default' }],
  examples: [
    ['agentops budget show', 'what is used of each, what is left, and what the day and the month will come to'],
    ['agentops budget show support', 'those of one agent'],
    ['agentops budget show @fleet --json', 'that of the fleet as a whole, for a program'],
  ],
  exits: [['2', 'there is no such agent, or the fleet has no budget of its own']],
  async run(session, [agent]) {
    const { showBudgets } = await import('../../show-budgets.ts');
    return showBudgets(session, agent === undefined ? null : String(agent));
  },
};

export default show;
