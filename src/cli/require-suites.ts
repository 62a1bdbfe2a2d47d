import { dirname } from 'node:path';
import type { Fleet } from '../fleet/agent.ts';
import type { Allowance } from '../fleet/trust.ts';
import { OpsError, usageError } from '../ground/errors.ts';
import type { Context } from '../ground/runtime/context.ts';
import { loadSuite } from '../quality/evals/load-suite.ts';

/**
 * Reads every suite that agents and their checks name, but for cases that somebody else holds: nobody is asked. Throws a usage error with
 * all that is wrong in them.
 */
export const requireSuites = async (ctx: Context, fleet: Fleet, allowance: Allowance | null): Promise<void> => {
  const named = fleet.agents.flatMap(({ evals, checks }) => [...evals, ...checks.flatMap(({ suite }) => suite?.path ?? [])]);
  const request = { base: dirname(fleet.path), allowance, now: ctx.clock.now(), isOffline: true };
  const refused: OpsError[] = [];
  for (const path of new Set(named)) {
    await loadSuite(ctx, fleet, path, request).catch((thrown: unknown) => {
      if (!(thrown instanceof OpsError)) throw thrown;
      refused.push(thrown);
    });
  }
  const [first] = refused;
  if (first === undefined) return;
  if (refused.length === 1) throw first;
  throw usageError({
    code: first.code,
    message: refused.map(({ message }) => message).join('\n'),
    hint: first.hint ?? 'agentops explain suite',
  });
};
