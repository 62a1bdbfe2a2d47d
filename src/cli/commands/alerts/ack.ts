import type { Leaf } from '../../command.ts';

const ack: Leaf = {
  formats: ['text', 'json'],
  arguments: [{ name: '<rule[/agent]>', summary: 'what fires: cost/support, or a rule for every agent it fires on' }],
  flags: [{ flags: '--note <text>', summary: 'what you say to it; others will read it' }],
  examples: [
    ['agentops alerts ack cost/support --note "looking at the new prompt"', 'you take it on: nobody is reminded of this firing any more'],
  ],
  exits: [
    ['2', 'there is no such rule or agent'],
    ['4', 'none of them fires'],
  ],
  async run({ ctx, fleet: load }, [typed], { note }) {
    const { fleet } = await load();
    const [{ recordAlertAck }, { surroundingsOf }, { listed }, { loadSuggestions }, { alertAckFormats }] = await Promise.all([
      import('../../../oversight/alerts/record-ack.ts'),
      import('../../../oversight/alerts/collect-alerts.ts'),
      import('../../../oversight/alerts/listed.ts'),
      import('../../../response/runbooks/load-suggestions.ts'),
      import('../../../views/alert-list.ts'),
    ]);
    const taken = await recordAlertAck(ctx, fleet, String(typed), note === undefined ? null : String(note));
    const now = ctx.clock.now();
    const alerts = taken.map(
      listed({ ...(await surroundingsOf(await ctx.journal(), now, await loadSuggestions(ctx, fleet))), silences: [] }),
    );
    return {
      finding: 'none',
      formats: alertAckFormats({ fleet: fleet.name, generatedAt: now, alerts }),
      next: ['agentops alerts list'],
    };
  },
};

export default ack;
