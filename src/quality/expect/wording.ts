const longest = 60;

/** An expectation in the words it was written in, short enough for one line: `contains: 30 days`, `latency: 5s`, `is-refusal`. */
export const wordingOf = (type: string, value: unknown): string => {
  if (value === undefined || value === null || value === true) return type;
  const text = wordsOf(value).replace(/\s+/g, ' ').trim();
  return `${type}: ${text.length <= longest ? text : `${text.slice(0, longest - 1)}…`}`;
};

const wordsOf = (value: unknown): string => {
  if (Array.isArray(value)) return value.map(wordsOf).join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
};
