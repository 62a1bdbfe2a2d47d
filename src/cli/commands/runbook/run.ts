import type { Leaf } from '../../command.ts';
import type { ConfirmFlags } from '../../confirm-plan.ts';
import { confirmFlags, repeatedFlag, runExits } from '../../flags.ts';

interface Flags extends ConfirmFlags {
  readonly agent?: string;
  readonly param?: readonly string[];
}

const run: Leaf = {
  formats: ['text', 'json'],
  arguments: [{ name: '<runbook>', summary: 'its name, or a file' }],
  flags: [
    { flags: '--agent <name>', summary: 'the agent it is about' },
    { flags: '--param <name=value>', summary: 'a parameter; several times for several', parse: repeatedFlag },
    ...confirmFlags,
  ],
  examples: [
    ['agentops runbook run runaway-loop --agent support', 'shows what will change, asks, and watches it contained'],
    ['agentops runbook run throttle --agent support --param for=30m --yes', 'without being asked'],
    ['agentops runbook run kill --agent support --confirm 3f9c01aa7d52', 'where nobody can be asked: just that plan'],
  ],
  exits: runExits,
  async run(session, [name], given) {
    const flags = given as unknown as Flags;
    const [{ askedRunbook }, { carryOut }] = await Promise.all([import('../../asked-runbook.ts'), import('../../carry-out.ts')]);
    return carryOut(session, await askedRunbook(session, String(name), flags), flags);
  },
};

export default run;
