import type { Leaf } from '../../command.ts';

const show: Leaf = {
  formats: ['text', 'json'],
  arguments: [{ name: '<incident>', summary: 'its id: inc-7' }],
  examples: [['agentops incident show inc-7', 'what to type next, how it stands, what it cost, what is in force']],
  async run({ ctx, fleet: load }, [id]) {
    const { fleet } = await load();
    const [{ requireIncident }, { collectIncident }, { incidentFormats }] = await Promise.all([
      import('../../../response/incidents/record-incident.ts'),
      import('../../../response/incidents/collect-incident.ts'),
      import('../../../views/incident.ts'),
    ]);
    const incident = await requireIncident(await ctx.journal(), String(id));
    return { finding: 'none', formats: incidentFormats(await collectIncident(ctx, fleet, incident)) };
  },
};

export default show;
