import type { Leaf } from '../../command.ts';

const timeline: Leaf = {
  formats: ['text', 'json', 'markdown'],
  arguments: [{ name: '<incident>', summary: 'its id: inc-7' }],
  examples: [
    ['agentops incident timeline inc-7', 'who did what and when, from the audit chain alone'],
    ['agentops incident timeline inc-7 --output markdown', 'the same as a table for a review'],
  ],
  async run({ ctx, fleet: load }, [id]) {
    const { fleet } = await load();
    const [{ requireIncident }, { collectIncident }, { incidentTimelineFormats }] = await Promise.all([
      import('../../../response/incidents/record-incident.ts'),
      import('../../../response/incidents/collect-incident.ts'),
      import('../../../views/incident-timeline.ts'),
    ]);
    const incident = await requireIncident(await ctx.journal(), String(id));
    return { finding: 'none', formats: incidentTimelineFormats(await collectIncident(ctx, fleet, incident)) };
  },
};

export default timeline;
