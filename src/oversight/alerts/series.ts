/** A value each minute; null: none. */
export type Series = readonly (number | null)[];

/** The most minutes that a series may have: a month. */
const mostMinutes = 31 * 1440;

/**
 * Reads values by the minute: `5` once, `5x20` twenty times, `5+1x10` ten values that rise by one (`5-1x10`: that fall), `_x3` three minutes
 * without any; blanks between them. Unlike promtool, `x20` is twenty values and not one more.
 * @param read one value; null: it is none
 * @returns the series, or what is wrong with it
 */
export const parseSeries = (text: string, read: (text: string) => number | null): Series | { readonly problem: string } => {
  const values: (number | null)[] = [];
  for (const token of text.trim().split(/\s+/)) {
    const [, start = '', sign, step = '', times] = /^(.+?)(?:([+-])([^x+-]+))?(?:x(\d{1,6}))?$/.exec(token) ?? [];
    const count = Number(times ?? 1);
    const from = start === '_' ? null : read(start);
    const by = step === '' ? 0 : read(step);
    if (token === '' || by === null || (from === null && (start !== '_' || step !== '')))
      return { problem: `cannot be read at ${JSON.stringify(token)}: write 5, 5x20, 5+1x10 or _x3` };
    if (values.length + count > mostMinutes) return { problem: `is longer than ${mostMinutes} minutes` };
    for (let at = 0; at < count; at++) values.push(from === null ? null : from + (sign === '-' ? -by : by) * at);
  }
  return values.some((value) => value !== null && value < 0) ? { problem: 'falls below zero' } : values;
};
