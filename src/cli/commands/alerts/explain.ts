import type { Leaf } from '../../command.ts';

const explain: Leaf = {
  formats: ['text', 'json'],
  arguments: [
    { name: '<rule>', summary: 'the rule' },
    { name: '[agent]', summary: 'only this agent, or @fleet, or @providers; all of them by default' },
  ],
  examples: [
    ['agentops alerts explain cost support', 'the test, its parameters, every figure of the decision now, and what would make it fire'],
    ['agentops alerts explain errors', 'on every agent, and which agents it cannot judge'],
  ],
  exits: [['2', 'there is no such rule or agent']],
  async run(session, [rule, agent]) {
    const { explainRule } = await import('../../check-alerts.ts');
    return explainRule(session, String(rule), agent === undefined ? null : String(agent));
  },
};

export default explain;
