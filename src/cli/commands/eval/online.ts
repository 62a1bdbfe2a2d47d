import type { Leaf } from '../../command.ts';
import { countFlag, dailyMoneyFlag, durationFlag, listFlag, repeatedFlag, shareFlag } from '../../flags.ts';
import type { OnlineFlags } from '../../grade-online.ts';

const online: Leaf = {
  formats: ['text', 'json'],
  flags: [
    { flags: '--backend <names>', summary: 'only answers whose traces come from these backends', parse: listFlag },
    { flags: '--agent <names>', summary: 'only answers of these agents', parse: listFlag },
    { flags: '--rate <share>', summary: 'the share of traces that is graded', parse: shareFlag, fallback: 0.05 },
    { flags: '--max-usd <amount/day>', summary: 'what judges may cost in a UTC day, all runs together', parse: dailyMoneyFlag },
    { flags: '--suite <file>', summary: 'hold answers against its defaults.expect; default: the suites under evals: of each agent' },
    { flags: '--expect <assertion>', summary: 'hold answers against this instead; may be given several times', parse: repeatedFlag },
    {
      flags: '--since <duration>',
      summary: 'look this far back; default: from where the last run ended, at first a day',
      parse: durationFlag,
    },
    { flags: '--concurrency <n>', summary: 'answers graded at the same time', parse: countFlag, fallback: 4 },
    { flags: '--write-back', summary: 'also write the scores to the backends that the traces came from' },
    { flags: '--dry-run', summary: 'show what would be graded; ask nobody, keep nothing' },
  ],
  examples: [
    ['agentops eval online --backend prod --rate 5% --max-usd 3/day', 'after each sync: grade a share of what production answered'],
    ["agentops eval online --agent support --expect 'llm-rubric: It is polite'", 'without a suite'],
    ['agentops eval online --suite suites/support.yaml --write-back', 'the scores go to the backend too'],
  ],
  exits: [
    ['0', 'everything that was drawn is graded; scores are no finding here, agentops status holds them against the SLA'],
    ['2', 'wrong usage: capture is not io, a judge or its price is missing; nothing was sent'],
    ['3', 'the cap of the day is reached, or the judges do not answer; a later run goes on'],
    ['4', 'another process is grading'],
  ],
  async run(session, _arguments, given) {
    const { gradeOnline } = await import('../../grade-online.ts');
    return gradeOnline(session, given as unknown as OnlineFlags);
  },
};

export default online;
