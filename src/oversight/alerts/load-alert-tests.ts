import { dirname, resolve } from 'node:path';
import type { Fleet } from '../../fleet/agent.ts';
import { badFile, inOrder } from '../../fleet/problem-report.ts';
import { showPath } from '../../fleet/problem-words.ts';
import { type PlacedProblem, type Problem, readWith, suggestion } from '../../fleet/problems.ts';
import { locate, parseYaml, plainValue } from '../../fleet/yaml.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { parseInstant } from '../../ground/units/instant.ts';
import { readAlertName } from './alert-name.ts';
import type { AlertTest, TestInput } from './alert-test.ts';
import { alertTestsFile, type ParsedAlertTest, type SeriesName, seriesKinds } from './alert-test-fields.ts';
import { loadRules } from './load-rules.ts';
import type { Rule } from './rule.ts';
import { rulesOf } from './rules.ts';
import { parseSeries, type Series } from './series.ts';

const maxBytes = 4 * 1024 * 1024;

export interface LoadedTests {
  /** Absolute. */
  readonly path: string;
  readonly rules: readonly Rule[];
  readonly tests: readonly AlertTest[];
}

/** The tests of a file, with the rules they are of. Throws a usage error with everything that is wrong with them, each thing at its place. */
export const loadAlertTests = async (
  ctx: Pick<Context, 'files'>,
  fleet: Fleet,
  { path: given, cwd }: { readonly path: string; readonly cwd: string },
): Promise<LoadedTests> => {
  const path = resolve(cwd, given);
  const { root, problems: syntax } = parseYaml(ctx.files.readText(path, maxBytes), path);
  const refuse = (problems: readonly PlacedProblem[]) =>
    badFile(
      {
        code: 'alert_tests_invalid',
        path,
        problems: inOrder(problems),
        hint: 'begin with tests:, and write - { name, input, alerts } below it',
      },
      cwd,
    );
  if (root === null || syntax.length > 0)
    throw refuse(syntax.length > 0 ? syntax : [{ at: { file: path, line: 1, column: 1 }, message: 'the file is empty', hint: null }]);
  const place = ({ path: where, about, message, hint }: Problem): PlacedProblem => ({
    at: locate(root, where, about),
    message: where.length === 0 ? `the file ${message}` : `${showPath(where)} ${message}`,
    hint,
  });
  const read = readWith(alertTestsFile, plainValue(root));
  if ('problems' in read) throw refuse(read.problems.map(place));
  const agents = fleet.agents.map(({ name }) => name);
  const file = read.data.rules;
  const rules = file === undefined ? rulesOf(fleet) : await loadRules(ctx, { path: resolve(dirname(path), file), agents, cwd });
  const problems: Problem[] = [];
  const tests = read.data.tests.map((test, at) => testOf(test, ['tests', at], problems));
  for (const [at, test] of read.data.tests.entries())
    problems.push(...strangers(test, ['tests', at], { agents, rules, channels: Object.keys(fleet.notify) }));
  if (problems.length > 0) throw refuse(problems.map(place));
  return { path, rules, tests };
};

type Path = readonly PropertyKey[];

const wrong = (path: Path, message: string, hint: string | null = null): Problem => ({ path, about: 'value', message, hint });

const testOf = ({ at, input, ...rest }: ParsedAlertTest, path: Path, problems: Problem[]): AlertTest => ({
  ...rest,
  from: Math.floor((parseInstant(at) ?? 0) / 60_000_000) * 60_000,
  input: input.map(({ agent, usual, ...given }, place): TestInput => {
    const series: Partial<Record<SeriesName, Series>> = {};
    for (const [name, text] of Object.entries(given) as [SeriesName, string | number | undefined][]) {
      if (text === undefined) continue;
      const parsed = parseSeries(String(text), seriesKinds[name]);
      if ('problem' in parsed) problems.push(wrong([...path, 'input', place, name], parsed.problem));
      else series[name] = parsed;
    }
    const minutes = series.requests?.length;
    // Nothing can be held against requests that cannot be read.
    if (minutes === undefined) return { agent, usual: usual ?? null, series };
    for (const [name, values] of Object.entries(series))
      if (values.length > minutes)
        problems.push(wrong([...path, 'input', place, name], `has ${values.length} minutes, and requests has ${minutes}`));
    const tooMany = series.errors?.findIndex((errors, minute) => (errors ?? 0) > (series.requests?.[minute] ?? 0)) ?? -1;
    if (tooMany >= 0) problems.push(wrong([...path, 'input', place, 'errors'], `has more errors than requests in minute ${tooMany}`));
    return { agent, usual: usual ?? null, series };
  }),
});

/** Names that nobody has: a test of them would pass for the wrong reason. */
const strangers = (
  { input, alerts, notifications = [], routes }: ParsedAlertTest,
  path: Path,
  {
    agents,
    rules,
    channels,
  }: { readonly agents: readonly string[]; readonly rules: readonly Rule[]; readonly channels: readonly string[] },
): readonly Problem[] => {
  const ruleNames = rules.map(({ name }) => name);
  const known = (what: string, name: string, valid: readonly string[], where: Path): readonly Problem[] =>
    valid.includes(name) ? [] : [wrong([...path, ...where], `names no ${what} (found ${JSON.stringify(name)})`, suggestion(name, valid))];
  const alert = (text: string, where: Path): readonly Problem[] => {
    const name = readAlertName(text);
    if (name === null || name.agent === null)
      return [wrong([...path, ...where], `is no alert (found ${JSON.stringify(text)})`, 'write it like errors/support')];
    return [...known('rule', name.rule, ruleNames, where), ...known('agent of the fleet', name.agent, agents, where)];
  };
  return [
    ...input.flatMap(({ agent }, at) => known('agent of the fleet', agent, agents, ['input', at, 'agent'])),
    ...alerts.flatMap(({ firing = [], pending = [] }, at) => [
      ...firing.flatMap((text, place) => alert(text, ['alerts', at, 'firing', place])),
      ...pending.flatMap((text, place) => alert(text, ['alerts', at, 'pending', place])),
    ]),
    ...notifications.flatMap(({ alert: text, channels: named }, at) => [
      ...alert(text, ['notifications', at, 'alert']),
      ...named.flatMap((name, place) => known('channel under notify', name, channels, ['notifications', at, 'channels', place])),
    ]),
    ...routes.flatMap(({ rule, agent, category, severity, channels: named }, at) => [
      // With both given a route may be asked for a rule that is still to be written.
      ...(category !== undefined && severity !== undefined ? [] : known('rule', rule, ruleNames, ['routes', at, 'rule'])),
      ...(agent === undefined ? [] : known('agent of the fleet', agent, agents, ['routes', at, 'agent'])),
      ...named.flatMap((name, place) => known('channel under notify', name, channels, ['routes', at, 'channels', place])),
    ]),
  ];
};
