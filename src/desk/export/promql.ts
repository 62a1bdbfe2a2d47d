/** PromQL as text. */

/** A string of PromQL, as Go writes them. */
export const promqlString = (text: string): string => JSON.stringify(text);

/** Which series are meant: a value, or any of several. */
export type Matchers = Readonly<Record<string, string | readonly string[]>>;

/** RE2, anchored at both ends by PromQL. */
const quotedPattern = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');

/** An instant vector selector. */
export const selector = (metric: string, matchers: Matchers = {}): string => {
  const pairs = Object.entries(matchers).map(([label, value]) =>
    typeof value === 'string' ? `${label}=${promqlString(value)}` : `${label}=~${promqlString(value.map(quotedPattern).join('|'))}`,
  );
  return pairs.length === 0 ? metric : `${metric}{${pairs.join(', ')}}`;
};

/** One end of Wilson's score interval of a share over `n`, at the one-sided normal quantile `z` (ground/math/intervals). */
export const wilsonEnd = (end: 'low' | 'high', share: string, n: string, z: number): string =>
  [
    `( ${share} + ${z} ^ 2 / (2 * ${n})`,
    `  ${end === 'low' ? '-' : '+'} ${z} * sqrt(${share} * (1 - ${share}) / ${n} + ${z} ^ 2 / (4 * ${n} ^ 2))`,
    `) / (1 + ${z} ^ 2 / ${n})`,
  ].join('\n');
