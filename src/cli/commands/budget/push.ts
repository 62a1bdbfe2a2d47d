import type { Leaf } from '../../command.ts';
import type { ConfirmFlags } from '../../confirm-plan.ts';
import { choiceFlag, confirmFlags, countFlag, runExits } from '../../flags.ts';
import type { PushFlags } from '../../push-budget.ts';

const periods = ['day', 'month'] as const;

const push: Leaf = {
  formats: ['text', 'json'],
  arguments: [{ name: '<agent>', summary: 'the agent' }],
  flags: [
    {
      flags: `--per <${periods.join('|')}>`,
      summary: 'which budget of the manifest; default: that of a day, else of a month',
      parse: choiceFlag(periods),
    },
    { flags: '--requests-per-minute <n>', summary: 'requests in a minute, beside the dollars', parse: countFlag },
    { flags: '--tokens-per-minute <n>', summary: 'tokens in a minute', parse: countFlag },
    { flags: '--max-parallel <n>', summary: 'requests at the same time', parse: countFlag },
    ...confirmFlags,
  ],
  examples: [
    ['agentops budget push support', 'the gateway refuses what goes beyond budget.per_day, in the middle of a request too'],
    ['agentops budget push support --max-parallel 20 --yes', 'and what goes beyond twenty requests at a time'],
  ],
  exits: runExits,
  async run(session, [agent], given) {
    const { pushBudget } = await import('../../push-budget.ts');
    return pushBudget(session, String(agent), given as unknown as PushFlags & ConfirmFlags);
  },
};

export default push;
