interface Waiting {
  readonly act: () => void;
  /** Its place in the list; -1 where it no longer waits. */
  at: number;
}

const waitingFor = new WeakMap<AbortSignal, Waiting[]>();

/**
 * Calls `act` once the signal is aborted, unless the answer was called before. A signal that is aborted already calls nothing. For signals
 * that outlive thousands of waiters: an event listener each would link them to a chain, and none be freed before all are.
 */
export const onAbort = (signal: AbortSignal, act: () => void): (() => void) => {
  const list = waitingFor.get(signal) ?? listen(signal);
  const own: Waiting = { act, at: list.length };
  list.push(own);
  return () => {
    if (own.at < 0) return;
    const last = list.pop();
    if (last !== undefined && last !== own) {
      list[own.at] = last;
      last.at = own.at;
    }
    own.at = -1;
  };
};

const listen = (signal: AbortSignal): Waiting[] => {
  const list: Waiting[] = [];
  waitingFor.set(signal, list);
  const actAll = () => {
    for (const { act } of [...list]) act();
  };
  signal.addEventListener('abort', actAll, { once: true });
  return list;
};
