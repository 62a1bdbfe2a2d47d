import type { Leaf, Session } from '../../command.ts';

interface Flags {
  readonly to?: string;
  readonly yes?: boolean;
}

const migrate: Leaf = {
  formats: ['text', 'json'],
  flags: [
    { flags: '--to <place>', summary: "a folder, a URL of PostgreSQL, or '${NAME}' of one; default: where the manifest says" },
    { flags: '-y, --yes', summary: 'do not ask' },
  ],
  examples: [
    ['agentops state migrate', 'from the file in .agentops into the database that state: names by now'],
    ["agentops state migrate --to '${TEAM_STATE}'", 'into a database that the manifest does not name yet'],
    ['agentops state migrate --to .agentops', 'from the database back into a file'],
  ],
  exits: [
    ['0', 'everything was copied, and both ends are the same'],
    ['2', 'there is no journal to copy, or the other end holds one'],
    ['3', 'the audit chain is broken, an end cannot be reached, or was written to meanwhile'],
    ['4', 'not confirmed, or somebody is at work on it'],
  ],
  async run(session, _args, given) {
    const { to, yes } = given as unknown as Flags;
    const { ctx, terminal } = session;
    const [{ migrateState, migrationSentence, openMigration }, { refusedError }, { migrationFormats }] = await Promise.all([
      import('../../migrate-state.ts'),
      import('../../../ground/errors.ts'),
      import('../../../views/state.ts'),
    ]);
    const { fleet } = await session.fleet();
    const ends = await endsOf(session, to);
    const migration = await openMigration(ends.from, ends.to);
    try {
      const sentence = migrationSentence(migration.plan);
      const command = ['agentops state migrate', ...(to === undefined ? [] : [`--to '${to}'`]), '--yes'].join(' ');
      if (yes !== true && (terminal.prompts === null || !(await terminal.prompts.confirm(`This ${sentence}. Begin?`, ctx.signal))))
        throw refusedError({
          code: terminal.prompts === null ? 'confirmation_needed' : 'not_confirmed',
          message: `this ${sentence}, which was not confirmed`,
          hint: command,
          details: { confirm_command: command, from: ends.from.shown, to: ends.to.shown, tables: migration.plan.tables },
        });
      const progress = await terminal.startProgress();
      const { head } = await migrateState(ctx, migration, (rows) =>
        progress.update(() => `${rows.toLocaleString('en-US')} rows copied`),
      ).finally(() => progress.stop());
      const { from, to: target, tables, records } = migration.plan;
      return {
        finding: 'none',
        formats: migrationFormats({
          ...{ fleet: fleet.name, generatedAt: ctx.clock.now(), from: from.shown, to: target.shown, tables, records, head },
          manifest: to === undefined ? null : to,
        }),
        next: ['agentops state show', 'agentops audit verify'],
      };
    } finally {
      await migration.close();
    }
  },
};

export default migrate;

const endsOf = async ({ ctx, cwd, fleet: load }: Session, to: string | undefined) => {
  const [{ placeNamed, placeOf }, { usageError }, { fleet }] = await Promise.all([
    import('../../state-places.ts'),
    import('../../../ground/errors.ts'),
    load(),
  ]);
  if (to !== undefined) return { from: placeOf(ctx, fleet), to: placeNamed(ctx, to, cwd) };
  if (fleet.database !== null) return { from: placeOf(ctx, { ...fleet, database: null }), to: placeOf(ctx, fleet) };
  throw usageError({
    code: 'usage',
    message: 'the manifest keeps the journal in a folder, so state migrate needs --to',
    hint: "agentops state migrate --to '${TEAM_STATE}', with the URL of the database in that variable",
  });
};
