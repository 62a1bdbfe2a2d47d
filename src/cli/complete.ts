import type { Fleet } from '../fleet/agent.ts';
import { findManifest, readSnapshot } from '../fleet/load-fleet.ts';
import { systemFiles } from '../ground/runtime/files.ts';
import type { Leaf } from './command.ts';
import { commandOf, firstWords, nameLength, verbsOf } from './command-names.ts';
import { firingAlerts, incidentIds, lockNames, mitigationIds, ruleNames, runIds, silenceIds } from './complete-ids.ts';
import { type Flag, spellingOf } from './flags.ts';
import { globalFlags } from './global-flags.ts';
import { version } from './version.ts';

/** The answer that asks the shell for its own file names. */
const fileNames: readonly string[] = [':files'];

/** Prints what may stand as the last of `words`, a line each. Knows the fleet from its snapshot alone: no YAML, no network. */
export const complete = async (words: readonly string[]): Promise<number> => {
  try {
    const line = joinAssignments(words);
    const current = line.at(-1) ?? '';
    const found = await candidates(line.slice(0, -1), current);
    // A shell that splits words at `=` wants only what stands behind it.
    const cut = words.at(-1) === current ? 0 : current.lastIndexOf('=') + 1;
    const fitting = found === fileNames ? found : found.filter((word) => word.startsWith(current)).map((word) => word.slice(cut));
    if (fitting.length > 0) process.stdout.write(`${[...new Set(fitting)].join('\n')}\n`);
  } catch {
    // Whatever is wrong, a half-typed line is no place to say it; the command itself will.
  }
  return 0;
};

/** bash splits `--output=json` and `junit=file` into three words; here each is one again. */
const joinAssignments = (words: readonly string[]): readonly string[] => {
  const line: string[] = [];
  for (const [at, word] of words.entries()) {
    const isAssigned = word === '=' || words[at - 1] === '=';
    if (isAssigned && line.length > 0) line.push(`${line.pop()}${word}`);
    else line.push(word);
  }
  return line;
};

interface Typed {
  /** What stands on the line besides flags and their values. */
  readonly words: readonly string[];
  /** The flag that the next word is the value of. */
  readonly open: Flag | null;
}

const candidates = async (before: readonly string[], current: string): Promise<readonly string[]> => {
  const named = typedIn(before, globalFlags).words;
  if (named[0] === 'help') return named.length === 1 ? [...firstWords(), 'exit-codes'] : verbsOf(named[1] ?? '');
  const entry = commandOf(named);
  const leaf = entry === null ? null : (await entry.load()).default;
  const flags = [...(leaf?.flags ?? []), ...globalFlags];
  const { words, open } = typedIn(before, flags);
  const manifest = () => fleetOf(before);

  const [, assigned] = /^(--[\w-]+)=/.exec(current) ?? [];
  const flag = open ?? flags.find((each) => spellingOf(each.flags).long === assigned) ?? null;
  if (flag !== null) {
    const value = assigned === undefined ? current : current.slice(assigned.length + 1);
    const isFile = spellingOf(flag.flags).long === '--output' && value.includes('=');
    const values = isFile ? fileNames : await valuesOf(flag, leaf, manifest);
    return assigned === undefined || values === fileNames ? values : values.map((value) => `${assigned}=${value}`);
  }
  if (current.startsWith('-')) return [...flags.map((each) => spellingOf(each.flags).long), '--help', '--version'];
  if (entry === null || leaf === null)
    return words.length === 0 ? [...firstWords(), 'help'] : words.length === 1 ? verbsOf(words[0] ?? '') : [];
  return argumentsOf(leaf, words.slice(nameLength(entry)), manifest);
};

/** Tells words from flags and the values of flags. */
const typedIn = (before: readonly string[], flags: readonly Flag[]): Typed =>
  before.reduce<Typed>(
    ({ words, open }, word) => {
      if (open !== null) return { words, open: null };
      if (!word.startsWith('-')) return { words: [...words, word], open: null };
      const flag = flags.find((each) => [spellingOf(each.flags).long, spellingOf(each.flags).short].includes(word));
      return { words, open: flag !== undefined && spellingOf(flag.flags).takesValue ? flag : null };
    },
    { words: [], open: null },
  );

const valuesOf = async (flag: Flag, leaf: Leaf | null, fleet: () => Fleet | null): Promise<readonly string[]> => {
  // `--status <ok|fail>` names its values itself.
  const [, named] = /<([\w-]+(?:\|[\w-]+)+)>/.exec(flag.flags) ?? [];
  if (named !== undefined) return named.split('|');
  const agents = () => fleet()?.agents ?? [];
  const values: Readonly<Record<string, () => readonly string[] | Promise<readonly string[]>>> = {
    '--manifest': () => fileNames,
    '--output': () => leaf?.formats ?? ['text', 'json'],
    '--protocol': async () => Object.keys((await import('../agents/protocols/registry.ts')).protocols),
    '--agent': () => agents().map(({ name }) => name),
    '--against': () => agents().map(({ name }) => name),
    '--backend': () => Object.keys(fleet()?.backends ?? {}),
    '--post': () => Object.keys(fleet()?.backends ?? {}),
    '--suite': () => fileNames,
    '--severity': () => ['critical', 'normal', 'info'],
    '--baseline': () => fileNames,
    '--to': () => fileNames,
    '--from': () => fileNames,
    '--file': () => fileNames,
    '--anchor': () => fileNames,
    '--signers': () => fileNames,
    '--plan': () => fileNames,
    '--out': () => fileNames,
    '--key': () => fileNames,
    '--kind': () => ['mark', 'eval.accept'],
    '--incident': async () => incidentIds(fleet()),
    '--rule': async () => ruleNames(fleet()),
    '--rules': () => fileNames,
    '--subject': () => agents().map(({ name }) => name),
    '--tag': () => agents().flatMap(({ tags }) => tags),
    '--env': () => agents().flatMap(({ env }) => env ?? []),
    '--check': () => agents().flatMap(({ checks }) => checks.map(({ id }) => id)),
    '--tier': () => ['1', '2', '3'],
    '--fail-on': () => ['yellow', 'unknown'],
  };
  return (await values[spellingOf(flag.flags).long]?.()) ?? [];
};

const argumentsOf = async (leaf: Leaf, words: readonly string[], fleet: () => Fleet | null): Promise<readonly string[]> => {
  const known = leaf.words?.(words) ?? [];
  if (known.length > 0) return known;
  const declared = (leaf.arguments ?? []).map(({ name }) => name);
  const argument = declared[words.length] ?? declared.find((name) => name.endsWith('...]'));
  const ids = words.length === 0 || argument === '[silence]' ? idsOf[argument ?? ''] : undefined;
  if (ids !== undefined) return ids(fleet());
  const agents = fleet()?.agents ?? [];
  if (argument === '<agent>' || argument === '[agent]' || argument === '[agents...]') {
    return agents.map(({ name }) => name).filter((name) => !words.includes(name));
  }
  if (argument === '[suites...]') return fileNames;
  if (argument === '<runbook>' || argument === '[runbooks...]')
    return (await runbookNames(fleet())).filter((name) => !words.includes(name));
  if (argument !== '<agent[/check]>') return [];
  return agents.flatMap(({ name, checks }) => {
    const beats = checks.filter(({ kind }) => kind === 'heartbeat').map(({ id }) => `${name}/${id}`);
    return beats.length === 1 ? [name, ...beats] : beats;
  });
};

/** Ids that only a journal knows, by the argument that takes one. */
const idsOf: Readonly<Record<string, (fleet: Fleet | null) => Promise<readonly string[]>>> = {
  '<incident>': incidentIds,
  '<run>': runIds,
  '<plan|run>': runIds,
  '<mitigation>': mitigationIds,
  '<lock>': lockNames,
  '<rule>': ruleNames,
  '<channel>': async (fleet) => Object.keys(fleet?.notify ?? {}),
  '<rule[/agent]>': async (fleet) => [...(await firingAlerts(fleet)), ...(await ruleNames(fleet))],
  '[rule[/agent]]': async (fleet) => ['list', 'end', ...(await firingAlerts(fleet)), ...(await ruleNames(fleet))],
  '[silence]': silenceIds,
  '[agent|budgets]': async (fleet) => ['budgets', ...(fleet?.agents ?? []).map(({ name }) => name)],
};

/** Names of runbooks that were read before, and of files: nothing is parsed for a half-typed line. */
const runbookNames = async (fleet: Fleet | null): Promise<readonly string[]> =>
  fleet === null ? [] : (await import('../response/runbooks/load-runbooks.ts')).namesOfRunbooks({ files: systemFiles }, fleet);

/** The fleet that the line is about; null where there is none, or none that was loaded before. */
const fleetOf = (before: readonly string[]): Fleet | null => {
  const at = before.findLastIndex((word) => word === '-m' || word === '--manifest' || word.startsWith('--manifest='));
  const word = before[at] ?? '';
  const flag = at < 0 ? null : word.includes('=') ? word.slice(word.indexOf('=') + 1) : (before[at + 1] ?? null);
  const ground = { env: process.env, files: systemFiles };
  const { path } = findManifest(ground, { flag, cwd: process.cwd() });
  return readSnapshot(ground, path, version);
};
