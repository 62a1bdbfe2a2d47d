import type { Json } from '../../ground/json.ts';
import type { Param } from './runbook.ts';

/** True where a run may be without a value: what the parameter would fill is left out then. */
export const mayBeAbsent = ({ optional, unless }: Pick<Param, 'optional' | 'unless'>): boolean => optional || unless.length > 0;

/** True where somebody has to say it. */
export const mustBeGiven = (param: Pick<Param, 'optional' | 'fallback'>): boolean => param.fallback === null && !param.optional;

/**
 * What a parameter is where nobody says it; null: nothing.
 * @param given the names of all parameters that were given
 */
export const defaultOf = ({ fallback, unless }: Pick<Param, 'fallback' | 'unless'>, given: readonly string[]): Json =>
  unless.some((name) => given.includes(name)) ? null : fallback;
