import { Conflict } from './conflict.ts';
import type { Journal, Write } from './port.ts';

/** The right to do something alone for a while. */
export interface Lease {
  readonly name: string;
  /** Random, so that no two holders are the same. */
  readonly owner: string;
  /** Grows with each holder of the name. */
  readonly fence: number;
  /** How long it lasts without being renewed, ms. */
  readonly ttlMs: number;
}

/**
 * Takes a lease that is free or has run out; null where somebody holds it. Each write of the holder goes into one commit with
 * `holdLease`, so that one who was stopped for longer than it lasts writes nothing any more.
 */
export const takeLease = async (
  journal: Journal,
  { name, owner, ttlMs }: Pick<Lease, 'name' | 'owner' | 'ttlMs'>,
): Promise<Lease | null> => {
  const now = await journal.now();
  await journal.commit([
    {
      sql: `INSERT INTO lease (name, owner, fence, expires_at) VALUES (?, ?, 1, ?)
        ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, fence = lease.fence + 1, expires_at = excluded.expires_at
        WHERE lease.expires_at <= ?`,
      params: [name, owner, now + ttlMs, now],
    },
  ]);
  const [row] = await journal.all<{ fence: number }>('SELECT fence FROM lease WHERE name = ? AND owner = ?', name, owner);
  return row === undefined ? null : { name, owner, fence: Number(row.fence), ttlMs };
};

/** When a lease runs out unless it is renewed, UTC epoch ms; null where nobody ever held it. One that grows belongs to somebody alive. */
export const leaseEnd = async (journal: Journal, name: string): Promise<number | null> => {
  const [row] = await journal.all<{ expires_at: number }>('SELECT expires_at FROM lease WHERE name = ?', name);
  return row?.expires_at ?? null;
};

/** A lease that somebody holds. */
export interface HeldLease extends Pick<Lease, 'name' | 'owner' | 'fence'> {
  /** UTC epoch ms. */
  readonly expiresAt: number;
}

/** Leases that are held now and whose names begin so, by name. */
export const heldLeases = async (journal: Journal, prefix: string): Promise<readonly HeldLease[]> => {
  const rows = await journal.all<{ name: string; owner: string; fence: number; expires_at: number }>(
    'SELECT name, owner, fence, expires_at FROM lease WHERE substr(name, 1, ?) = ? AND expires_at > ? ORDER BY name',
    prefix.length,
    prefix,
    await journal.now(),
  );
  return rows.map((row) => ({ name: row.name, owner: row.owner, fence: Number(row.fence), expiresAt: Number(row.expires_at) }));
};

/** The write that ends a lease of somebody else at once; whoever held it writes nothing any more. Fails (`Conflict`) where it has another holder. */
export const breakLease = ({ name, owner, fence }: HeldLease): Write => ({
  sql: "UPDATE lease SET owner = '', fence = fence + 1, expires_at = 0 WHERE name = ? AND owner = ? AND fence = ?",
  params: [name, owner, fence],
  rows: 1,
});

/** Whether a lease is still its holder's. */
export const isHeld = async (journal: Journal, { name, owner, fence }: Lease): Promise<boolean> => {
  const [row] = await journal.all<{ n: number }>(
    'SELECT count(*) AS n FROM lease WHERE name = ? AND owner = ? AND fence = ?',
    name,
    owner,
    fence,
  );
  return Number(row?.n) === 1;
};

/** The write that renews a lease, and with which the commit it stands in fails (`Conflict`) where the lease was lost to another. */
export const holdLease = ({ name, owner, fence, ttlMs }: Lease, now: number): Write => ({
  sql: 'UPDATE lease SET expires_at = ? WHERE name = ? AND owner = ? AND fence = ?',
  params: [now + ttlMs, name, owner, fence],
  rows: 1,
});

/** Gives a lease back before it runs out; one that was lost meanwhile is nobody's business any more. */
export const releaseLease = async (journal: Journal, lease: Lease): Promise<void> => {
  try {
    await journal.commit([holdLease({ ...lease, ttlMs: 0 }, await journal.now())]);
  } catch (thrown) {
    if (!(thrown instanceof Conflict)) throw thrown;
  }
};
