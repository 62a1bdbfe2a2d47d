import type { Fleet } from '../../fleet/agent.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { collectBindings } from './collect-bindings.ts';
import { type LintFinding, lintRunbook, unreadable } from './lint.ts';
import { type FoundRunbook, findRunbook, loadRunbooks } from './load-runbooks.ts';

/** A runbook with everything that is dangerous in it. */
export interface LintedRunbook extends Pick<FoundRunbook, 'name' | 'origin' | 'file'> {
  readonly findings: readonly LintFinding[];
}

export interface LintRequest {
  /** Names or files; empty: those of the manifest, and where it has none the shipped ones. */
  readonly names: readonly string[];
  /** The shipped ones as well. */
  readonly all: boolean;
  /** The folder that files are relative to. */
  readonly base: string;
}

/** Lints runbooks against the manifest. Throws a usage error where a name is of none. */
export const collectLint = async (ctx: Context, fleet: Fleet, { names, all, base }: LintRequest): Promise<readonly LintedRunbook[]> => {
  const found =
    names.length > 0 ? await Promise.all(names.map((name) => findRunbook(ctx, fleet, name, base))) : await loadRunbooks(ctx, fleet);
  const own = found.filter(({ origin }) => origin === 'manifest');
  const wanted = names.length > 0 || all || own.length === 0 ? found : own;
  const isAboutKills = wanted.some(({ runbook }) => runbook?.steps.some(({ kind }) => kind === 'kill') === true);
  const bindings = await collectBindings(ctx, fleet, isAboutKills);
  // What is wrong in the manifest is told once, by whichever runbook meets it first.
  const told = new Set<string>();
  return wanted.map(({ name, origin, file, runbook, problems }) => ({
    name,
    origin,
    file,
    findings: (runbook === null ? unreadable(problems) : lintRunbook(runbook, bindings)).filter(({ rule, at, message }) => {
      const key = JSON.stringify([rule, at, message]);
      return told.has(key) ? false : told.add(key);
    }),
  }));
};
