import { badFile } from '../../fleet/problem-report.ts';
import { showPath } from '../../fleet/problem-words.ts';
import type { PlacedProblem, Problem } from '../../fleet/problems.ts';
import { readByKind } from '../../fleet/read-slot.ts';
import { locate, parseYaml, plainValue, type YamlNode } from '../../fleet/yaml.ts';
import { isObject } from '../../ground/json.ts';
import type { Context } from '../../ground/runtime/context.ts';
import type { Rule } from './rule.ts';
import { ruleKinds } from './rule-fields.ts';
import { rulesOf } from './rules.ts';
import { alerts } from './schema.ts';

const maxRuleBytes = 1024 * 1024;
const reader = readByKind('type', 'alert rule', ruleKinds);

/**
 * The rules of a file that holds what stands under `alerts:` of a manifest, with or without that key. Throws a usage error with everything
 * that is wrong with it.
 * @param path absolute @param agents the names that rules may name @param cwd where paths are told from
 */
export const loadRules = async (
  { files }: Pick<Context, 'files'>,
  { path, agents, cwd }: { readonly path: string; readonly agents: readonly string[]; readonly cwd: string },
): Promise<readonly Rule[]> => {
  const { root, problems: syntax } = parseYaml(files.readText(path, maxRuleBytes), path);
  const refuse = (problems: readonly PlacedProblem[]) =>
    badFile({ code: 'rules_invalid', path, problems, hint: 'agentops explain alerts tells what belongs where' }, cwd);
  if (syntax.length > 0) throw refuse(syntax);
  const value = root === null ? null : plainValue(root);
  const isWrapped = isObject(value) && Array.isArray(value['alerts']);
  const entries: unknown = isWrapped ? value['alerts'] : value;
  const top: readonly PropertyKey[] = isWrapped ? ['alerts'] : [];
  if (root === null || !Array.isArray(entries))
    throw refuse([
      {
        at: root?.at ?? { file: path, line: 1, column: 1 },
        message: 'the file must hold a list of rules, with or without alerts: before it',
        hint: 'begin with - rule: NAME',
      },
    ]);
  const place = placing(root);
  const slots = [];
  const problems: PlacedProblem[] = [];
  for (const [at, entry] of entries.entries()) {
    const reading = await reader.read(entry);
    if ('problems' in reading) problems.push(...reading.problems.map((each) => place({ ...each, path: [...top, at, ...each.path] })));
    else slots.push({ ...reading, at: locate(root, [...top, at], 'value') });
  }
  const named = { alerts: entries, agents: Object.fromEntries(agents.map((name) => [name, {}])) };
  const contradictions = alerts
    .contradictions(named)
    .map((each) => ({ ...each, path: [...top, ...each.path.slice(1)], about: 'value' as const }));
  problems.push(...contradictions.map(place));
  if (problems.length > 0) throw refuse(problems);
  return rulesOf({ sections: { alerts: slots } });
};

const placing =
  (root: YamlNode) =>
  ({ path, about, message, hint }: Problem): PlacedProblem => ({
    at: locate(root, path, about),
    message: `${showPath(path)} ${message}`,
    hint,
  });
