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

/** The newest answer of every link of every chain in a drill, and the newest drill of it: when it was last proven, and last asked. */
export interface DrilledHop {
  readonly agent: string;
  readonly hop: string;
  /** UTC epoch ms. */
  readonly drilledAt: number;
  /** UTC epoch ms; null: it never answered. */
  readonly provenAt: number | null;
}

/** When the links of chains were last drilled. */
export const readDrilledHops = async (journal: Journal): Promise<readonly DrilledHop[]> => {
  const rows = await journal.all<{ agent: string; hop: string; drilled: number; proven: number | null }>(
    `SELECT agent, hop, MAX(at) AS drilled, MAX(CASE WHEN answered = 1 THEN at END) AS proven
     FROM provider_probe WHERE agent <> '' GROUP BY agent, hop ORDER BY agent, hop`,
  );
  return rows.map(({ agent, hop, drilled, proven }) => ({
    ...{ agent, hop, drilledAt: Number(drilled), provenAt: proven === null ? null : Number(proven) },
  }));
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
