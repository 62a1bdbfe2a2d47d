/** Runs what it is given, a bounded number at once, in the order it was asked to. */
export type Turnstile = <T>(work: () => Promise<T>) => Promise<T>;

/** @param width how many may run at once; 1 or more */
export const openTurnstile = (width: number): Turnstile => {
  const waiting: (() => void)[] = [];
  let inside = 0;
  const leave = () => {
    const next = waiting.shift();
    if (next === undefined) inside -= 1;
    else next();
  };
  return async (work) => {
    if (inside < width) inside += 1;
    // Whoever leaves hands the place on.
    else await new Promise<void>((enter) => waiting.push(enter));
    try {
      return await work();
    } finally {
      leave();
    }
  };
};
