import type { At } from './slots.ts';
import { parseYaml, plainValue, type YamlMap, type YamlNode } from './yaml.ts';

/**
 * A file of a manifest with the most that one request of an agent may cost, changed in that one place: comments, order and spacing stay as
 * they are. Null where the agent does not stand in the file as plain text that can be changed: an alias, a merge, or nothing at all.
 * @param money as the manifest writes it, `$0.40`
 */
export const withRequestBudget = (text: string, file: string, agent: string, money: string): string | null => {
  const { root, problems } = parseYaml(text, file);
  const node = entryOf(entryOf(root, 'agents'), agent);
  if (root === null || problems.length > 0 || node?.kind !== 'map') return null;
  const edit = editOf(text, node, money);
  if (edit === null) return null;
  const edited = text.slice(0, edit.from) + edit.text + text.slice(edit.to);
  return saysSame(root, edited, file, agent, money) ? edited : null;
};

const entryOf = (node: YamlNode | null | undefined, key: string): YamlNode | null =>
  node?.kind === 'map' ? (node.entries.get(key) ?? null) : null;

interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

const field = 'per_request';

const editOf = (text: string, agent: YamlMap, money: string): Edit | null => {
  const budget = entryOf(agent, 'budget');
  if (budget === null) return insertion(text, agent, `budget: { ${field}: ${money} }`);
  if (budget.kind !== 'map') return null;
  const limit = entryOf(budget, field);
  if (limit === null) return insertion(text, budget, `${field}: ${money}`);
  const from = offsetOf(text, limit.at);
  const length = scalar.exec(text.slice(from))?.[0].length ?? 0;
  return length === 0 ? null : { from, to: from + length, text: money };
};

/** A value as it is written: quoted, or up to what ends it. */
const scalar = /^(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s,}\]#"'&*][^\s,}\]]*)/;

/** Keys that a budget stands before, in the order that manifests have them. */
const followers = [
  'tools',
  'safety',
  'fallback',
  'depends_on',
  'maintenance',
  'probe_budget',
  'checks',
  'evals',
  'queue',
  'controls',
  'scale',
];

/** A new entry of a map: first in one of braces, else on a line of its own. */
const insertion = (text: string, map: YamlMap, entry: string): Edit | null => {
  const open = offsetOf(text, map.at);
  if (text[open] === '{') {
    const rest = /^\{\s*/.exec(text.slice(open))?.[0].length ?? 1;
    const isEmpty = map.entries.size === 0;
    return { from: open + 1, to: isEmpty ? open + rest : open + 1, text: isEmpty ? ` ${entry} ` : ` ${entry},` };
  }
  const before = followers.find((name) => map.entries.has(name)) ?? [...map.entries.keys()][0];
  const at = before === undefined ? null : (map.entries.get(before)?.keyAt ?? null);
  if (at === null) return null;
  const indent = text.slice(offsetOf(text, { ...at, column: 1 }), offsetOf(text, at));
  // The first key behind a dash or another key has no line of its own.
  if (indent.trim() !== '') return null;
  const from = offsetOf(text, { ...at, line: firstOfComments(text, at.line), column: 1 });
  return { from, to: from, text: `${indent}${entry}${text.includes('\r\n') ? '\r\n' : '\n'}` };
};

/** The first of the lines of comments right above a line, which are about what stands in it. */
const firstOfComments = (text: string, line: number): number => {
  const lines = text.split('\n');
  let first = line;
  while (first > 1 && /^\s*#/.test(lines[first - 2] ?? '')) first -= 1;
  return first;
};

/** The parser leaves a mark of byte order out of its count. */
const offsetOf = (text: string, { line, column }: Pick<At, 'line' | 'column'>): number => {
  let start = 0;
  for (let each = 1; each < line; each++) start = text.indexOf('\n', start) + 1;
  return start + column - 1 + (line === 1 && text.startsWith('\uFEFF') ? 1 : 0);
};

/** Whether a change says what was meant and nothing else. */
const saysSame = (before: YamlNode, edited: string, file: string, agent: string, money: string): boolean => {
  const { root, problems } = parseYaml(edited, file);
  if (root === null || problems.length > 0) return false;
  const wanted = plainValue(before) as Values;
  const agents = wanted['agents'] as Values;
  const own = agents[agent] as Values;
  const budget = (own['budget'] ?? {}) as Values;
  const meant = { ...wanted, agents: { ...agents, [agent]: { ...own, budget: { ...budget, [field]: money } } } };
  return canonical(meant) === canonical(plainValue(root));
};

type Values = Record<string, unknown>;

/** JSON with its keys sorted: where a key stands is no difference. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
