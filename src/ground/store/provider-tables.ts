/** What probes of providers came to; a step of the journal's tables. */
export const providerTables: readonly string[] = [
  // agent and hop: the link of whose chain it stood for, empty where it was due by itself; answered: NULL where nobody can tell.
  `CREATE TABLE provider_probe (
    id TEXT NOT NULL PRIMARY KEY,
    provider TEXT NOT NULL,
    agent TEXT NOT NULL,
    hop TEXT NOT NULL,
    at INTEGER NOT NULL,
    answered INTEGER,
    cost_nanos INTEGER,
    body TEXT NOT NULL
  ) STRICT`,
  'CREATE INDEX provider_probe_by_provider ON provider_probe (provider, at)',
  'CREATE INDEX provider_probe_by_agent ON provider_probe (agent, at)',
];
