import type { Leaf } from '../../command.ts';

const resolve: Leaf = {
  formats: ['text', 'json'],
  arguments: [{ name: '<incident>', summary: 'its id: inc-7' }],
  flags: [{ flags: '--reason <text>', summary: 'what ended it' }],
  examples: [['agentops incident resolve inc-7 --reason "prompt 41 is back"', 'it is over']],
  exits: [['4', 'it is resolved already']],
  async run(session, [id], { reason }) {
    const { ctx } = session;
    const { fleet } = await session.fleet();
    const [{ recordResolve }, { collectIncident }, { incidentAnswerFormats }, { tellPeople }] = await Promise.all([
      import('../../../response/incidents/record-incident.ts'),
      import('../../../response/incidents/collect-incident.ts'),
      import('../../../views/incident-list.ts'),
      import('../../tell-people.ts'),
    ]);
    const incident = await recordResolve(ctx, String(id), reason === undefined ? null : String(reason));
    if (Object.keys(fleet.notify).length > 0) await tellPeople(session, fleet);
    const { next, generatedAt, timeline } = await collectIncident(ctx, fleet, incident);
    const left = timeline.inForce.length;
    const done = left === 0 ? 'resolved' : `resolved; ${left === 1 ? 'one mitigation is' : `${left} mitigations are`} still in force`;
    return { finding: 'none', formats: incidentAnswerFormats({ fleet: fleet.name, generatedAt, incident, done, next }) };
  },
};

export default resolve;
