import { join } from 'node:path';
import type { Fleet } from '../../src/fleet/agent.ts';
import { OpsError } from '../../src/ground/errors.ts';
import { inertText } from '../../src/ground/output/escape.ts';
import type { Context, Env } from '../../src/ground/runtime/context.ts';
import { systemFiles } from '../../src/ground/runtime/files.ts';
import { loadSuite } from '../../src/quality/evals/load-suite.ts';
import type { Case, LoadedSuite, SuiteRequest } from '../../src/quality/evals/suite.ts';
import { aFleet, anAgent, noon } from './facts.ts';
import { fakeContext } from './fake-context.ts';

export interface SuiteParts {
  readonly env?: Env;
  readonly allowance?: SuiteRequest['allowance'];
  readonly context?: Partial<Context>;
  readonly fleet?: Partial<Fleet>;
}

/** Loads a suite of a folder for a fleet of two agents, `support` and `orders`. */
export const loadedFrom = (
  folder: string,
  suite: string,
  { env = {}, allowance = null, context, fleet }: SuiteParts = {},
): Promise<LoadedSuite> =>
  loadSuite(
    fakeContext({ env, files: systemFiles, ...context }),
    { ...aFleet(anAgent(), anAgent({ name: 'orders' })), path: join(folder, 'agentops.yaml'), ...fleet },
    suite,
    { base: folder, allowance, now: noon },
  );

/** Every case of a suite. */
export const casesIn = async (loading: Promise<LoadedSuite>): Promise<readonly Case[]> => {
  const cases: Case[] = [];
  for await (const each of (await loading).cases()) cases.push(each);
  return cases;
};

/** What the program would print on stderr; empty where nothing is wrong. Anything but an OpsError is a bug and thrown on. */
export const refusalOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
    return '';
  } catch (thrown) {
    if (!(thrown instanceof OpsError)) throw thrown;
    return `error: ${thrown.message.split('\n').map(inertText).join('\n')}\n${thrown.hint === null ? '' : `hint: ${inertText(thrown.hint)}\n`}`;
  }
};
