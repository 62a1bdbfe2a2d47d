import { alertTables } from './alert-tables.ts';
import { providerTables } from './provider-tables.ts';
import { queueTables } from './queue-tables.ts';

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
  [
    `CREATE TABLE eval_run (
      id TEXT NOT NULL PRIMARY KEY,
      suite TEXT NOT NULL,
      agent TEXT NOT NULL,
      against TEXT,
      selection TEXT NOT NULL,
      shard_index INTEGER NOT NULL,
      shard_of INTEGER NOT NULL,
      status TEXT NOT NULL,
      started_at INTEGER NOT NULL,
      ended_at INTEGER,
      accepted_at INTEGER,
      release TEXT,
      repeats INTEGER NOT NULL,
      gate TEXT NOT NULL,
      verdict TEXT,
      summary TEXT
    ) STRICT`,
    'CREATE INDEX eval_run_by_suite ON eval_run (suite, agent, started_at)',
    `CREATE TABLE eval_trial (
      run_id TEXT NOT NULL,
      case_id TEXT NOT NULL,
      arm TEXT NOT NULL,
      trial INTEGER NOT NULL,
      status TEXT NOT NULL,
      outcome TEXT,
      reason TEXT NOT NULL,
      score REAL,
      latency_ms REAL,
      ttft_ms REAL,
      cost_nanos INTEGER,
      judge_nanos INTEGER,
      trace_id TEXT,
      started_at INTEGER NOT NULL,
      ended_at INTEGER NOT NULL,
      assertions TEXT NOT NULL,
      conversation TEXT,
      PRIMARY KEY (run_id, case_id, arm, trial)
    ) STRICT`,
    `CREATE TABLE eval_case (
      run_id TEXT NOT NULL,
      case_id TEXT NOT NULL,
      hash TEXT NOT NULL,
      severity TEXT NOT NULL,
      cluster TEXT,
      PRIMARY KEY (run_id, case_id)
    ) STRICT`,
  ],
  [
    `CREATE TABLE judge_calibration (
      identity TEXT NOT NULL PRIMARY KEY,
      judge TEXT NOT NULL,
      at INTEGER NOT NULL,
      result TEXT NOT NULL
    ) STRICT`,
    // Of the judges; NULL: their price is not known.
    'ALTER TABLE check_result ADD COLUMN judge_nanos INTEGER DEFAULT 0',
  ],
  [
    // Who may do something alone for a while. fence grows with each holder, so that a late write of an earlier one is seen.
    `CREATE TABLE lease (
      name TEXT NOT NULL PRIMARY KEY,
      owner TEXT NOT NULL,
      fence INTEGER NOT NULL,
      expires_at INTEGER NOT NULL
    ) STRICT`,
    // The place of a case in its suite, from 0, for lists in the order of their author.
    'ALTER TABLE eval_case ADD COLUMN position INTEGER NOT NULL DEFAULT 0',
    // Trials that were planned; those from this index on were added while the verdict was open.
    'ALTER TABLE eval_case ADD COLUMN repeats INTEGER NOT NULL DEFAULT 1',
  ],
  [
    // One graded request of production: state is begun, graded or unjudged. Scores that wait to be kept in the cache, or to be posted, wait here.
    `CREATE TABLE online_grade (
      standard TEXT NOT NULL,
      source TEXT NOT NULL,
      trace_id TEXT NOT NULL,
      agent TEXT NOT NULL,
      started_us INTEGER NOT NULL,
      state TEXT NOT NULL,
      attempts INTEGER NOT NULL,
      at INTEGER NOT NULL,
      scores TEXT,
      is_kept INTEGER NOT NULL DEFAULT 0,
      is_posted INTEGER NOT NULL DEFAULT 0,
      PRIMARY KEY (standard, source, trace_id, agent)
    ) STRICT`,
    'CREATE INDEX online_grade_by_start ON online_grade (started_us)',
    // What one question to a judge costs; until it is answered, the most that it may cost.
    'CREATE TABLE online_spend (id TEXT NOT NULL PRIMARY KEY, day INTEGER NOT NULL, nanos INTEGER NOT NULL) STRICT',
    'CREATE INDEX online_spend_by_day ON online_spend (day)',
    `CREATE TABLE online_mark (
      standard TEXT NOT NULL,
      source TEXT NOT NULL,
      agent TEXT NOT NULL,
      high_us INTEGER NOT NULL,
      PRIMARY KEY (standard, source, agent)
    ) STRICT`,
  ],
  [
    // The audit chain. Rows are added and never changed; hash and prev: see ground/audit/chain.
    `CREATE TABLE audit (
      seq INTEGER NOT NULL PRIMARY KEY,
      at INTEGER NOT NULL,
      actor TEXT NOT NULL,
      kind TEXT NOT NULL,
      subject TEXT NOT NULL,
      body TEXT NOT NULL,
      prev TEXT NOT NULL,
      hash TEXT NOT NULL UNIQUE
    ) STRICT`,
  ],
  [
    // plan: as approved. facts: of the run, for lists. fence: see lease.
    `CREATE TABLE runbook_run (
      id TEXT NOT NULL PRIMARY KEY,
      runbook TEXT NOT NULL,
      class TEXT NOT NULL,
      agents TEXT NOT NULL,
      plan TEXT NOT NULL,
      plan_hash TEXT NOT NULL,
      cause TEXT NOT NULL,
      actor TEXT NOT NULL,
      incident TEXT,
      status TEXT NOT NULL,
      started_at INTEGER NOT NULL,
      ended_at INTEGER,
      facts TEXT NOT NULL
    ) STRICT`,
    'CREATE INDEX runbook_run_by_time ON runbook_run (started_at)',
    // An intent is written before an act and its result after it; an intent without one is in doubt.
    `CREATE TABLE runbook_event (
      run_id TEXT NOT NULL,
      seq INTEGER NOT NULL,
      step TEXT NOT NULL,
      kind TEXT NOT NULL,
      at INTEGER NOT NULL,
      body TEXT NOT NULL,
      PRIMARY KEY (run_id, seq)
    ) STRICT`,
    `CREATE TABLE approval (
      plan_hash TEXT NOT NULL,
      signer TEXT NOT NULL,
      at INTEGER NOT NULL,
      body TEXT NOT NULL,
      PRIMARY KEY (plan_hash, signer)
    ) STRICT`,
    `CREATE TABLE mitigation (
      id TEXT NOT NULL PRIMARY KEY,
      run_id TEXT NOT NULL,
      step TEXT NOT NULL,
      agent TEXT NOT NULL,
      action TEXT NOT NULL,
      control TEXT NOT NULL,
      change TEXT NOT NULL,
      status TEXT NOT NULL,
      applied_at INTEGER NOT NULL,
      expires_at INTEGER,
      on_expiry TEXT NOT NULL,
      ended_at INTEGER,
      evidence TEXT NOT NULL
    ) STRICT`,
    'CREATE INDEX mitigation_by_status ON mitigation (status, expires_at)',
    `CREATE TABLE "freeze" (
      id TEXT NOT NULL PRIMARY KEY,
      scope TEXT NOT NULL,
      reason TEXT NOT NULL,
      actor TEXT NOT NULL,
      at INTEGER NOT NULL,
      until INTEGER,
      ended_at INTEGER
    ) STRICT`,
    `CREATE TABLE incident (
      id TEXT NOT NULL PRIMARY KEY,
      title TEXT NOT NULL,
      agent TEXT,
      class TEXT NOT NULL,
      severity TEXT NOT NULL,
      status TEXT NOT NULL,
      opened_at INTEGER NOT NULL,
      acked_at INTEGER,
      resolved_at INTEGER,
      facts TEXT NOT NULL
    ) STRICT`,
    'CREATE INDEX incident_by_status ON incident (status, opened_at)',
    `CREATE TABLE outbox (
      id TEXT NOT NULL PRIMARY KEY,
      channel TEXT NOT NULL,
      dedup_key TEXT NOT NULL,
      message TEXT NOT NULL,
      status TEXT NOT NULL,
      attempts INTEGER NOT NULL,
      due_at INTEGER NOT NULL,
      made_at INTEGER NOT NULL,
      sent_at INTEGER,
      ref TEXT,
      error TEXT
    ) STRICT`,
    'CREATE INDEX outbox_by_status ON outbox (status, due_at)',
    // The last time a duty was done on this state: expiry is promised only where somebody keeps it.
    'CREATE TABLE duty (name TEXT NOT NULL PRIMARY KEY, at INTEGER NOT NULL) STRICT',
    // Settings of our own that a mitigation overrides for one agent; value is JSON.
    `CREATE TABLE override (
      agent TEXT NOT NULL,
      setting TEXT NOT NULL,
      value TEXT NOT NULL,
      PRIMARY KEY (agent, setting)
    ) STRICT`,
  ],
  alertTables,
  providerTables,
  queueTables,
];
