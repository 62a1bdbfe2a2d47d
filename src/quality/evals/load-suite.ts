import type { Fleet } from '../../fleet/agent.ts';
import { badFile, inOrder } from '../../fleet/problem-report.ts';
import type { PlacedProblem } from '../../fleet/problems.ts';
import type { At } from '../../fleet/slots.ts';
import type { Allowance } from '../../fleet/trust.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { detectSuite } from './detect-suite.ts';
import { type CaseDefaults, loadCase } from './load-case.ts';
import type { Source } from './open-case-sources.ts';
import type { RawCase } from './raw-case.ts';
import { readSuite } from './read-suite.ts';
import type { Case, LoadedSuite, SuiteRequest } from './suite.ts';

const maxTold = 1000;
/** Cases, and characters as they were read, of a suite that is held; cases of a larger one are read again each time they are asked for. */
const mostHeld = { cases: 2000, length: 4_000_000 };
const hint = 'agentops explain suite.PATH tells what belongs where, for example: agentops explain suite.cases';

/**
 * Reads a suite and checks every case in it, so that all that is wrong is told before anything is sent. A large suite is not held: its
 * `cases()` reads them again, each when it is asked for. Throws a usage error with everything that is wrong; an unable error where a dataset
 * or the cache cannot be read.
 */
export const loadSuite = async (ctx: Context, fleet: Fleet, path: string, request: SuiteRequest): Promise<LoadedSuite> => {
  const file = detectSuite(ctx, fleet, path, request.base);
  const problems: PlacedProblem[] = [];
  const read = await readSuite(ctx, fleet, file, request, problems);
  const invalid = (found: readonly PlacedProblem[]) =>
    badFile({ code: 'suite_invalid', path: file, problems: inOrder(found), hint }, request.base);
  if (read === null) throw invalid(problems);
  const { suite, defaults, sources } = read;
  const walk = () => readCases(sources(), defaults, request.allowance);
  const seen = new Map<string, At>();
  const shelf = openShelf();
  for await (const found of walk()) {
    if (problems.length >= maxTold) break;
    if ('problems' in found) problems.push(...found.problems);
    else {
      const { id } = found.case;
      const { at } = found.raw;
      const twin = seen.get(id);
      if (twin === undefined) seen.set(id, at);
      else problems.push({ at, ...twinProblem(id), also: twin });
      shelf.put(found);
    }
  }
  problems.push(...read.late());
  if (problems.length > 0) throw invalid(problems);
  const held = shelf.whole();
  return {
    suite,
    async *cases() {
      if (held !== null) {
        yield* held;
        return;
      }
      for await (const found of walk()) {
        if ('problems' in found) throw invalid(found.problems);
        yield found.case;
      }
    },
  };
};

const twinProblem = (id: string): Pick<PlacedProblem, 'message' | 'hint'> =>
  /^[0-9a-f]{12}$/.test(id)
    ? { message: 'the same is asked already in', hint: 'give each of the two an id' }
    : { message: `a case ${JSON.stringify(id)} stands already in`, hint: 'give one of the two another id' };

interface ReadableCase {
  readonly case: Case;
  readonly raw: RawCase;
}

/** Holds cases as long as there is room for all of them. */
const openShelf = () => {
  let held: Case[] | null = [];
  let length = 0;
  return {
    put({ case: each, raw }: ReadableCase) {
      if (held === null) return;
      length += JSON.stringify([raw.value, raw.recorded]).length;
      held.push(each);
      if (held.length > mostHeld.cases || length > mostHeld.length) held = null;
    },
    /** Null: they were too many. */
    whole: (): readonly Case[] | null => held,
  };
};

async function* readCases(
  sources: readonly Source[],
  defaults: CaseDefaults,
  allowance: Allowance | null,
): AsyncGenerator<ReadableCase | { readonly problems: readonly PlacedProblem[] }> {
  for (const source of sources) {
    for await (const read of source()) {
      if ('problem' in read) {
        yield { problems: [read.problem] };
        continue;
      }
      const loaded = await loadCase(read.raw, defaults, allowance);
      if (loaded.case === null) yield { problems: loaded.problems };
      else yield { case: loaded.case, raw: read.raw };
    }
  }
}
