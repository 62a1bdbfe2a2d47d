import type { Cache } from '../../ground/store/port.ts';
import { dims } from '../../telemetry/traces/dictionary.cache.ts';

/** What requests of a while cost. */
export interface Burnt {
  readonly requests: number;
  /** Nano-dollars, as far as prices are known. */
  readonly costNanos: number;
  /** Calls without a known price: what they cost comes on top. */
  readonly unpriced: number;
}

/** What the requests to an agent cost that were running at some time of a window, UTC epoch ms; our own probes left out. */
export const readBurnt = (cache: Cache, agent: string, window: { readonly from: number; readonly to: number }): Burnt => {
  const [row] = cache.all<{ n: number; cost: number | null; unpriced: number | null }>(
    `SELECT COUNT(*) AS n, SUM(cost_nanos) AS cost, SUM(unpriced) AS unpriced FROM run
     WHERE start_us >= ? AND start_us < ? AND synthetic = 0 AND agent = (SELECT id FROM dict WHERE dim = ${dims.agent} AND word = ?)`,
    window.from * 1000,
    window.to * 1000,
    agent,
  );
  return { requests: row?.n ?? 0, costNanos: row?.cost ?? 0, unpriced: row?.unpriced ?? 0 };
};
