import type { Leaf } from '../command.ts';
import { durationFlag } from '../flags.ts';

interface Flags {
  readonly agent?: string;
  readonly all?: boolean;
  readonly for: number;
  readonly reason?: string;
}

const longestMs = 30 * 86_400_000;

const freeze: Leaf = {
  formats: ['text', 'json'],
  flags: [
    { flags: '--agent <name>', summary: 'only actions on this agent; without it, on the whole fleet' },
    { flags: '--all', summary: 'also containment of class safety, which begins by itself otherwise' },
    { flags: '--for <duration>', summary: 'how long, 30 days at most', parse: durationFlag, fallback: '4h' },
    { flags: '--reason <text>', summary: 'why; others will read it' },
  ],
  examples: [
    ['agentops freeze --for 4h --reason "migrating the gateway"', 'nothing automatic begins until then; people still can'],
    ['agentops freeze --agent support --all --for 30m --reason "investigated"', 'not even containment of class safety'],
  ],
  exits: [['2', 'no reason is given, or it would last longer than 30 days']],
  async run({ ctx, fleet: load }, _args, given) {
    const { agent, all, for: forMs, reason = '' } = given as unknown as Flags;
    const [{ requireAgent }, { recordFreeze }, { activeFreezes }, { freezeFormats }, { usageError }] = await Promise.all([
      import('../../fleet/select.ts'),
      import('../../response/incidents/record-freeze.ts'),
      import('../../controls/actions/freezes.journal.ts'),
      import('../../views/freeze.ts'),
      import('../../ground/errors.ts'),
    ]);
    if (reason.trim() === '')
      throw usageError({
        code: 'usage',
        message: 'freeze needs --reason',
        hint: 'agentops freeze --for 4h --reason "migrating the gateway"',
      });
    if (forMs > longestMs)
      throw usageError({ code: 'flag_invalid', message: '--for is longer than 30 days', hint: 'freeze again when it ends' });
    const { fleet } = await load();
    const name = agent === undefined ? null : requireAgent(fleet, agent).name;
    const begun = await recordFreeze(ctx, { agent: name, stopsSafety: all === true, forMs, reason: reason.trim() });
    const journal = await ctx.journal();
    const now = await journal.now();
    return {
      finding: 'none',
      formats: freezeFormats({ fleet: fleet.name, generatedAt: now, changed: [begun], active: await activeFreezes(journal, now) }),
      next: [`agentops unfreeze${name === null ? '' : ` --agent ${name}`}`, 'agentops status'],
    };
  },
};

export default freeze;
