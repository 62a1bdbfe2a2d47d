import { bindableActions } from '../../controls/actions/bound.ts';
import type { PlacedProblem } from '../../fleet/problems.ts';
import { hashText } from '../../fleet/snapshot.ts';
import { OpsError } from '../../ground/errors.ts';
import { dig, isObject, parseJson } from '../../ground/json.ts';
import type { Context } from '../../ground/runtime/context.ts';
import type { Runbook } from './runbook.ts';
import type { ReadRunbook } from './runbook-file.ts';

export interface ParsedFile {
  /** Null where something is wrong. What it uses is not put in. */
  readonly runbook: Runbook | null;
  readonly problems: readonly RunbookProblem[];
}

/** Something wrong in a file, with the rule of `runbook lint` that it breaks; absent: it cannot be read at all. */
export interface RunbookProblem extends PlacedProblem {
  readonly rule?: string;
}

/** Counts up with every change of what a runbook is read as: what was kept before is read anew. */
const format = 4;
const maxBytes = 16 * 1024 * 1024;

/**
 * Reads runbooks, each once: one that was found good is kept as JSON beside the snapshot of the manifest, so that a later command loads
 * neither the reader of YAML nor schemas nor the language of expressions.
 * @param store where they are kept, absolute
 */
export const openParsed = ({ files }: Pick<Context, 'files'>, store: string) => {
  const known = readStore(files, store);
  const used = new Map<string, Runbook>();
  let isNew = false;
  return {
    read: async (path: string, text: string): Promise<ParsedFile> => {
      const hash = hashText(text);
      const kept = known[`${path}\n${hash}`];
      if (kept !== undefined) {
        used.set(`${path}\n${hash}`, kept);
        return { runbook: kept, problems: [] };
      }
      const parsed = await parse(text, path);
      if (parsed.runbook === null) return parsed;
      used.set(`${path}\n${hash}`, parsed.runbook);
      isNew = true;
      return parsed;
    },
    /** Writes down what was read anew; only time is lost where that fails. */
    keep: (): void => {
      if (!isNew) return;
      const others = Object.entries(known).filter(([key]) => ![...used.keys()].some((each) => pathOf(each) === pathOf(key)));
      try {
        files.writePrivate(store, JSON.stringify({ format, runbooks: Object.fromEntries([...others, ...used]) }));
      } catch (thrown) {
        if (!(thrown instanceof OpsError)) throw thrown;
      }
    },
  };
};

const pathOf = (key: string): string => key.slice(0, key.lastIndexOf('\n'));

const readStore = (files: Context['files'], store: string): Readonly<Record<string, Runbook>> => {
  try {
    const value = files.exists(store) ? parseJson(files.readText(store, maxBytes)) : null;
    const runbooks = dig(value, 'runbooks');
    return dig(value, 'format') === format && isObject(runbooks) ? (runbooks as unknown as Readonly<Record<string, Runbook>>) : {};
  } catch (thrown) {
    // What cannot be read is read anew, from the runbooks themselves.
    if (thrown instanceof OpsError) return {};
    throw thrown;
  }
};

const parse = async (text: string, path: string): Promise<ParsedFile> => {
  const { readRunbookText } = await import('./runbook-file.ts');
  const { runbook, problems, expressions } = readRunbookText(text, path);
  if (runbook === null) return { runbook, problems };
  const { misplacedHoles } = await import('./template-place.ts');
  const misplaced = [...runbook.steps, ...runbook.finally].flatMap((step) =>
    misplacedHoles(step).map((hole) => ({ ...hole, at: step.at })),
  );
  const wrong = [...misplaced, ...(await expressionProblems(runbook, expressions))];
  return { runbook: wrong.length === 0 ? runbook : null, problems: wrong };
};

const expressionProblems = async (runbook: Runbook, expressions: ReadRunbook['expressions']): Promise<readonly RunbookProblem[]> => {
  if (expressions.length === 0) return [];
  const [{ expressionProblem }, { agentFactNames, figureNames }] = await Promise.all([import('./expression.ts'), import('./scope.ts')]);
  const names = {
    params: runbook.params.map(({ name }) => name),
    agent: agentFactNames,
    figures: figureNames,
    controls: bindableActions,
    steps: [...runbook.steps, ...runbook.finally].map(({ id }) => id),
  };
  return expressions.flatMap(({ text, name, at }): readonly RunbookProblem[] => {
    const problem = text.includes('{{') ? null : expressionProblem(text, names);
    return problem === null ? [] : [{ at, message: `${name} ${problem.message}`, hint: problem.hint, rule: 'expression' }];
  });
};
