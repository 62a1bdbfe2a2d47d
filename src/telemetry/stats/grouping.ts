/** What figures can be grouped by. Requests, except `model`, `provider` and `tool`, which count calls, and `score`, which counts scores. */
export const groupings = [
  'agent',
  'model',
  'provider',
  'user',
  'task',
  'env',
  'release',
  'prompt-version',
  'error',
  'tool',
  'score',
  'caller',
] as const;
export type Grouping = (typeof groupings)[number];
