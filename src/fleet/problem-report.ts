import { basename, relative } from 'node:path';
import { type OpsError, usageError } from '../ground/errors.ts';
import { inertLine } from '../ground/output/escape.ts';
import type { PlacedProblem } from './problems.ts';
import type { At } from './slots.ts';

/** A file and everything that was found wrong in it and in the files it names. */
export interface BadFile {
  /** The machine word of the error: `manifest_invalid`. */
  readonly code: string;
  readonly path: string;
  readonly problems: readonly PlacedProblem[];
  readonly hint: string;
}

const maxTold = 100;

/** The first hundred problems at once, each as `file:line:column: sentence`, with paths as the reader would type them. */
export const badFile = ({ code, path, problems, hint }: BadFile, cwd: string): OpsError => {
  const near = (file: string) => {
    const short = relative(cwd, file);
    return short.startsWith('..') ? file : short;
  };
  const told = problems.slice(0, maxTold);
  const sentence = ({ message, also }: PlacedProblem) =>
    inertLine(also === undefined ? message : `${message} ${near(also.file)}:${also.line}`);
  const lines = told.flatMap((problem) => [
    `${inertLine(near(problem.at.file))}:${problem.at.line}:${problem.at.column}: ${sentence(problem)}`,
    ...(problem.hint === null ? [] : [`    hint: ${inertLine(problem.hint)}`]),
  ]);
  if (problems.length > maxTold) lines.push(`and ${problems.length - maxTold} more`);
  return usageError({
    code,
    message: `${basename(path)} has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}:\n  ${lines.join('\n  ')}`,
    hint,
    details: told.map((problem) => ({
      file: near(problem.at.file),
      line: problem.at.line,
      column: problem.at.column,
      message: sentence(problem),
      hint: problem.hint,
    })),
  });
};

const placeKey = ({ file, line, column }: At): string => `${file}:${line}:${column}`;

/** By file, line and column, each once. */
export const inOrder = (problems: readonly PlacedProblem[]): readonly PlacedProblem[] => {
  const seen = new Set<string>();
  return [...problems]
    .sort((a, b) => (a.at.file === b.at.file ? a.at.line - b.at.line || a.at.column - b.at.column : a.at.file < b.at.file ? -1 : 1))
    .filter(({ at, message }) => {
      const key = `${placeKey(at)}:${message}`;
      return seen.has(key) ? false : seen.add(key);
    });
};
