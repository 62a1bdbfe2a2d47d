import { basename, extname } from 'node:path';
import type { Fleet } from '../../fleet/agent.ts';
import type { FoundReference, Lookup } from '../../fleet/interpolate.ts';
import { openSources } from '../../fleet/open-sources.ts';
import { showPath } from '../../fleet/problem-words.ts';
import { type PlacedProblem, type Problem, readWith, suggestion } from '../../fleet/problems.ts';
import { distrustProblems, isAllowed } from '../../fleet/trust.ts';
import { locate } from '../../fleet/yaml.ts';
import { isObject, type Json } from '../../ground/json.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { loadExpectation } from '../expect/load-expectation.ts';
import type { CaseDefaults } from './load-case.ts';
import { openCaseSources, type Source } from './open-case-sources.ts';
import { type CaseDesk, casesOf, formatOf, readCaseFile, readPlacedTree } from './read-case-file.ts';
import { type ParsedSuite, suiteSchema } from './schema.ts';
import type { Suite, SuiteRequest } from './suite.ts';
import { holdsPlaceholder } from './template.ts';

export interface ReadSuite {
  readonly suite: Suite;
  readonly defaults: CaseDefaults;
  /** Begins anew each time. */
  readonly sources: () => readonly Source[];
  /** What is known to be wrong only when all cases were read. */
  readonly late: () => readonly PlacedProblem[];
}

/** Reads the file of a suite, all but the cases themselves. What is wrong is added to `problems`; null where nothing can be made of it. */
export const readSuite = async (
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
