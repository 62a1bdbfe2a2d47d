/** The step of the journal that alerts came with; like every step it is never edited once it is out. Times are UTC epoch milliseconds. */
export const alertTables: readonly string[] = [
  // One rule on one agent ('' where it is about none), or one of its stages: how it stands, who was told, who took it on. JSON where TEXT is not a name.
  `CREATE TABLE alert (
    rule TEXT NOT NULL,
    agent TEXT NOT NULL,
    label TEXT NOT NULL,
    state TEXT NOT NULL,
    since INTEGER NOT NULL,
    severity TEXT NOT NULL,
    category TEXT NOT NULL,
    instance TEXT NOT NULL,
    judgement TEXT NOT NULL,
    exemplar TEXT,
    told TEXT,
    quiet TEXT,
    ack TEXT,
    PRIMARY KEY (rule, agent, label)
  ) STRICT`,
  'CREATE INDEX alert_by_state ON alert (state)',
  // What changed and when, in event time; at is when it was seen.
  `CREATE TABLE alert_event (
    id TEXT NOT NULL PRIMARY KEY,
    rule TEXT NOT NULL,
    agent TEXT NOT NULL,
    label TEXT NOT NULL,
    kind TEXT NOT NULL,
    event_at INTEGER NOT NULL,
    at INTEGER NOT NULL,
    is_late INTEGER NOT NULL,
    body TEXT NOT NULL
  ) STRICT`,
  'CREATE INDEX alert_event_by_time ON alert_event (event_at)',
  `CREATE TABLE silence (
    id TEXT NOT NULL PRIMARY KEY,
    matcher TEXT NOT NULL,
    reason TEXT NOT NULL,
    actor TEXT NOT NULL,
    starts_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    ended_at INTEGER
  ) STRICT`,
  'CREATE INDEX silence_by_end ON silence (ends_at)',
  // What each evaluation saw, so that it can be made again; watermark: up to when data was complete, UTC epoch ms. rules: a hash; body: JSON.
  `CREATE TABLE alert_input (
    at INTEGER NOT NULL PRIMARY KEY,
    watermark INTEGER NOT NULL,
    rules TEXT NOT NULL,
    body TEXT NOT NULL
  ) STRICT`,
  // In which order messages were made (0: before that was known), what they are about, what they may be joined with, until when they hold,
  // and the channel that could not be reached.
  'ALTER TABLE outbox ADD COLUMN seq INTEGER NOT NULL DEFAULT 0',
  'ALTER TABLE outbox ADD COLUMN about TEXT',
  'ALTER TABLE outbox ADD COLUMN group_key TEXT',
  'ALTER TABLE outbox ADD COLUMN again_at INTEGER',
  'ALTER TABLE outbox ADD COLUMN instead_of TEXT',
  'CREATE INDEX outbox_by_seq ON outbox (seq)',
  'CREATE INDEX outbox_by_about ON outbox (channel, about, seq)',
  'CREATE INDEX outbox_by_again ON outbox (again_at)',
  'CREATE INDEX outbox_by_instead ON outbox (instead_of)',
  'CREATE INDEX outbox_by_key ON outbox (dedup_key)',
];
