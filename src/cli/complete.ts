import { Command } from 'commander';
import { findManifest, readSnapshot } from '../fleet/load-fleet.ts';
import { OpsError } from '../ground/errors.ts';
import { systemFiles } from '../ground/runtime/files.ts';
import { commandTable } from './command-table.ts';
import { version } from './version.ts';

const globalFlags = ['--manifest', '--output', '--json', '--quiet', '--verbose', '--no-color', '--no-input', '--help'];

/** Prints what may stand as the last of `words`, a line each. Knows agents from the snapshot alone: no YAML, no network. */
export const complete = async (words: readonly string[]): Promise<number> => {
  const current = words.at(-1) ?? '';
  const found = (await candidates(words.slice(0, -1), current)).filter((word) => word.startsWith(current));
  if (found.length > 0) process.stdout.write(`${found.join('\n')}\n`);
  return 0;
};

const candidates = async (before: readonly string[], current: string): Promise<readonly string[]> => {
  const entry = commandTable.find(({ name }) => name === before.find((word) => !word.startsWith('-')));
  if (entry === undefined) return current.startsWith('-') ? globalFlags : commandTable.map(({ name }) => name);
  const { default: leaf } = await entry.load();
  const command = new Command(entry.name);
  leaf.configure(command);
  const previous = before.at(-1);
  if (previous === '--output' || previous === '-o') return leaf.formats;
  if (current.startsWith('-')) return [...command.options.flatMap((option) => option.long ?? []), ...globalFlags];
  const takesAgents = command.registeredArguments.some((argument) => argument.name().startsWith('agent'));
  if (entry.name === 'completion') return ['bash', 'zsh', 'fish'];
  return takesAgents ? agentNames() : [];
};

const agentNames = (): readonly string[] => {
  try {
    const ground = { env: process.env, files: systemFiles };
    const { path } = findManifest(ground, { flag: null, cwd: process.cwd() });
    return readSnapshot(ground, path, version)?.agents.map((agent) => agent.name) ?? [];
  } catch (thrown) {
    // Without a manifest there is nothing to complete; a shell is no place for the sentence that says so.
    if (thrown instanceof OpsError) return [];
    throw thrown;
  }
};
