import type { Leaf } from '../../command.ts';

const show: Leaf = {
  formats: ['text', 'json'],
  arguments: [{ name: '[agent]', summary: 'only this agent; all that have a queue by default' }],
  examples: [
    ['agentops scale show', 'how much waits for each agent, how long, who works, and how many workers there should be'],
    ['agentops scale show support --verbose', 'and what is not known of its queue, and why'],
  ],
  exits: [
    ['2', 'there is no such agent, or it has no queue'],
    ['3', 'how much waits is not known of any'],
  ],
  async run(session, [agent]) {
    const { showScale } = await import('../../show-scale.ts');
    return showScale(session, agent === undefined ? null : String(agent));
  },
};

export default show;
