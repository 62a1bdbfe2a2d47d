import { isMishap } from '../../controls/actions/mishap.ts';
import { suggestion } from '../../fleet/problems.ts';
import { usageError } from '../../ground/errors.ts';
import { listOf } from '../../ground/output/phrases.ts';
import { type Plan, type PlannedStep, stepsOf } from './plan.ts';
import type { CrashPhase } from './run.ts';
import { type Boundary, type Fault, faultKinds, isJudged, partsOf } from './simulation.ts';

const phases: readonly CrashPhase[] = [
  'before-intent',
  'after-intent',
  'after-act',
  'after-result',
  'after-confirm',
  'after-verify',
  'before-undo-intent',
  'after-undo-intent',
  'after-undo-act',
  'after-undo-result',
];

const stepOf = (plan: Plan, id: string, flag: string): PlannedStep => {
  const steps = stepsOf(plan);
  const step = steps.find((each) => each.id === id);
  if (step !== undefined) return step;
  const ids = steps.map((each) => each.id);
  throw usageError({
    code: 'step_unknown',
    message: `${flag} names a step ${JSON.stringify(id)}, which ${plan.runbook} does not have`,
    hint: suggestion(id, ids) ?? `its steps are ${listOf(ids)}`,
  });
};

/** Reads `STEP:PHASE`. Throws a usage error where there is no such step or phase. */
export const readBoundary = (text: string, plan: Plan): Boundary => {
  const boundary = text as Boundary;
  const { step, phase } = partsOf(boundary);
  if (!phases.includes(phase))
    throw usageError({
      code: 'flag_invalid',
      message: `--crash-at cannot be ${JSON.stringify(text)}`,
      hint: `write it like ${stepsOf(plan)[0]?.id ?? 'STEP'}:after-act; the phases are ${listOf(phases)}`,
    });
  stepOf(plan, step, '--crash-at');
  return boundary;
};

/** Reads `STEP` or `STEP=KIND`. Throws a usage error where there is no such step or kind, or where that cannot happen to it. */
export const readFault = (text: string, plan: Plan): readonly [string, Fault] => {
  const at = text.indexOf('=');
  const [id, word] = at < 0 ? [text, null] : [text.slice(0, at), text.slice(at + 1)];
  const planned = stepOf(plan, id, '--fail');
  const fault = word === null ? usualFault(planned) : faultKinds.find((each) => each === word);
  if (fault === undefined)
    throw usageError({
      code: 'flag_invalid',
      message: `--fail cannot be ${JSON.stringify(text)}`,
      hint: suggestion(word ?? '', faultKinds) ?? `the kinds are ${listOf(faultKinds)}`,
    });
  const may = isMishap(fault) ? planned.change !== null : isJudged(planned);
  if (may) return [id, fault];
  throw usageError({
    code: 'flag_invalid',
    message: `step ${id} cannot be ${fault}: ${isMishap(fault) ? 'it changes nothing, as things stand' : 'nothing is looked at behind it'}`,
    hint: `agentops runbook show ${plan.runbook}`,
  });
};

const usualFault = (planned: PlannedStep): Fault => (planned.change === null && isJudged(planned) ? 'unverified' : 'rejected');
