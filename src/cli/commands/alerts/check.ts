import type { Leaf } from '../../command.ts';

interface Flags {
  readonly agent?: string;
  readonly rule?: string;
  readonly rules?: string;
}

const check: Leaf = {
  formats: ['text', 'json', 'github'],
  flags: [
    { flags: '--agent <name>', summary: 'only this agent' },
    { flags: '--rule <name>', summary: 'only this rule' },
    { flags: '--rules <file>', summary: 'the rules of a file in place of those of the manifest' },
  ],
  examples: [
    ['agentops alerts check', 'what would fire now; nothing is kept and nobody is told'],
    ['agentops alerts check --rules new-alerts.yaml', 'what rules that are not in force yet would say'],
  ],
  exits: [
    ['0', 'nothing would fire'],
    ['1', 'something would fire'],
    ['2', 'there is no such rule or agent, or a rule is wrong'],
    ['3', 'nothing could be judged: no trace was read and no check has run'],
  ],
  async run(session, _args, given) {
    const { agent, rule, rules } = given as unknown as Flags;
    const { checkAlerts } = await import('../../check-alerts.ts');
    return checkAlerts(session, { agent: agent ?? null, rule: rule ?? null, file: rules ?? null });
  },
};

export default check;
