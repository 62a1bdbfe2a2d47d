import type { Leaf } from '../../command.ts';

interface Flags {
  readonly reason?: string;
  readonly yes?: boolean;
}

const breakLock: Leaf = {
  formats: ['text', 'json'],
  arguments: [{ name: '<lock>', summary: 'its name: agentops locks list' }],
  flags: [
    { flags: '--reason <text>', summary: 'why; it is recorded' },
    { flags: '-y, --yes', summary: 'do not ask' },
  ],
  examples: [
    ['agentops locks break agent/support --reason "its machine is gone"', 'whoever held it does nothing more, even if it comes back'],
  ],
  exits: [
    ['2', 'no reason is given, or nobody holds that lock'],
    ['4', 'not confirmed'],
  ],
  async run({ ctx, terminal, fleet: load }, [name], given) {
    const { reason = '', yes } = given as unknown as Flags;
    const [{ refusedError, usageError }, { recordBrokenLock }, { heldLocks }, { brokenFormats }] = await Promise.all([
      import('../../../ground/errors.ts'),
      import('../../../response/runbooks/record-broken-lock.ts'),
      import('../../../response/runbooks/open-locks.ts'),
      import('../../../views/locks.ts'),
    ]);
    const { fleet } = await load();
    const command = `agentops locks break ${name} --reason "…" --yes`;
    if (reason.trim() === '') throw usageError({ code: 'usage', message: 'locks break needs --reason', hint: command });
    const held = (await heldLocks(await ctx.journal())).find(({ lock }) => lock === name);
    if (held === undefined) throw usageError({ code: 'lock_free', message: `nobody holds the lock ${name}`, hint: 'agentops locks list' });
    const question = `Run ${held.run} holds ${held.lock}. Take it away?`;
    if (yes !== true && (terminal.prompts === null || !(await terminal.prompts.confirm(question, ctx.signal))))
      throw refusedError({
        code: terminal.prompts === null ? 'confirmation_needed' : 'not_confirmed',
        message: `run ${held.run} holds ${held.lock}, and that it is to be broken was not confirmed`,
        hint: command,
        details: { confirm_command: command },
      });
    const broken = await recordBrokenLock(ctx, held.lock, reason.trim());
    return {
      finding: 'none',
      formats: brokenFormats({ fleet: fleet.name, generatedAt: ctx.clock.now(), locks: broken === null ? [] : [broken] }),
      next: [`agentops runbook resume ${held.run}`],
    };
  },
};

export default breakLock;
