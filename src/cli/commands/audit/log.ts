import type { Leaf } from '../../command.ts';
import { countFlag, instantFlag } from '../../flags.ts';

interface Flags {
  readonly since?: number;
  readonly kind?: string;
  readonly subject?: string;
  readonly actor?: string;
  readonly limit: number;
}

const log: Leaf = {
  formats: ['text', 'json', 'csv'],
  flags: [
    { flags: '--since <time>', summary: 'from when on: 2026-11-23T14:00:00Z, or 2d for two days ago', parse: instantFlag },
    { flags: '--kind <name>', summary: 'only acts of this kind: mark, eval.accept' },
    { flags: '--subject <name>', summary: 'only what was done to this agent' },
    { flags: '--actor <name>', summary: 'only what this person or job did' },
    { flags: '--limit <n>', summary: 'so many at most, newest first', parse: countFlag, fallback: 30 },
  ],
  examples: [
    ['agentops audit log', 'who did what, newest first'],
    ['agentops audit log --subject support --since 7d', 'what was done to one agent in a week'],
    ['agentops audit log --limit 100000 --output csv', 'all of it, for a spreadsheet'],
  ],
  exits: [['3', 'the journal cannot be read']],
  async run({ ctx, fleet: load }, _args, given) {
    const { since = null, kind = null, subject = null, actor = null, limit } = given as unknown as Flags;
    const { fleet } = await load();
    const { findRecords } = await import('../../../ground/audit/audit.journal.ts');
    const { auditLogFormats } = await import('../../../views/audit-log.ts');
    const records = await findRecords(await ctx.journal(), { since, kind, subject, actor, limit });
    return {
      finding: 'none',
      formats: auditLogFormats({ fleet: fleet.name, generatedAt: ctx.clock.now(), records }),
      next: ['agentops audit verify'],
    };
  },
};

export default log;
