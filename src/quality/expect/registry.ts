import type { Family } from './port.ts';

type FamilyModule = () => Promise<{ default: Family }>;

const text: FamilyModule = () => import('./families/text.ts');
const json: FamilyModule = () => import('./families/json.ts');
const tools: FamilyModule = () => import('./families/tools.ts');
const trajectory: FamilyModule = () => import('./families/trajectory.ts');
const limits: FamilyModule = () => import('./families/limits.ts');
const safety: FamilyModule = () => import('./families/safety.ts');
const code: FamilyModule = () => import('./families/code.ts');
const judged: FamilyModule = () => import('./families/judged.ts');
const card: FamilyModule = () => import('./families/card.ts');
const tls: FamilyModule = () => import('./families/tls.ts');

/** Assertion name → the family it is in, loaded only when an expectation names it. Each also exists as `not-…`. */
export const assertionFamilies: Readonly<Record<string, FamilyModule>> = {
  equals: text,
  contains: text,
  icontains: text,
  'contains-all': text,
  'contains-any': text,
  'icontains-all': text,
  'icontains-any': text,
  'starts-with': text,
  regex: text,
  'word-count': text,
  levenshtein: text,
  'is-json': json,
  'contains-json': json,
  'json-path': json,
  'json-schema': json,
  'tool-called': tools,
  'tool-args': tools,
  'trajectory:tool-used': tools,
  'trajectory:tool-sequence': tools,
  'trajectory:tool-args-match': tools,
  'max-steps': trajectory,
  'trajectory:step-count': trajectory,
  'no-loop': trajectory,
  outcome: trajectory,
  'finish-reason': trajectory,
  latency: limits,
  ttft: limits,
  cost: limits,
  'max-tokens': limits,
  'is-refusal': safety,
  'no-secrets': safety,
  'no-pii': safety,
  'no-injection-echo': safety,
  javascript: code,
  'llm-rubric': judged,
  factuality: judged,
  similar: judged,
  skills: card,
  'tls-expiry': tls,
};

/** Every assertion name, without the `not-` forms. */
export const assertionNames: readonly string[] = Object.keys(assertionFamilies);
