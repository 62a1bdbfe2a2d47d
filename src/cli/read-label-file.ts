import { showPath } from '../fleet/problem-words.ts';
import { usageError } from '../ground/errors.ts';
import type { Context } from '../ground/runtime/context.ts';
import { type LabelItem, readLabels } from '../quality/expect/judges/label.ts';

const maxBytes = 64 * 1024 * 1024;
const maxTold = 20;

/** The answers and labels of a file. Throws a usage error that names each line that cannot be read. */
export const readLabelFile = ({ files }: Pick<Context, 'files'>, path: string): readonly LabelItem[] => {
  const read = readLabels(files.readText(path, maxBytes));
  if (read.items !== null) return read.items;
  const { problems } = read;
  const told = problems.slice(0, maxTold).map(({ line, problem }) => {
    const where = problem.path.length === 0 ? '' : `${showPath(problem.path)} `;
    return `${path}:${line}: ${where}${problem.message}`;
  });
  throw usageError({
    code: 'labels_invalid',
    message: [...told, ...(problems.length > maxTold ? [`and ${problems.length - maxTold} more`] : [])].join('\n'),
    hint: 'a line is {"input": …, "answer": …, "rubric": …, "label": "pass"}, or has reference in the place of rubric',
  });
};
