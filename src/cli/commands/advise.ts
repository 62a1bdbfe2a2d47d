import type { Strategy } from '../../telemetry/advice/saving.ts';
import type { Leaf } from '../command.ts';
import { choicesFlag, countFlag, moneyFlag, windowFlag } from '../flags.ts';

interface Flags {
  readonly since: number;
  readonly strategy?: readonly Strategy[];
  readonly min: number;
  readonly top: number;
  readonly apply?: boolean;
  readonly yes?: boolean;
}

const strategies: readonly Strategy[] = ['response-cache', 'routing', 'prompt-cache', 'batching', 'distillation', 'budget'];

const advise: Leaf = {
  formats: ['text', 'json', 'markdown'],
  arguments: [
    { name: '[agent|budgets]', summary: 'only this agent, looked at more closely; budgets: what a request may cost' },
    { name: '[agent]', summary: 'budgets: only this agent' },
  ],
  flags: [
    { flags: '--since <duration>', summary: 'how far back; two weeks or more are a measurement', parse: windowFlag, fallback: '30d' },
    { flags: `--strategy <${strategies.join('|')}>`, summary: 'only these; several with commas', parse: choicesFlag(strategies) },
    { flags: '--min <money>', summary: 'what saves less a month is not shown', parse: moneyFlag, fallback: '$1' },
    { flags: '--top <n>', summary: 'how many are shown', parse: countFlag, fallback: 20 },
    { flags: '--apply', summary: 'budgets: write them into the manifest, once the change is confirmed' },
    { flags: '-y, --yes', summary: 'budgets: do not ask' },
  ],
  examples: [
    ['agentops advise', 'what would save most, with its range and how sure it is'],
    ['agentops advise support --verbose', 'what each rests on, what it may spoil, and the next step'],
    ['agentops advise --strategy routing,prompt-cache --min 50 --json', 'every fact of some of them'],
    ['agentops advise budgets', 'what one request of each agent may cost at the most, and whom that would have stopped'],
    ['agentops advise budgets support --apply', 'write it into the manifest; comments and spacing stay'],
  ],
  exits: [
    ['3', 'nothing is known of what any agent asked models'],
    ['4', 'budgets: not confirmed, or a file changed meanwhile; nothing was written'],
  ],
  async run(session, words, given) {
    const flags = given as unknown as Flags;
    const [first = null, second = null] = words as readonly (string | undefined)[];
    if (first === 'budgets') {
      const { adviseBudgets } = await import('../advise-budgets.ts');
      return adviseBudgets(session, second, { windowMs: flags.since, apply: flags.apply === true, yes: flags.yes === true });
    }
    if (second !== null || flags.apply === true || flags.yes === true) await refuse(second);
    const { showAdvice } = await import('../show-advice.ts');
    const { since: windowMs, strategy = [], min: leastNanos, top } = flags;
    return showAdvice(session, first, { windowMs, strategies: strategy, leastNanos, top });
  },
};

/** Only budgets are written, and only they take a further word. */
const refuse = async (word: string | null): Promise<never> => {
  const { usageError } = await import('../../ground/errors.ts');
  throw usageError({
    code: 'usage',
    message: word === null ? '--apply and --yes go with budgets' : 'advise takes one agent',
    hint: 'agentops advise budgets --apply',
  });
};

export default advise;
