/**
 * The cache's tables as numbered steps; step n leads to version n. Steps are never edited, only added.
 * Times are UTC epoch microseconds, money nano-dollars. Words that repeat are numbers of `dict`, 0 where there is none; columns of the
 * type ANY hold ids: bytes where the id is hex or a UUID, text otherwise. NULL is not known, never 0.
 */
export const cacheSteps: readonly (readonly string[])[] = [
  [
    'CREATE TABLE dict (id INTEGER PRIMARY KEY, dim INTEGER NOT NULL, word TEXT NOT NULL, UNIQUE (dim, word)) STRICT',
    // Numbered in order of arrival, so that new spans go to the end of their table: a random key costs half the speed.
    `CREATE TABLE trace (
      no INTEGER PRIMARY KEY,
      source INTEGER NOT NULL,
      trace_id ANY NOT NULL,
      anchor_s INTEGER NOT NULL,
      UNIQUE (source, trace_id)
    ) STRICT`,
    // Ten million of them: times count from the trace's anchor (a second), and from the span's own end for the update; state packs the small facts
    // (traces/codes). run_no and the part of state that says whether usage counts are derived from the whole trace.
    `CREATE TABLE span (
      trace_no INTEGER NOT NULL,
      span_id ANY NOT NULL,
      parent_id ANY,
      run_no INTEGER NOT NULL,
      state INTEGER NOT NULL,
      name INTEGER NOT NULL,
      model INTEGER NOT NULL,
      start_after_us INTEGER NOT NULL,
      dur_us INTEGER,
      ttft_us INTEGER,
      in_tok INTEGER,
      out_tok INTEGER,
      cache_r INTEGER,
      cache_w INTEGER,
      cache_w1h INTEGER,
      reason_tok INTEGER,
      cost_nanos INTEGER,
      labels INTEGER NOT NULL,
      user INTEGER NOT NULL,
      session INTEGER NOT NULL,
      task INTEGER NOT NULL,
      env INTEGER NOT NULL,
      release INTEGER NOT NULL,
      prompt INTEGER NOT NULL,
      updated_after_us INTEGER,
      input_hash INTEGER,
      PRIMARY KEY (trace_no, span_id)
    ) STRICT, WITHOUT ROWID`,
    // One request to one agent: the part of a trace below the span where that agent takes over.
    `CREATE TABLE run (
      trace_no INTEGER NOT NULL,
      run_no INTEGER NOT NULL,
      entry_id ANY NOT NULL,
      caller_run INTEGER,
      agent INTEGER NOT NULL,
      caller INTEGER NOT NULL,
      user INTEGER NOT NULL,
      session INTEGER NOT NULL,
      task INTEGER NOT NULL,
      env INTEGER NOT NULL,
      release INTEGER NOT NULL,
      prompt INTEGER NOT NULL,
      start_us INTEGER NOT NULL,
      dur_us INTEGER,
      ttft_us INTEGER,
      is_error INTEGER NOT NULL,
      error_type INTEGER NOT NULL,
      spans INTEGER NOT NULL,
      steps INTEGER NOT NULL,
      llm_calls INTEGER NOT NULL,
      tool_calls INTEGER NOT NULL,
      retrievals INTEGER NOT NULL,
      in_tok INTEGER NOT NULL,
      cached_tok INTEGER NOT NULL,
      out_tok INTEGER NOT NULL,
      priced INTEGER NOT NULL,
      unpriced INTEGER NOT NULL,
      cost_nanos INTEGER,
      quality_n INTEGER NOT NULL,
      quality_micro INTEGER NOT NULL,
      synthetic INTEGER NOT NULL,
      PRIMARY KEY (trace_no, run_no)
    ) STRICT, WITHOUT ROWID`,
    'CREATE INDEX run_start ON run (start_us)',
    `CREATE TABLE score (
      trace_no INTEGER NOT NULL,
      score_id TEXT NOT NULL,
      span_id ANY,
      run_no INTEGER NOT NULL,
      name INTEGER NOT NULL,
      value REAL,
      label TEXT,
      origin INTEGER NOT NULL,
      at_us INTEGER NOT NULL,
      updated_us INTEGER,
      PRIMARY KEY (trace_no, score_id)
    ) STRICT, WITHOUT ROWID`,
    'CREATE TABLE payload (trace_no INTEGER NOT NULL, span_id ANY NOT NULL, body TEXT NOT NULL, PRIMARY KEY (trace_no, span_id)) STRICT, WITHOUT ROWID',
    // Requests by facet (agent alone, user, release, …); key is the facet's word, sketches are of `ground/math/sketch`.
    `CREATE TABLE run_roll (
      grain INTEGER NOT NULL,
      facet INTEGER NOT NULL,
      bucket INTEGER NOT NULL,
      key INTEGER NOT NULL,
      agent INTEGER NOT NULL,
      n INTEGER NOT NULL,
      errors INTEGER NOT NULL,
      cost_nanos INTEGER NOT NULL,
      costed INTEGER NOT NULL,
      priced INTEGER NOT NULL,
      unpriced INTEGER NOT NULL,
      in_tok INTEGER NOT NULL,
      cached_tok INTEGER NOT NULL,
      out_tok INTEGER NOT NULL,
      ok_out_tok INTEGER NOT NULL,
      steps INTEGER NOT NULL,
      steps_max INTEGER NOT NULL,
      llm_calls INTEGER NOT NULL,
      tool_calls INTEGER NOT NULL,
      retrievals INTEGER NOT NULL,
      quality_n INTEGER NOT NULL,
      quality_micro INTEGER NOT NULL,
      logcost_micro INTEGER NOT NULL,
      logcost_sq_micro INTEGER NOT NULL,
      probes INTEGER NOT NULL,
      probe_cost_nanos INTEGER NOT NULL,
      h_dur BLOB NOT NULL,
      h_ttft BLOB NOT NULL,
      h_cost BLOB NOT NULL,
      h_steps BLOB NOT NULL,
      PRIMARY KEY (grain, facet, bucket, key, agent)
    ) STRICT, WITHOUT ROWID`,
    // Calls of models, tools and retrievals, and whatever else carries a cost; key = model or name.
    `CREATE TABLE call_roll (
      grain INTEGER NOT NULL,
      bucket INTEGER NOT NULL,
      kind INTEGER NOT NULL,
      key INTEGER NOT NULL,
      agent INTEGER NOT NULL,
      n INTEGER NOT NULL,
      errors INTEGER NOT NULL,
      cost_nanos INTEGER NOT NULL,
      priced INTEGER NOT NULL,
      unpriced INTEGER NOT NULL,
      in_tok INTEGER NOT NULL,
      cached_tok INTEGER NOT NULL,
      written_tok INTEGER NOT NULL,
      out_tok INTEGER NOT NULL,
      ok_out_tok INTEGER NOT NULL,
      reason_tok INTEGER NOT NULL,
      probes INTEGER NOT NULL,
      probe_cost_nanos INTEGER NOT NULL,
      h_dur BLOB NOT NULL,
      h_ttft BLOB NOT NULL,
      PRIMARY KEY (grain, bucket, kind, key, agent)
    ) STRICT, WITHOUT ROWID`,
    `CREATE TABLE score_roll (
      grain INTEGER NOT NULL,
      bucket INTEGER NOT NULL,
      name INTEGER NOT NULL,
      agent INTEGER NOT NULL,
      release INTEGER NOT NULL,
      n INTEGER NOT NULL,
      sum_micro INTEGER NOT NULL,
      PRIMARY KEY (grain, bucket, name, agent, release)
    ) STRICT, WITHOUT ROWID`,
    'CREATE TABLE dirty_bucket (bucket INTEGER PRIMARY KEY) STRICT',
    'CREATE TABLE sync_state (source INTEGER PRIMARY KEY, cursor TEXT, high_us INTEGER, synced_us INTEGER) STRICT',
    'CREATE TABLE meta (k TEXT PRIMARY KEY, v TEXT NOT NULL) STRICT, WITHOUT ROWID',
  ],
  [
    // What backends with `mode: metrics` counted themselves, one row a bucket, canonical labels and model; owned when it is read.
    `CREATE TABLE aggregate (
      source INTEGER NOT NULL,
      bucket_us INTEGER NOT NULL,
      labels INTEGER NOT NULL,
      model INTEGER NOT NULL,
      width_us INTEGER NOT NULL,
      requests INTEGER NOT NULL,
      errors INTEGER,
      in_tok INTEGER,
      out_tok INTEGER,
      cost_nanos INTEGER,
      p50_us INTEGER,
      p95_us INTEGER,
      p99_us INTEGER,
      PRIMARY KEY (source, bucket_us, labels, model)
    ) STRICT, WITHOUT ROWID`,
  ],
  // The agent whose token a score came with; 0: none.
  ['ALTER TABLE score ADD COLUMN sender INTEGER NOT NULL DEFAULT 0'],
  [
    // Coarser buckets are marked as well, by the finer ones that were recomputed: a long recomputation can then be cut into short ones.
    'CREATE TABLE dirty (grain INTEGER NOT NULL, bucket INTEGER NOT NULL, PRIMARY KEY (grain, bucket)) STRICT, WITHOUT ROWID',
    'INSERT INTO dirty SELECT 0, bucket FROM dirty_bucket',
    'DROP TABLE dirty_bucket',
    'ALTER TABLE dirty RENAME TO dirty_bucket',
  ],
  [
    // What judges and embedders answered; key is a hash of who was asked what about which answer, said is JSON. Times in milliseconds.
    'CREATE TABLE verdict (key TEXT PRIMARY KEY, said TEXT NOT NULL, at_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID',
    'CREATE INDEX verdict_by_time ON verdict (at_ms)',
  ],
  [
    // Of model calls: which instructions a prompt begins with, and how alike two of them are (traces/prompt-sketch).
    'ALTER TABLE span ADD COLUMN prompt_sketch BLOB',
  ],
  [
    'DROP INDEX IF EXISTS span_prompt',
    // Every sixteenth prompt with all its repeats: enough to tell how often an answer could be given again, without reading every call.
    'CREATE INDEX span_repeat ON span (input_hash, state) WHERE (state & 15) = 2 AND (input_hash >> 40 & 15) = 0',
  ],
  [
    // How requests that were over stood before spans of them came late, and which of those may be safety events (traces/late).
    `CREATE TABLE late_run (
      no INTEGER PRIMARY KEY AUTOINCREMENT,
      trace_no INTEGER NOT NULL,
      run_no INTEGER NOT NULL,
      steps INTEGER NOT NULL,
      tokens INTEGER NOT NULL,
      cost_nanos INTEGER,
      error_type INTEGER NOT NULL
    ) STRICT`,
    'CREATE INDEX late_run_by_trace ON late_run (trace_no, run_no)',
    'CREATE TABLE late_span (no INTEGER PRIMARY KEY AUTOINCREMENT, trace_no INTEGER NOT NULL, span_id ANY NOT NULL) STRICT',
    'CREATE INDEX late_span_by_trace ON late_span (trace_no)',
  ],
];
