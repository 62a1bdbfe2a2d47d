export interface Bounds<Task> {
  /** How many tasks may run at once; 1 or more. */
  readonly total: number;
  /** How many tasks of one key may run at once; 1 or more. */
  readonly perKey: number;
  readonly keyOf: (task: Task) => string;
  /** Once aborted, nothing more is started. */
  readonly signal: AbortSignal;
}

interface Lane<Task> {
  readonly waiting: Task[];
  running: number;
}

/**
 * Runs each task once, within bounds. Keys take turns, so that one slow host does not hold up the others; tasks of one key start in
 * order. Ends when all that were started have ended: after an error no more are started, and it rejects with the first.
 */
export const runBounded = async <Task>(
  tasks: readonly Task[],
  { total, perKey, keyOf, signal }: Bounds<Task>,
  run: (task: Task) => Promise<void>,
): Promise<void> => {
  const lanes = lanesOf(tasks, keyOf);
  const failures: unknown[] = [];

  /** The next task that may start now. Its lane goes to the end of the line, or leaves it with its last task. */
  const take = (): { task: Task; lane: Lane<Task> } | null => {
    if (signal.aborted || failures.length > 0) return null;
    const at = lanes.findIndex(({ running }) => running < perKey);
    const [lane] = at < 0 ? [] : lanes.splice(at, 1);
    const task = lane?.waiting.shift();
    if (lane === undefined || task === undefined) return null;
    if (lane.waiting.length > 0) lanes.push(lane);
    lane.running += 1;
    return { task, lane };
  };
  // A worker that finds every lane full may leave: each task that ends makes room for one, which its own worker takes.
  const work = async () => {
    for (let taken = take(); taken !== null; taken = take()) {
      try {
        await run(taken.task);
      } catch (thrown) {
        failures.push(thrown);
      } finally {
        taken.lane.running -= 1;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(total, tasks.length) }, work));
  if (failures.length > 0) throw failures[0];
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
