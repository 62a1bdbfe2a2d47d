import type { Leaf } from '../../command.ts';
import { durationFlag } from '../../flags.ts';
import type { SilenceFlags } from '../../silence-alerts.ts';

const silence: Leaf = {
  formats: ['text', 'json'],
  arguments: [
    { name: '[rule[/agent]]', summary: 'a rule, or one agent of it: cost/support; or list, or end' },
    { name: '[silence]', summary: 'end: its id' },
  ],
  flags: [
    { flags: '--rule <glob>', summary: 'rules whose names match: budget-*' },
    { flags: '--agent <glob>', summary: 'agents whose names match' },
    { flags: '--all', summary: 'every rule of every agent' },
    { flags: '--for <duration>', summary: 'how long, 30 days at most; a silence always ends', parse: durationFlag },
    { flags: '--reason <text>', summary: 'why; others will read it' },
  ],
  examples: [
    ['agentops alerts silence cost/support --for 2h --reason "load test"', 'nobody is told of it until then; it is judged all the same'],
    ['agentops alerts silence --agent "batch-*" --for 1d --reason "backfill"', 'every rule of some agents'],
    ['agentops alerts silence list', 'what is silenced, by whom, why and until when'],
    ['agentops alerts silence end sil-1a2b3c4d', 'people are told again'],
  ],
  exits: [
    ['2', 'no time or no reason is given, or nothing of that name is there'],
    ['4', 'the silence is over already'],
  ],
  async run(session, [what, id], given) {
    const { beginSilence, endSilence, listSilences } = await import('../../silence-alerts.ts');
    const [word, silence] = [what as string | undefined, id as string | undefined];
    if (word === 'list' && silence === undefined) return listSilences(session);
    if (word === 'end') return endSilence(session, silence);
    return beginSilence(session, word, silence, given as unknown as SilenceFlags);
  },
};

export default silence;
