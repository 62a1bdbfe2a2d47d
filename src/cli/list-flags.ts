/** Collects a flag that may be given several times, or once with commas. */
export const listFlag = (given: string, before: unknown): readonly string[] => [
  ...(Array.isArray(before) ? (before as readonly string[]) : []),
  ...given
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
];

/** Collects a flag that may be given several times; commas are part of it. */
export const repeatedFlag = (given: string, before: unknown): readonly string[] => [
  ...(Array.isArray(before) ? (before as readonly string[]) : []),
  given,
];
