import { dirname } from 'node:path';
import { newTraceId } from '../../agents/protocols/trace-context.ts';
import type { Check, Fleet } from '../../fleet/agent.ts';
import type { Allowance } from '../../fleet/trust.ts';
import { usageError } from '../../ground/errors.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { selectCases } from '../evals/draw-selection.ts';
import { loadSuite } from '../evals/load-suite.ts';
import type { PlannedCase } from './run-check.ts';

/**
 * The cases of a suite that a check asks this time: drawn by `seed` from those that decide. Throws a usage error where the suite is
 * invalid or holds no such case.
 * @param hasTimeout true where the command says how long a turn may take: nothing else does then
 */
export const drawSuiteCases = async (
  ctx: Context,
  fleet: Fleet,
  { path, sample }: NonNullable<Check['suite']>,
  { seed, now, allowance, hasTimeout }: { seed: string; now: number; allowance: Allowance | null; hasTimeout: boolean },
): Promise<readonly PlannedCase[]> => {
  const loaded = await loadSuite(ctx, fleet, path, { base: dirname(fleet.path), allowance, now });
  const { cases } = await selectCases(loaded, {
    severities: ['critical', 'normal'],
    sample: { size: { count: sample }, seed, strata: [] },
  });
  const drawn: PlannedCase[] = [];
  for await (const each of cases())
    drawn.push({
      case: { ...each, timeoutMs: hasTimeout ? null : (each.timeoutMs ?? loaded.suite.timeoutMs) },
      traceId: newTraceId(ctx.random),
    });
  if (drawn.length > 0) return drawn;
  throw usageError({
    code: 'suite_empty',
    message: `${path} has no case that a check could ask`,
    hint: 'give it cases whose severity is not info, or take the check out',
  });
};
