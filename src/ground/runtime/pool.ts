/**
 * Runs tasks with at most `total` at once and at most `perKey` of one key at once. Keys take turns, so that one slow host does not
 * hold up the others; tasks of one key start in order. Resolves when all that were started have ended; after `signal` none is started.
 */
export const runBounded = async <Task>(
  tasks: readonly Task[],
  { total, perKey, keyOf, signal }: { total: number; perKey: number; keyOf: (task: Task) => string; signal: AbortSignal },
  run: (task: Task) => Promise<void>,
): Promise<void> => {
  const queues = new Map<string, { tasks: Task[]; next: number; running: number }>();
  for (const task of tasks) {
    const queue = queues.get(keyOf(task)) ?? { tasks: [], next: 0, running: 0 };
    queue.tasks.push(task);
    queues.set(keyOf(task), queue);
  }
  let ring = [...queues.values()];
  let running = 0;
  let failure: { thrown: unknown } | null = null;

  await new Promise<void>((done) => {
    const fill = () => {
      let idle = 0;
      while (running < total && idle < ring.length && !signal.aborted && failure === null) {
        const queue = ring.shift();
        if (queue === undefined) break;
        const task = queue.tasks[queue.next];
        if (task === undefined) continue;
        ring.push(queue);
        if (queue.running >= perKey) {
          idle += 1;
          continue;
        }
        idle = 0;
        queue.next += 1;
        queue.running += 1;
        running += 1;
        run(task)
          .catch((thrown: unknown) => {
            failure ??= { thrown };
          })
          .finally(() => {
            queue.running -= 1;
            running -= 1;
            fill();
          });
      }
      if (running === 0 && (signal.aborted || failure !== null || ring.every((queue) => queue.next >= queue.tasks.length))) {
        ring = [];
        done();
      }
    };
    fill();
  });
  if (failure !== null) throw (failure as { thrown: unknown }).thrown;
};
