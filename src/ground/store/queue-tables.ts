/** How queues stood, and what number of workers was last asked for: NULL is not known, never none. Counts, and milliseconds. */
export const queueTables: readonly string[] = [
  // replicas: as the control that scales sees them; workers: as the queue does. added only grows.
  `CREATE TABLE queue_sample (
    agent TEXT NOT NULL,
    at INTEGER NOT NULL,
    ready INTEGER,
    in_flight INTEGER,
    workers INTEGER,
    replicas INTEGER,
    oldest_ms REAL,
    wait_ms REAL,
    added INTEGER,
    PRIMARY KEY (agent, at)
  ) STRICT`,
  'CREATE INDEX queue_sample_by_time ON queue_sample (at)',
  // What was told to a scaler outside; what runbooks scaled stands in their runs.
  `CREATE TABLE scale_act (
    agent TEXT NOT NULL,
    at INTEGER NOT NULL,
    from_workers INTEGER NOT NULL,
    to_workers INTEGER NOT NULL,
    PRIMARY KEY (agent, at)
  ) STRICT`,
];
