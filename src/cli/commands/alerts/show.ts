import type { Leaf } from '../../command.ts';
import { durationFlag } from '../../flags.ts';

const show: Leaf = {
  formats: ['text', 'json'],
  arguments: [{ name: '<rule[/agent]>', summary: 'a rule, an agent of it, and perhaps a stage: budget-day/support/80%' }],
  flags: [{ flags: '--since <duration>', summary: 'how far back', parse: durationFlag, fallback: '7d' }],
  examples: [
    ['agentops alerts show cost/support', 'when it fired, who was told, what was judged'],
    ['agentops alerts show budget-day --since 30d', 'one rule on every agent'],
  ],
  exits: [['2', 'there is no such rule or agent']],
  async run({ ctx, fleet: load }, [typed], given) {
    const { since } = given as unknown as { readonly since: number };
    const { fleet } = await load();
    const [{ collectAlertHistory }, { loadSuggestions }, { alertShowFormats }] = await Promise.all([
      import('../../../oversight/alerts/collect-alerts.ts'),
      import('../../../response/runbooks/load-suggestions.ts'),
      import('../../../views/alert-show.ts'),
    ]);
    const asked = { typed: String(typed), since: ctx.clock.now() - since };
    const history = await collectAlertHistory(ctx, fleet, asked, await loadSuggestions(ctx, fleet));
    const [first] = history.alerts;
    return {
      finding: 'none',
      formats: alertShowFormats(history),
      next: first === undefined ? [`agentops alerts explain ${history.name}`] : [`agentops alerts explain ${first.rule} ${first.agent}`],
    };
  },
};

export default show;
