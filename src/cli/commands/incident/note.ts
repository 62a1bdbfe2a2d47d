import type { Leaf } from '../../command.ts';

const note: Leaf = {
  formats: ['text', 'json'],
  arguments: [
    { name: '<incident>', summary: 'its id: inc-7' },
    { name: '<text>', summary: 'a sentence for the time line' },
  ],
  examples: [['agentops incident note inc-7 "the vendor confirms an outage"', 'also after it was resolved, for the review']],
  async run({ ctx, fleet: load }, [id, text]) {
    const { fleet } = await load();
    const [{ recordNote }, { incidentAnswerFormats }, { usageError }] = await Promise.all([
      import('../../../response/incidents/record-incident.ts'),
      import('../../../views/incident-list.ts'),
      import('../../../ground/errors.ts'),
    ]);
    if (String(text).trim() === '')
      throw usageError({ code: 'usage', message: 'a note needs a text', hint: `agentops incident note ${String(id)} "what happened"` });
    const incident = await recordNote(ctx, String(id), String(text));
    return {
      finding: 'none',
      formats: incidentAnswerFormats({ fleet: fleet.name, generatedAt: ctx.clock.now(), incident, done: 'noted', next: [] }),
    };
  },
};

export default note;
