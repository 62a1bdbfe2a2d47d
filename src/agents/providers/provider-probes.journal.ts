import type { Journal, Write } from '../../ground/store/port.ts';
import { isAnswered, type ProviderProbe } from './provider-probe.ts';

/** The write that keeps what a probe came to. */
export const probeWrite = (probe: ProviderProbe): Write => {
  const { id, provider, agent, hop, at, costNanos } = probe;
  const answered = isAnswered(probe);
  return {
    sql: 'INSERT INTO provider_probe (id, provider, agent, hop, at, answered, cost_nanos, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    params: [id, provider, agent ?? '', hop ?? '', at, answered === null ? null : Number(answered), costNanos, JSON.stringify(probe)],
    rows: 1,
  };
};

interface Row {
  readonly body: string;
}

const probesIn = (rows: readonly Row[]): readonly ProviderProbe[] => rows.map(({ body }) => JSON.parse(body) as ProviderProbe);

/** Probes of a provider of a range (UTC epoch ms, `until` included), newest first. */
export const latestProbes = async (
  journal: Journal,
  provider: string,
  { since, until, limit }: { readonly since: number; readonly until: number; readonly limit: number },
): Promise<readonly ProviderProbe[]> =>
  probesIn(
    await journal.all<Row>(
      'SELECT body FROM provider_probe WHERE provider = ? AND at >= ? AND at <= ? ORDER BY at DESC, id DESC LIMIT ?',
      ...[provider, since, until, limit],
    ),
  );

/** All probes of a provider of a range (UTC epoch ms, both ends included), newest first. */
export const probesBetween = async (
  journal: Journal,
  provider: string,
  { since, until }: { readonly since: number; readonly until: number },
): Promise<readonly ProviderProbe[]> =>
  probesIn(
    await journal.all<Row>(
      'SELECT body FROM provider_probe WHERE provider = ? AND at >= ? AND at <= ? ORDER BY at DESC, id DESC',
      ...[provider, since, until],
    ),
  );

/** When a probe of a provider that was due by itself was last sent, UTC epoch ms; null: never. */
export const lastDueProbeAt = async (journal: Journal, provider: string): Promise<number | null> => {
  const [row] = await journal.all<{ at: number | null }>(
    "SELECT MAX(at) AS at FROM provider_probe WHERE provider = ? AND agent = ''",
    provider,
  );
  return row?.at == null ? null : Number(row.at);
};

/** What drills have shown of one link of a chain. Instants are UTC epoch ms. */
export interface DrilledHop {
  readonly agent: string;
  /** As `fallback` has it. */
  readonly hop: string;
  /** When it last answered, and who did; null: it never has. */
  readonly proven: { readonly at: number; readonly answerer: ProviderProbe['answerer'] } | null;
  /** When it last was asked and did not answer; null: never. */
  readonly failedAt: number | null;
}

/** What drills since a moment (UTC epoch ms) have shown of every link that was asked. */
export const readDrilledHops = async (journal: Journal, since: number): Promise<readonly DrilledHop[]> => {
  const rows = await journal.all<Row>("SELECT body FROM provider_probe WHERE agent <> '' AND at >= ? ORDER BY at, id", since);
  const hops = new Map<string, DrilledHop>();
  for (const probe of probesIn(rows)) {
    const { agent, hop, at, answerer } = probe;
    if (agent === null || hop === null) continue;
    const key = JSON.stringify([agent, hop]);
    const known = hops.get(key) ?? { agent, hop, proven: null, failedAt: null };
    const answered = isAnswered(probe);
    if (answered === true) hops.set(key, { ...known, proven: { at, answerer } });
    else if (answered === false) hops.set(key, { ...known, failedAt: at });
  }
  return [...hops.values()];
};

/** What probes of a provider, or drills of an agent's chain, have cost since a moment (UTC epoch ms), nano-dollars, as far as it was told. */
export const probesSpentSince = async (
  journal: Journal,
  of: { readonly provider: string } | { readonly agent: string },
  since: number,
): Promise<number> => {
  const [column, name] = 'provider' in of ? ['provider', of.provider] : ['agent', of.agent];
  const [row] = await journal.all<{ spent: number | null }>(
    `SELECT SUM(cost_nanos) AS spent FROM provider_probe WHERE ${column} = ? AND at >= ?`,
    ...[name, since],
  );
  return Number(row?.spent ?? 0);
};
