import type { Fleet } from '../../fleet/agent.ts';
import { usageError } from '../../ground/errors.ts';
import type { Json } from '../../ground/json.ts';
import type { Context } from '../../ground/runtime/context.ts';
import type { Plan } from './plan.ts';
import { type SimulationOptions, simulatePath } from './simulate-path.ts';
import {
  type Boundary,
  declaredEnds,
  type Fault,
  failedBySurprise,
  isJudged,
  judgePath,
  leavesDoubt,
  type Path,
  type PathEnd,
} from './simulation.ts';

/** A path that was gone, and what is wrong with its end; a sentence each. */
export interface JudgedPath {
  readonly end: PathEnd;
  readonly declared: readonly string[];
  readonly problems: readonly string[];
}

export interface Simulation {
  readonly runbook: string;
  readonly params: Readonly<Record<string, Json>>;
  readonly agents: readonly string[];
  readonly seed: number | null;
  readonly paths: readonly JudgedPath[];
}

/** The paths that are wanted of one runbook. */
export interface WantedPaths {
  readonly crashAt: Boundary | null;
  readonly failing: Readonly<Record<string, Fault>>;
  /** Every boundary, and every step failing. */
  readonly all: boolean;
}

/** Goes the wanted paths and judges each. Throws a usage error where it is to die at a boundary that it does not come over. */
export const simulateRun = async (
  ctx: Context,
  fleet: Fleet,
  options: SimulationOptions,
  { crashAt, failing, all }: WantedPaths,
): Promise<Simulation> => {
  const { plan, seed } = options;
  const go = (path: Path) => simulatePath(ctx, fleet, options, path);
  const plain = await go({ crashAt: null, failing: {} });
  const isDoubtful = ({ crashAt: died }: Path) => died !== null && leavesDoubt(plan, died);
  const paths: JudgedPath[] = [];
  const judge = (end: PathEnd, undisturbed: PathEnd | null) => {
    const declared = declaredEnds(plan, end.path, plain.status ?? 'done');
    const surprises = seed === null ? failedBySurprise(end) : [];
    paths.push({ end, declared, problems: [...judgePath(plan, end, isDoubtful(end.path) ? null : undisturbed, declared), ...surprises] });
  };
  const walk = async (faults: Readonly<Record<string, Fault>>, known: readonly Boundary[]): Promise<readonly Boundary[]> => {
    const undisturbed = Object.keys(faults).length === 0 ? plain : await go({ crashAt: null, failing: faults });
    judge(undisturbed, null);
    const fresh = undisturbed.boundaries.filter((boundary) => !known.includes(boundary));
    for (const boundary of fresh) judge(await go({ crashAt: boundary, failing: faults }), undisturbed);
    return undisturbed.boundaries;
  };
  if (all) {
    const known = await walk(failing, []);
    if (Object.keys(failing).length === 0) for (const [step, fault] of eachFailing(plan)) await walk({ [step]: fault }, known);
  } else {
    const undisturbed = Object.keys(failing).length === 0 ? plain : await go({ crashAt: null, failing });
    if (crashAt === null) judge(undisturbed, null);
    else {
      requireReached(crashAt, undisturbed);
      judge(await go({ crashAt, failing }), undisturbed);
    }
  }
  const agents = [...new Set([...plan.steps, ...plan.finally].flatMap(({ agent }) => agent ?? []))].sort();
  return { runbook: plan.runbook, params: plan.params, agents, seed, paths };
};

const requireReached = (crashAt: Boundary, { boundaries }: PathEnd) => {
  if (boundaries.includes(crashAt)) return;
  throw usageError({
    code: 'boundary_unreached',
    message: `the run does not come over ${crashAt}`,
    hint: `it comes over ${boundaries.join(' ')}`,
    details: { boundaries },
  });
};

/** Each step that does something failing alone, in the way that suits it. */
const eachFailing = ({ steps }: Plan): readonly (readonly [string, Fault])[] =>
  steps.flatMap((planned): readonly (readonly [string, Fault])[] => {
    if (planned.skipped !== null || planned.isSettled) return [];
    const acting: readonly (readonly [string, Fault])[] =
      planned.change === null
        ? []
        : [
            [planned.id, 'rejected'],
            // What cannot be read is believed, unless something looks at what it was for.
            ...(planned.traits?.readable === false ? [] : ([[planned.id, 'dropped']] as const)),
          ];
    return isJudged(planned) ? [...acting, [planned.id, 'unverified'], [planned.id, 'inconclusive']] : acting;
  });
