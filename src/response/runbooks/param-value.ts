import type { Json } from '../../ground/json.ts';
import { listOf } from '../../ground/output/phrases.ts';
import { nanosPerDollar, parseMoney, parseShare } from '../../ground/units/amount.ts';
import { formatDuration, parseDuration } from '../../ground/units/duration.ts';
import type { Param } from './runbook.ts';

/** A value as steps and expressions see it: durations are milliseconds, money is dollars, shares are 0 to 1. */
export type ParamReading = { readonly value: Json } | { readonly problem: string; readonly hint: string | null };

const examples: Readonly<Record<Param['type'], string>> = {
  agent: 'the name of an agent',
  text: 'text',
  number: '10',
  duration: '90s, 15m or 2h',
  money: '$0.40',
  share: '5%',
  choice: 'one of its words',
  flag: 'true or false',
};

const longestText = 10_000;

/** Reads what was given for a parameter, in a file or on a command line. */
export const readParam = (param: Pick<Param, 'type' | 'choices' | 'min' | 'max'>, given: string | number | boolean): ParamReading => {
  const { type, choices, min, max } = param;
  const value = typedValue(type, given);
  if (value === null) return { problem: `is no ${nouns[type]}`, hint: `write it like ${examples[type]}` };
  if (type === 'choice' && !choices.includes(String(value))) return { problem: `must be ${listOf(choices, 'or')}`, hint: null };
  if (typeof value === 'number' && min !== null && value < min)
    return { problem: `must be at least ${writtenParam(type, min)}`, hint: null };
  if (typeof value === 'number' && max !== null && value > max)
    return { problem: `must be at most ${writtenParam(type, max)}`, hint: null };
  return { value };
};

const nouns: Readonly<Record<Param['type'], string>> = {
  agent: 'name of an agent',
  text: 'text',
  number: 'number',
  duration: 'duration',
  money: 'amount of money',
  share: 'share',
  choice: 'word that may be chosen',
  flag: 'true or false',
};

const typedValue = (type: Param['type'], given: string | number | boolean): Json => {
  const text = String(given);
  switch (type) {
    case 'number':
      return /^-?\d+(\.\d+)?$/.test(text) && Number.isFinite(Number(text)) ? Number(text) : null;
    case 'duration':
      return parseDuration(text);
    case 'money': {
      const nanos = parseMoney(text);
      return nanos === null ? null : nanos / nanosPerDollar;
    }
    case 'share':
      return parseShare(text);
    case 'flag':
      return text === 'true' ? true : text === 'false' ? false : null;
    default:
      return text.length <= longestText ? text : null;
  }
};

/** A value as a person would type it. */
export const writtenParam = (type: Param['type'], value: Json): string => {
  if (typeof value !== 'number') return typeof value === 'string' ? value : JSON.stringify(value);
  if (type === 'duration') return formatDuration(value);
  if (type === 'money') return `$${exact(value)}`;
  return type === 'share' ? `${exact(value * 100)}%` : String(value);
};

/** Without what floating point adds, and without an exponent. */
const exact = (value: number): string => value.toFixed(9).replace(/\.?0+$/, '');
