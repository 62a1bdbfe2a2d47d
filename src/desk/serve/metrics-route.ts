import type { Fleet } from '../../fleet/agent.ts';
import { OpsError } from '../../ground/errors.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { plain } from '../../ground/runtime/server.ts';
import { collectFleetStatus } from '../../oversight/status/collect-fleet-status.ts';
import { renderRuleMetrics } from '../../views/rule-metrics.ts';
import { renderScaleMetrics } from '../../views/scale-metrics.ts';
import { renderReceiverMetrics } from '../../views/serve-metrics.ts';
import { renderStatusMetrics } from '../../views/status-metrics.ts';
import { collectRuleFigures } from './collect-rule-figures.ts';
import type { DesiredWorkers } from './desired-workers.ts';
import type { Route } from './post.ts';

const exposition = { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' };

/** How long figures are told again before they are counted again, milliseconds, and how many times as long as counting took: what scrapes often must not keep the store from taking spans. */
const [leastFreshMs, restTimes] = [1000, 50];

/** `GET /metrics`: states and figures of every agent, what alert rules look at, and the counters of the receiver, for Prometheus. */
export const openMetricsRoute = (ctx: Context, fleet: Fleet, desired: Pick<DesiredWorkers, 'known'>): Route => {
  const { clock } = ctx;
  let known: { readonly text: Promise<string>; readonly until: number } | null = null;
  const count = async (): Promise<string> => {
    const query = { windowMs: fleet.defaults.windowMs, by: 'agent', filter: {} } as const;
    return renderStatusMetrics(await collectFleetStatus(ctx, fleet, query)) + renderRuleMetrics(await collectRuleFigures(ctx, fleet));
  };
  const fleetText = async (): Promise<string> => {
    const began = clock.monotonic();
    if (known !== null && began < known.until) return known.text;
    const text = count();
    // Whoever asks meanwhile gets the same; what could not be counted is counted again at once.
    known = { text, until: Number.POSITIVE_INFINITY };
    const settle = (until: number) => {
      known = { text, until };
    };
    text.then(
      () => settle(clock.monotonic() + Math.max(leastFreshMs, restTimes * (clock.monotonic() - began))),
      () => settle(0),
    );
    return text;
  };
  return {
    method: 'GET',
    async answer({ tally, on }) {
      try {
        return {
          status: 200,
          headers: exposition,
          body: (await fleetText()) + renderScaleMetrics(desired.known()) + renderReceiverMetrics(tally),
        };
      } catch (thrown) {
        if (!(thrown instanceof OpsError)) throw thrown;
        on({ event: 'trouble', message: thrown.message, hint: thrown.hint });
        return plain(503, 'the store cannot be read now');
      }
    },
  };
};
