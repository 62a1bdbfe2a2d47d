import { requireAgent } from '../fleet/select.ts';
import { collectAdvice } from '../telemetry/advice/collect-advice.ts';
import type { Strategy } from '../telemetry/advice/saving.ts';
import { adviceFormats } from '../views/advice.ts';
import type { Outcome, Session } from './command.ts';
import { requireSpans } from './require-spans.ts';

export interface AdviceWish {
  readonly windowMs: number;
  /** Empty: all. */
  readonly strategies: readonly Strategy[];
  /** What saves less a month is not shown, nano-dollars. */
  readonly leastNanos: number;
  readonly top: number;
}

/** Ways to spend less, on one agent or on all. */
export const showAdvice = async (
  session: Session,
  agent: string | null,
  { windowMs, strategies, leastNanos, top }: AdviceWish,
): Promise<Outcome> => {
  const { ctx } = session;
  const { fleet } = await session.fleet();
  const agents = agent === null ? [] : [requireAgent(fleet, agent).name];
  const now = ctx.clock.now();
  const report = await collectAdvice(ctx, fleet, { agents, window: { fromUs: (now - windowMs) * 1000, toUs: now * 1000 }, strategies });
  const isEmpty = report.spent === 0 && report.findings.length === 0;
  requireSpans(fleet, isEmpty, agent);
  const layout = { leastDollars: leastNanos / 1e9, top };
  const formats = Object.entries(adviceFormats).map(([format, render]) => [format, (view: never) => render(report, view, layout)]);
  return {
    finding: isEmpty ? 'no_verdict' : 'none',
    formats: Object.fromEntries(formats),
    next: isEmpty ? ['agentops sync'] : [],
  };
};
