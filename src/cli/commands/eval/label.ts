import type { Leaf } from '../../command.ts';

interface Flags {
  readonly to: string;
}

const label: Leaf = {
  formats: ['text', 'json'],
  arguments: [
    { name: '<what>', summary: 'a run whose answers were kept (capture: io), or latest; or a file of answers, one JSON object a line' },
  ],
  flags: [{ flags: '--to <file>', summary: 'where the labels go; what it holds already is not asked again', fallback: 'labels.jsonl' }],
  examples: [
    ['agentops eval label latest', 'each answer that a model judges, with its criterion: p pass, f fail, s skip, q quit'],
    ['agentops eval label answers.jsonl --to labels.jsonl', 'answers from elsewhere: {"input": …, "answer": …, "rubric": …}'],
  ],
  exits: [
    ['0', 'labelled, or left with q: the same command goes on'],
    ['2', 'no terminal; or a run that kept no answers, or none that a model judges'],
  ],
  async run(session, [what], flags) {
    const { labelAnswers } = await import('../../label-answers.ts');
    return labelAnswers(session, String(what), (flags as unknown as Flags).to);
  },
};

export default label;
