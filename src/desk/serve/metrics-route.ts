import type { Fleet } from '../../fleet/agent.ts';
import { OpsError } from '../../ground/errors.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { plain } from '../../ground/runtime/server.ts';
import { collectFleetStatus } from '../../oversight/status/collect-fleet-status.ts';
import { renderReceiverMetrics } from '../../views/serve-metrics.ts';
import { renderStatusMetrics } from '../../views/status-metrics.ts';
import type { Route } from './post.ts';

const exposition = { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' };

/** How long the figures of the fleet are told again before they are counted again, milliseconds: what scrapes often must not keep the store from taking spans. */
const freshMs = 10_000;

/** `GET /metrics`: states and figures of every agent in the fleet's window, and the counters of the receiver, for Prometheus. */
export const openMetricsRoute = (ctx: Context, fleet: Fleet): Route => {
  const { clock } = ctx;
  let known: { readonly text: Promise<string>; readonly at: number } | null = null;
  const fleetText = (): Promise<string> => {
    if (known === null || clock.monotonic() - known.at >= freshMs) {
      const query = { windowMs: fleet.defaults.windowMs, by: 'agent', filter: {} } as const;
      known = { at: clock.monotonic(), text: collectFleetStatus(ctx, fleet, query).then(renderStatusMetrics) };
    }
    return known.text;
  };
  return {
    method: 'GET',
    async answer({ tally, on }) {
      try {
        return { status: 200, headers: exposition, body: (await fleetText()) + renderReceiverMetrics(tally) };
      } catch (thrown) {
        if (!(thrown instanceof OpsError)) throw thrown;
        on({ event: 'trouble', message: thrown.message, hint: thrown.hint });
        return plain(503, 'the store cannot be read now');
      }
    },
  };
};
