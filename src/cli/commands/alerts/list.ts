import type { Leaf } from '../../command.ts';

interface Flags {
  readonly agent?: string;
  readonly rule?: string;
  readonly all?: boolean;
}

const list: Leaf = {
  formats: ['text', 'json'],
  flags: [
    { flags: '--agent <name>', summary: 'only those of this agent' },
    { flags: '--rule <name>', summary: 'only those of this rule' },
    { flags: '--all', summary: 'also those that are over' },
  ],
  examples: [
    ['agentops alerts list', 'what fires and what is about to, with the next thing to type'],
    ['agentops alerts list --all --agent support', 'everything that ever was with one agent'],
  ],
  exits: [['0', 'they were read, whatever they say; agentops alerts check is the gate']],
  async run({ ctx, fleet: load }, _args, given) {
    const { agent, rule, all } = given as unknown as Flags;
    const { fleet } = await load();
    const [{ collectAlerts }, { loadSuggestions }, { alertListFormats }, { requireAgent }, { requireRule }, { rulesOf }] =
      await Promise.all([
        import('../../../oversight/alerts/collect-alerts.ts'),
        import('../../../response/runbooks/load-suggestions.ts'),
        import('../../../views/alert-list.ts'),
        import('../../../fleet/select.ts'),
        import('../../../oversight/alerts/require-alert.ts'),
        import('../../../oversight/alerts/rules.ts'),
      ]);
    const query = {
      agent: agent === undefined ? null : requireAgent(fleet, agent).name,
      rule: rule === undefined ? null : requireRule(rulesOf(fleet), rule).name,
      withOver: all === true,
    };
    const listing = await collectAlerts(ctx, fleet, query, await loadSuggestions(ctx, fleet));
    return {
      finding: 'none',
      formats: alertListFormats(listing),
      next: listing.evaluated.at === null ? ['agentops alerts check'] : [],
    };
  },
};

export default list;
