import type { Leaf } from '../../command.ts';

const revert: Leaf = {
  formats: ['text', 'json'],
  arguments: [{ name: '<mitigation>', summary: 'its id: agentops mitigations list' }],
  flags: [{ flags: '-y, --yes', summary: 'do not ask' }],
  examples: [['agentops mitigations revert throttle-7k2m9xp/throttle', 'restores what was, where it still stands as it was left']],
  exits: [
    ['1', 'it could not be restored: somebody else has changed it'],
    ['2', 'there is no such mitigation, or it has ended'],
    ['4', 'not confirmed, or a run is at work on the same target'],
  ],
  async run(session, [id], given) {
    const { yes } = given as unknown as { readonly yes?: boolean };
    const { ctx, terminal } = session;
    const [{ refusedError }, { openControl }, { requireMitigation, revertMitigation }, { reliantRuns }, { endedFormats }] =
      await Promise.all([
        import('../../../ground/errors.ts'),
        import('../../../controls/actions/open-control.ts'),
        import('../../../response/runbooks/expire-mitigations.ts'),
        import('../../../response/runbooks/collect-reliant-runs.ts'),
        import('../../../views/mitigations.ts'),
      ]);
    const { fleet } = await session.fleet();
    const mitigation = await requireMitigation(ctx, String(id));
    const { target, from, to } = mitigation.change;
    const command = `agentops mitigations revert ${mitigation.id} --yes`;
    const others = await reliantRuns(await ctx.journal(), mitigation);
    const relied = others.length === 0 ? '' : ` Other runs count on it: ${others.join(', ')}.`;
    const question = `Restore ${target}, from ${JSON.stringify(to)} to ${JSON.stringify(from)}?${relied}`;
    if (yes !== true && (terminal.prompts === null || !(await terminal.prompts.confirm(ctx.secrets.mask(question), ctx.signal))))
      throw refusedError({
        code: terminal.prompts === null ? 'confirmation_needed' : 'not_confirmed',
        message: `${target} would go from ${JSON.stringify(to)} to ${JSON.stringify(from)}, and that was not confirmed${relied === '' ? '' : `.${relied}`}`,
        hint: command,
        details: { confirm_command: command },
      });
    const open = (agent: string, slot: Parameters<typeof openControl>[3], access: 'read' | 'write') =>
      openControl(ctx, fleet, agent, slot, access);
    const ended = await revertMitigation(ctx, fleet, mitigation, 'mitigation.revert', { open });
    if (ended.result === 'held') throw refusedError({ code: 'locked', message: ended.evidence, hint: 'agentops locks list' });
    return {
      finding: ended.result === 'reverted' ? 'none' : 'found',
      formats: endedFormats({ fleet: fleet.name, generatedAt: ctx.clock.now(), ended: [ended] }),
      next: [mitigation.agent === '' ? 'agentops mitigations list' : `agentops health ${mitigation.agent}`],
    };
  },
};

export default revert;
