import type { Leaf } from '../../command.ts';

const ack: Leaf = {
  formats: ['text', 'json'],
  arguments: [{ name: '<incident>', summary: 'its id: inc-7' }],
  examples: [['agentops incident ack inc-7', 'say that you look after it']],
  exits: [['4', 'it is resolved already']],
  async run(session, [id]) {
    const { ctx } = session;
    const { fleet } = await session.fleet();
    const [{ recordAck }, { collectIncident }, { incidentAnswerFormats }, { tellPeople }] = await Promise.all([
      import('../../../response/incidents/record-incident.ts'),
      import('../../../response/incidents/collect-incident.ts'),
      import('../../../views/incident-list.ts'),
      import('../../tell-people.ts'),
    ]);
    const incident = await recordAck(ctx, String(id));
    if (Object.keys(fleet.notify).length > 0) await tellPeople(session, fleet);
    const { next, generatedAt } = await collectIncident(ctx, fleet, incident);
    return {
      finding: 'none',
      formats: incidentAnswerFormats({ fleet: fleet.name, generatedAt, incident, done: 'somebody looks after it', next }),
    };
  },
};

export default ack;
