import type { Leaf } from '../../command.ts';

const calibrate: Leaf = {
  formats: ['text', 'json'],
  flags: [
    { flags: '--labels <file>', summary: 'answers with the labels of people, one JSON object a line (agentops eval label writes them)' },
    { flags: '--judge <name>', summary: 'the entry of judges: that is asked; needed where there are several' },
    { flags: '--to <file>', summary: 'also write the result to a file, to be committed for machines that remember nothing' },
  ],
  examples: [
    ['agentops eval calibrate --labels labels.jsonl', 'may the judge decide? Until then its grades are only shown'],
    ['agentops eval calibrate --labels l.jsonl --judge board --to board.json', 'a panel, for CI'],
  ],
  exits: [
    ['0', 'the judge decides from now on'],
    ['1', 'it does not agree enough with people, or there are too few labels: it stays advisory'],
    ['2', 'wrong usage, labels that cannot be read, no judge; nothing was sent'],
    ['3', 'the judge gave no verdict on any answer'],
  ],
  async run(session, _arguments, flags) {
    const { calibrateJudge } = await import('../../calibrate-judge.ts');
    return calibrateJudge(session, flags);
  },
};

export default calibrate;
