import type { Fleet } from '../../fleet/agent.ts';
import { badFile, inOrder } from '../../fleet/problem-report.ts';
import type { PlacedProblem } from '../../fleet/problems.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { detectSuite } from './detect-suite.ts';
import { type ReadSuite, readSuite } from './read-suite.ts';
import type { SuiteRequest } from './suite.ts';

const hint = 'agentops explain suite.PATH tells what belongs where, for example: agentops explain suite.defaults';

/** A suite with what it says of every answer (`defaults:`), for answers that are none of its cases; those are not looked at. Throws as `loadSuite` does. */
export const loadSuiteDefaults = async (
  ctx: Context,
  fleet: Fleet,
  path: string,
  request: SuiteRequest,
): Promise<Pick<ReadSuite, 'suite' | 'defaults'>> => {
  const file = detectSuite(ctx, fleet, path, request.base);
  const problems: PlacedProblem[] = [];
  const read = await readSuite(ctx, fleet, file, request, problems);
  if (read !== null) problems.push(...read.late());
  if (read === null || problems.length > 0)
    throw badFile({ code: 'suite_invalid', path: file, problems: inOrder(problems), hint }, request.base);
  return { suite: read.suite, defaults: read.defaults };
};
