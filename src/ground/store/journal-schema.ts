/**
 * The journal's tables as numbered steps; step n leads to version n. Steps are never edited, only added.
 * SQL keeps to what SQLite and PostgreSQL both accept. Times are UTC epoch milliseconds, money nano-dollars.
 */
export const journalSteps: readonly (readonly string[])[] = [
  [
    `CREATE TABLE check_result (
      id TEXT NOT NULL PRIMARY KEY,
      agent TEXT NOT NULL,
      check_id TEXT NOT NULL,
      slot_at INTEGER,
      started_at INTEGER NOT NULL,
      ended_at INTEGER NOT NULL,
      status TEXT NOT NULL,
      outcome TEXT,
      cause TEXT,
      reason TEXT NOT NULL,
      attempts INTEGER NOT NULL,
      latency_ms REAL,
      ttft_ms REAL,
      cost_nanos INTEGER,
      trace_id TEXT,
      assertions TEXT NOT NULL,
      safety INTEGER NOT NULL,
      in_maintenance INTEGER NOT NULL,
      fingerprint TEXT,
      drift TEXT NOT NULL
    ) STRICT`,
    'CREATE INDEX check_result_by_check ON check_result (agent, check_id, ended_at, id, status)',
    'CREATE INDEX check_result_by_agent ON check_result (agent, ended_at)',
    // A slot is filled once. NULL, a run that a person asked for, may stand any number of times.
    'CREATE UNIQUE INDEX check_result_slot ON check_result (agent, check_id, slot_at)',
    `CREATE TABLE beat (
      id TEXT NOT NULL PRIMARY KEY,
      agent TEXT NOT NULL,
      check_id TEXT NOT NULL,
      at INTEGER NOT NULL,
      status TEXT NOT NULL,
      note TEXT NOT NULL
    ) STRICT`,
    'CREATE INDEX beat_by_check ON beat (agent, check_id, at)',
    `CREATE TABLE probe (
      trace_id TEXT NOT NULL PRIMARY KEY,
      agent TEXT NOT NULL,
      check_id TEXT NOT NULL,
      at INTEGER NOT NULL
    ) STRICT`,
  ],
  [
    `CREATE TABLE mark (
      id TEXT NOT NULL PRIMARY KEY,
      agent TEXT NOT NULL,
      release TEXT NOT NULL,
      at INTEGER NOT NULL,
      note TEXT NOT NULL,
      source TEXT NOT NULL
    ) STRICT`,
    'CREATE INDEX mark_by_agent ON mark (agent, at)',
    'CREATE INDEX mark_by_time ON mark (at)',
  ],
  ['ALTER TABLE check_result ADD COLUMN cost_source TEXT'],
];
