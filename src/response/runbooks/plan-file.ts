import { usageError } from '../../ground/errors.ts';
import { digString, isObject, parseJson } from '../../ground/json.ts';
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
  const plan = value['plan'] as unknown as Plan;
  const isList = (steps: unknown) => Array.isArray(steps) && steps.every(isObject);
  if (!isList(plan.steps) || !isList(plan.finally) || !isObject(plan.params)) throw bad('is no plan of this version');
  if (planHash(plan) !== digString(value, 'plan', 'hash')) throw bad('was changed after it was written: its hash does not fit');
  return plan;
};
