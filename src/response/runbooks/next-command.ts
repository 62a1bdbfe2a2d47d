import type { Json } from '../../ground/json.ts';
import { defaultOf } from './param-default.ts';
import { writtenParam } from './param-value.ts';
import type { Runbook } from './runbook.ts';

/** A word as a POSIX shell takes it for itself, whatever stands in it. */
export const shellWord = (word: string): string => (/^[A-Za-z0-9_./:=,@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

type Params = Readonly<Record<string, Json>>;

/** The flags that say the parameters of a run again: what the runbook says itself is left out. */
const paramWords = ({ params }: Pick<Runbook, 'params'>, values: Params): readonly string[] => {
  const agents = params.filter(({ type }) => type === 'agent');
  const given = params.flatMap(({ name }) => ((values[name] ?? null) === null ? [] : [name]));
  return params.flatMap((param) => {
    const { name, type } = param;
    const value = values[name] ?? null;
    if (value === null || JSON.stringify(value) === JSON.stringify(defaultOf(param, given))) return [];
    const text = writtenParam(type, value);
    return type === 'agent' && agents.length === 1 ? ['--agent', text] : ['--param', `${name}=${text}`];
  });
};

/** So much of a plan's hash as tells it from others, for people to compare and to type. */
export const shortHash = (hash: string): string => hash.slice(0, 12);

const commandOf = (verb: string, runbook: Pick<Runbook, 'name' | 'params'>, params: Params, more: readonly string[]): string =>
  ['agentops', 'runbook', verb, runbook.name, ...paramWords(runbook, params), ...more].map(shellWord).join(' ');

/**
 * Carries out just the plan of that hash: where a touched field moved since, nothing is done.
 * @param more what else was said to how it is to be carried out
 */
export const confirmCommand = (
  runbook: Pick<Runbook, 'name' | 'params'>,
  params: Params,
  hash: string,
  more: readonly string[] = [],
): string => commandOf('run', runbook, params, ['--confirm', shortHash(hash), ...more]);

/** Begins a run, which shows its plan and asks first. */
export const runCommand = (runbook: Pick<Runbook, 'name' | 'params'>, params: Params): string => commandOf('run', runbook, params, []);

/** Shows what a run would do. */
export const planCommand = (runbook: Pick<Runbook, 'name' | 'params'>, params: Params): string => commandOf('plan', runbook, params, []);
