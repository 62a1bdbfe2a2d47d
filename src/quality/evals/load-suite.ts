import { basename, dirname, extname, resolve } from 'node:path';
import type { Fleet } from '../../fleet/agent.ts';
import type { FoundReference, Lookup } from '../../fleet/interpolate.ts';
import { openSources } from '../../fleet/open-sources.ts';
import { badFile, inOrder } from '../../fleet/problem-report.ts';
import { showPath } from '../../fleet/problem-words.ts';
import { type PlacedProblem, type Problem, readWith, suggestion } from '../../fleet/problems.ts';
import type { At } from '../../fleet/slots.ts';
import { type Allowance, distrustProblems, isAllowed } from '../../fleet/trust.ts';
import { locate } from '../../fleet/yaml.ts';
import { usageError } from '../../ground/errors.ts';
import { isObject, type Json } from '../../ground/json.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { loadExpectation } from '../expect/load-expectation.ts';
import { type CaseDefaults, loadCase } from './load-case.ts';
import { type CaseSource, openCaseSources } from './open-case-sources.ts';
import { type CaseDesk, casesOf, formatOf, readCaseFile, readPlacedTree } from './read-case-file.ts';
import { type ParsedSuite, suiteSchema } from './schema.ts';
import type { Case, LoadedSuite, Suite } from './suite.ts';
import { holdsPlaceholder } from './template.ts';

export interface SuiteRequest {
  /** The folder that the path of the suite is relative to; where nothing is there, the folder of the manifest. Also the reader's own. */
  readonly base: string;
  /** Null: everything the suite names is trusted. */
  readonly allowance: Allowance | null;
  /** When the run began, UTC epoch ms: windows of traces end here, and datasets are read as they stood then. The same for a resumed run. */
  readonly now: number;
}

const maxTold = 1000;
const hint = 'agentops explain suite.PATH tells what belongs where, for example: agentops explain suite.cases';

/**
 * Reads a suite and checks every case in it, so that all that is wrong is told before anything is sent. Cases are not held: `cases()`
 * reads them again, each when it is asked for. Throws a usage error with everything that is wrong; an unable error where a dataset or the
 * cache cannot be read.
 */
export const loadSuite = async (ctx: Context, fleet: Fleet, path: string, request: SuiteRequest): Promise<LoadedSuite> => {
  const file = findSuite(ctx, fleet, path, request.base);
  const problems: PlacedProblem[] = [];
  const read = await readSuite(ctx, fleet, file, request, problems);
  const invalid = (found: readonly PlacedProblem[]) =>
    badFile({ code: 'suite_invalid', path: file, problems: inOrder(found), hint }, request.base);
  if (read === null) throw invalid(problems);
  const { suite, defaults, sources } = read;
  const walk = () => readCases(sources(), defaults, request.allowance);
  const seen = new Map<string, At>();
  for await (const found of walk()) {
    if (problems.length >= maxTold) break;
    if ('problems' in found) problems.push(...found.problems);
    else {
      const { id } = found.case;
      const twin = seen.get(id);
      if (twin === undefined) seen.set(id, found.at);
      else problems.push({ at: found.at, ...twinProblem(id), also: twin });
    }
  }
  problems.push(...read.late());
  if (problems.length > 0) throw invalid(problems);
  return {
    suite,
    async *cases() {
      for await (const found of walk()) {
        if ('problems' in found) throw invalid(found.problems);
        yield found.case;
      }
    },
  };
};

/** A suite with what it says of every answer (`defaults:`), for answers that are none of its cases; those are not looked at. Throws as `loadSuite` does. */
export const loadSuiteDefaults = async (
  ctx: Context,
  fleet: Fleet,
  path: string,
  request: SuiteRequest,
): Promise<Pick<ReadSuite, 'suite' | 'defaults'>> => {
  const file = findSuite(ctx, fleet, path, request.base);
  const problems: PlacedProblem[] = [];
  const read = await readSuite(ctx, fleet, file, request, problems);
  if (read !== null) problems.push(...read.late());
  if (read === null || problems.length > 0)
    throw badFile({ code: 'suite_invalid', path: file, problems: inOrder(problems), hint }, request.base);
  return { suite: read.suite, defaults: read.defaults };
};

const twinProblem = (id: string): Pick<PlacedProblem, 'message' | 'hint'> =>
  /^[0-9a-f]{12}$/.test(id)
    ? { message: 'the same is asked already in', hint: 'give each of the two an id' }
    : { message: `a case ${JSON.stringify(id)} stands already in`, hint: 'give one of the two another id' };

const findSuite = ({ files }: Context, fleet: Fleet, path: string, base: string): string => {
  const places = [...new Set([resolve(base, path), resolve(dirname(fleet.path), path)])];
  const found = places.find((place) => files.exists(place) && !files.isFolder(place));
  if (found !== undefined) return found;
  const [place = ''] = places;
  const near = suggestion(
    basename(path),
    files.list(dirname(place)).filter((name) => formatOf(name) !== null),
  );
  throw usageError({
    code: 'suite_not_found',
    message: files.isFolder(place)
      ? `${path} is a folder, not a suite`
      : `there is no suite ${path}, neither in ${base} nor beside the manifest`,
    hint: near ?? 'name a .yaml, .jsonl or .csv file',
  });
};

interface ReadSuite {
  readonly suite: Suite;
  readonly defaults: CaseDefaults;
  /** Begins anew each time. */
  readonly sources: () => readonly CaseSource[];
  /** What is known to be wrong only when all cases were read. */
  readonly late: () => readonly PlacedProblem[];
}

const readSuite = async (
  ctx: Context,
  fleet: Fleet,
  file: string,
  request: SuiteRequest,
  problems: PlacedProblem[],
): Promise<ReadSuite | null> => {
  const { allowance } = request;
  const references: FoundReference[] = [];
  const outside = openSources(ctx, file);
  const lookup: Lookup = (reference, base) =>
    allowance === null || isAllowed(reference, allowance) ? outside.lookup(reference, base) : 'refused';
  const desk: CaseDesk = { files: ctx.files, lookup, onReference: (found) => references.push(found) };
  const late = () =>
    allowance === null
      ? []
      : distrustProblems(
          { references, urls: [], slots: [], state: { folder: '.', isOutside: false, at: { file, line: 1, column: 1 } } },
          allowance,
        );

  if (formatOf(file) !== 'tree') {
    const bare = suiteSchema.parse({ from: file });
    if (formatOf(file) === null)
      problems.push({ at: { file, line: 1, column: 1 }, message: 'this is no file of a suite', hint: formatHint });
    return { ...assemble(bare, file), sources: () => (formatOf(file) === null ? [] : [() => readCaseFile(desk, file)]), late };
  }
  const tree = readPlacedTree(desk, file, () => suiteSchema);
  problems.push(...tree.problems);
  const { root } = tree;
  if (root === null) return null;
  if (root.kind !== 'map') {
    problems.push({ at: root.at, message: 'the file must be a map', hint: 'begin with cases:, and write the list below it' });
    return null;
  }
  const place = ({ path, about, message, hint: how }: Problem): PlacedProblem => ({
    at: locate(root, path, about),
    message: path.length === 0 ? `the suite ${message}` : `${showPath(path)} ${message}`,
    hint: how,
  });
  const given = isObject(tree.value) ? tree.value : {};
  // Cases are checked one by one, with all that belongs to them.
  const inline: readonly unknown[] = Array.isArray(given['cases']) ? given['cases'] : [];
  const parsed = readWith(suiteSchema, Array.isArray(given['cases']) ? { ...given, cases: [] } : given);
  if ('problems' in parsed) problems.push(...parsed.problems.map(place));
  const knownAgents = fleet.agents.map(({ name }) => name);
  const { agent } = given;
  if (typeof agent === 'string' && !knownAgents.includes(agent)) {
    const message = `names no agent of this fleet (found ${JSON.stringify(agent)})`;
    problems.push(place({ path: ['agent'], about: 'value', message, hint: suggestion(agent, knownAgents) }));
  }
  const { shared, wrong } = await readShared(given);
  problems.push(...wrong.map(place));
  const data = 'data' in parsed ? parsed.data : salvaged(given);
  const list = root.entries.get('cases');
  const named = openCaseSources({ ctx, fleet, file, request, desk, outside, data, root }, problems);
  const sources = () => [...(list === undefined ? [] : [() => casesOf(list, inline, ['cases'])]), ...named];
  const { suite, defaults } = assemble(data, file);
  return { suite, defaults: { ...defaults, expect: shared }, sources, late };
};

/** Of a suite with mistakes, what its cases rely on and where they come from: what is wrong there is found in the same go. */
const salvaged = (given: Readonly<Record<string, Json>>): ParsedSuite => {
  const { vars, from, agent, defaults } = suiteSchema.shape;
  const kept = Object.entries({ vars, from, agent, defaults }).flatMap(([key, schema]) => {
    const read = schema.safeParse(given[key]);
    return read.success && read.data !== undefined ? [[key, given[key]] as const] : [];
  });
  return suiteSchema.parse({ cases: [], ...Object.fromEntries(kept) });
};

/** What passes in place of an assertion of the suite that is told to be wrong already. */
const standIn: Json = { outcome: 'ok' };

/** The assertions of the suite, checked where they stand unless they wait for the variables of a case. */
const readShared = async (
  given: Readonly<Record<string, Json>>,
): Promise<{ readonly shared: readonly Json[]; readonly wrong: readonly Problem[] }> => {
  const { expect } = isObject(given['defaults']) ? given['defaults'] : {};
  const items: readonly Json[] = Array.isArray(expect) ? expect : [];
  const wrong: Problem[] = [];
  const shared = await Promise.all(
    items.map(async (item, at) => {
      const checked = holdsPlaceholder(item) ? null : await loadExpectation(item);
      if (checked === null || checked.ok) return item;
      wrong.push(...checked.problems.map((each) => ({ ...each, path: ['defaults', 'expect', at, ...each.path] })));
      return standIn;
    }),
  );
  return { shared, wrong };
};

const formatHint = 'a suite is a .yaml or .json file; cases may also stand in a .jsonl or .csv file';

const assemble = (data: ParsedSuite, file: string): Pick<ReadSuite, 'suite' | 'defaults'> => ({
  suite: {
    name: data.name ?? basename(file, extname(file)),
    path: file,
    description: data.description ?? null,
    agent: data.agent ?? null,
    repeats: data.repeats,
    timeoutMs: data.timeout ?? null,
    maxCostNanos: data.max_usd ?? null,
    gate: {
      minPassRate: data.gate.min_pass_rate ?? null,
      alpha: data.gate.alpha,
      broadShare: data.gate.broad_share,
      minEffect: data.gate.min_effect,
      window: data.gate.window,
      maxExtraRepeats: data.gate.max_extra_repeats,
      onInconclusive: data.gate.on_inconclusive,
    },
  },
  defaults: {
    severity: data.severity,
    cluster: data.cluster ?? null,
    tags: data.tags,
    vars: data.vars as CaseDefaults['vars'],
    input: data.defaults.input ?? null,
    turns: (data.defaults.turns as CaseDefaults['turns']) ?? null,
    expect: data.defaults.expect as readonly Json[],
  },
});

type FoundCase = { readonly case: Case; readonly at: At } | { readonly problems: readonly PlacedProblem[] };

async function* readCases(sources: readonly CaseSource[], defaults: CaseDefaults, allowance: Allowance | null): AsyncGenerator<FoundCase> {
  for (const source of sources) {
    for await (const read of source()) {
      if ('problem' in read) {
        yield { problems: [read.problem] };
        continue;
      }
      const loaded = await loadCase(read.raw, defaults, allowance);
      if (loaded.case === null) yield { problems: loaded.problems };
      else yield { case: loaded.case, at: read.raw.at };
    }
  }
}
