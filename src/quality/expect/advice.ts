const mark = ' (advisory: ';

/** The message of a grade that is shown and decides nothing, with the reason why. */
export const withAdvice = (message: string, why: string): string => `${message}${mark}${why})`;

/** Why a grade decides nothing, out of its message; null: it does not say. */
export const adviceIn = (message: string): string | null => {
  const at = message.lastIndexOf(mark);
  return at < 0 || !message.endsWith(')') ? null : message.slice(at + mark.length, -1);
};
