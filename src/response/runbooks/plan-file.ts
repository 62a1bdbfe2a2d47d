import { usageError } from '../../ground/errors.ts';
import { isObject, type Json, type JsonObject, parseJson } from '../../ground/json.ts';
import { type Plan, planHash } from './plan.ts';

/** More is no plan. */
export const maxPlanBytes = 8 * 1024 * 1024;

const format = 'agentops plan 1';

/** A plan as a file that can be handed on. It holds no secret: credentials stay references. */
export const writePlanFile = (plan: Plan): string => `${JSON.stringify({ format, plan }, null, 2)}\n`;

/** A plan out of a file. Throws a usage error where the file is none, or does not hash to what it says. */
export const parsePlanFile = (text: string, name: string): Plan => {
  const value = parseJson(text);
  const bad = (why: string) =>
    usageError({ code: 'plan_invalid', message: `${name} ${why}`, hint: 'agentops runbook plan NAME --out FILE writes one' });
  if (!isObject(value) || value['format'] !== format || !isObject(value['plan'])) throw bad('is no plan of this version');
  const plan = value['plan'];
  if (!hasPlanShape(plan)) throw bad('is no plan of this version');
  if (!fitsItsHash(plan)) throw bad('was changed after it was written: its hash does not fit');
  return plan as unknown as Plan;
};

/** Whether a value that was read back is a plan, and as a whole the one that its hash is of. */
export const isIntactPlan = (value: Json | undefined): boolean => value !== undefined && hasPlanShape(value) && fitsItsHash(value);

const fitsItsHash = (plan: JsonObject): boolean => planHash(plan as unknown as Plan) === plan['hash'];

const hasPlanShape = (plan: Json): plan is JsonObject =>
  isObject(plan) && isObject(plan['params'] ?? null) && isListOfSteps(plan['steps']) && isListOfSteps(plan['finally']);

const isListOfSteps = (steps: Json | undefined): boolean =>
  Array.isArray(steps) &&
  steps.every(
    (each: Json) => isObject(each) && isObject(each['step'] ?? null) && isNullOrObject(each['control']) && isNullOrObject(each['change']),
  );

const isNullOrObject = (value: Json | undefined): boolean => value === null || (value !== undefined && isObject(value));
