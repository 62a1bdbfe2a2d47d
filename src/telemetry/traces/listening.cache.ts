import type { Cache } from '../../ground/store/port.ts';

/** Where `meta` says whether a receiver listens. */
const listeningKey = 'listening_ms';

/** How long a receiver has been listening without a break, and when it last said so; UTC epoch ms. */
export interface Listening {
  readonly since: number;
  readonly at: number;
}

/** Notes that a receiver listens: spans alone do not tell silence from nobody being there to hear them. */
export const noteListening = (cache: Cache, { since, at }: Listening): void => {
  cache.run('INSERT OR REPLACE INTO meta (k, v) VALUES (?, ?)', listeningKey, `${since} ${at}`);
};

/** The last sign of a receiver; null: none ever listened here. */
export const readListening = (cache: Cache): Listening | null => {
  const [row] = cache.all<{ v: string }>('SELECT v FROM meta WHERE k = ?', listeningKey);
  const [since, at] = (row?.v ?? '').split(' ').map(Number);
  return since === undefined || at === undefined ? null : { since, at };
};
