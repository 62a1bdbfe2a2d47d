import type { Leaf } from '../../command.ts';

const expire: Leaf = {
  formats: ['text', 'json'],
  examples: [['agentops runbook expire', 'ends what has had its time; for cron, every few minutes']],
  exits: [
    ['0', 'what was due has ended, or nothing was'],
    ['1', 'something should have ended and did not: a person is needed, and was told'],
  ],
  async run(session) {
    const { ctx } = session;
    const [{ openControl }, { expireMitigations }, { tellPeople }, { endedFormats }] = await Promise.all([
      import('../../../controls/actions/open-control.ts'),
      import('../../../response/runbooks/expire-mitigations.ts'),
      import('../../tell-people.ts'),
      import('../../../views/mitigations.ts'),
    ]);
    const { fleet } = await session.fleet();
    const open = (agent: string, slot: Parameters<typeof openControl>[3], access: 'read' | 'write') =>
      openControl(ctx, fleet, agent, slot, access);
    const ended = await expireMitigations(ctx, fleet, { open }, ({ mitigation, result }) =>
      session.terminal.detail(ctx.secrets.mask(`${mitigation.id}: ${result}`)),
    );
    if (Object.keys(fleet.notify).length > 0) await tellPeople(session, fleet);
    const overdue = ended.find(({ result }) => result === 'overdue');
    return {
      finding: overdue === undefined ? 'none' : 'found',
      formats: endedFormats({ fleet: fleet.name, generatedAt: ctx.clock.now(), ended }),
      next: overdue === undefined ? [] : [`agentops mitigations revert ${overdue.mitigation.id}`],
    };
  },
};

export default expire;
