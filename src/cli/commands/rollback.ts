import type { Leaf } from '../command.ts';
import type { ConfirmFlags } from '../confirm-plan.ts';
import { confirmFlags, runExits } from '../flags.ts';

interface Flags extends ConfirmFlags {
  readonly prompt?: string | true;
  readonly model?: string;
  readonly deploy?: string | true;
}

const rollback: Leaf = {
  formats: ['text', 'json'],
  arguments: [{ name: '<agent>', summary: 'the agent' }],
  flags: [
    { flags: '--prompt [version]', summary: 'its prompt; default: the version before' },
    { flags: '--model <name>', summary: 'its model, back to this one' },
    { flags: '--deploy [revision]', summary: 'its deployment; default: the revision before' },
    ...confirmFlags,
  ],
  examples: [
    ['agentops rollback support --prompt', 'the version before, and asks the agent whether it is right now'],
    ['agentops rollback support --deploy 41', 'a certain revision'],
  ],
  exits: runExits,
  async run(session, [agent], given) {
    const flags = given as unknown as Flags;
    const [{ askedRunbook }, { carryOut }, { usageError }] = await Promise.all([
      import('../asked-runbook.ts'),
      import('../carry-out.ts'),
      import('../../ground/errors.ts'),
    ]);
    const named = (['prompt', 'model', 'deploy'] as const).filter((what) => flags[what] !== undefined);
    const [what] = named;
    if (what === undefined || named.length > 1)
      throw usageError({
        code: named.length > 1 ? 'flags_conflict' : 'usage',
        message: named.length > 1 ? `--${named.join(' and --')} are two things to roll back` : 'rollback needs to know what goes back',
        hint: `agentops rollback ${agent} --prompt, --model NAME or --deploy`,
      });
    const to = flags[what];
    const param = [`what=${what}`, ...(typeof to === 'string' ? [`to=${to}`] : [])];
    return carryOut(session, await askedRunbook(session, 'rollback', { agent: String(agent), param }), flags);
  },
};

export default rollback;
