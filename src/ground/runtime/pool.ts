export interface Bounds<Task> {
  /** How many tasks may run at once; 1 or more. */
  readonly total: number;
  /** How many tasks of one key may run at once; 1 or more. */
  readonly perKey: number;
  readonly keyOf: (task: Task) => string;
  /** Whether a task may start now; asked again whenever another has ended. Absent: always. Where nothing runs it is not asked. */
  readonly mayStart?: (task: Task) => boolean;
  /** Once aborted, nothing more is started. */
  readonly signal: AbortSignal;
}

interface Lane<Task> {
  readonly waiting: Task[];
  running: number;
}

/**
 * Runs each task once, within bounds. Keys take turns, so that one slow host does not hold up the others; tasks of one key start in
 * order, but for those that may not start yet. Ends when all that were started have ended: after an error no more are started, and it
 * rejects with the first.
 */
export const runBounded = <Task>(
  tasks: readonly Task[],
  { total, perKey, keyOf, mayStart = () => true, signal }: Bounds<Task>,
  run: (task: Task) => Promise<void>,
): Promise<void> => {
  const lanes = lanesOf(tasks, keyOf);
  const failures: unknown[] = [];
  let running = 0;

  /** The next task that may start now. Its lane goes to the end of the line, or leaves it with its last task. */
  const take = (): { task: Task; lane: Lane<Task> } | null => {
    if (signal.aborted || failures.length > 0) return null;
    for (const [at, lane] of lanes.entries()) {
      if (lane.running >= perKey) continue;
      const task = takeFrom(lane.waiting, running === 0 ? () => true : mayStart);
      if (task === undefined) continue;
      lanes.splice(at, 1);
      if (lane.waiting.length > 0) lanes.push(lane);
      lane.running += 1;
      running += 1;
      return { task, lane };
    }
    return null;
  };
  const perform = async ({ task, lane }: { task: Task; lane: Lane<Task> }) => {
    try {
      await run(task);
    } catch (thrown) {
      failures.push(thrown);
    } finally {
      lane.running -= 1;
      running -= 1;
    }
  };
  return new Promise((done, failed) => {
    const fill = (): void => {
      while (running < total) {
        const taken = take();
        if (taken === null) break;
        void perform(taken).then(fill);
      }
      if (running > 0) return;
      if (failures.length > 0) failed(failures[0]);
      else done();
    };
    fill();
  });
};

/** Takes the first that may start out of the line. */
const takeFrom = <Task>(waiting: Task[], mayStart: (task: Task) => boolean): Task | undefined => {
  const at = waiting.findIndex(mayStart);
  // Of a long line the first is taken without moving all the others.
  return at === 0 ? waiting.shift() : at < 0 ? undefined : waiting.splice(at, 1)[0];
};

const lanesOf = <Task>(tasks: readonly Task[], keyOf: (task: Task) => string): Lane<Task>[] => {
  const byKey = new Map<string, Lane<Task>>();
  for (const task of tasks) {
    const key = keyOf(task);
    const lane = byKey.get(key) ?? { waiting: [], running: 0 };
    lane.waiting.push(task);
    byKey.set(key, lane);
  }
  return [...byKey.values()];
};
