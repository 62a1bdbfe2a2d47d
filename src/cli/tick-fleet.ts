import { everything, selectAgents } from '../fleet/select.ts';
import { channels } from '../oversight/notify/registry.ts';
import { runDueProbes } from '../oversight/providers/run-due-probes.ts';
import type { DutyName } from '../response/tick/duties.ts';
import { runTick, type TickAids, type TickBegun, type TickEvent } from '../response/tick/run-tick.ts';
import { hasFailed, type Tick } from '../response/tick/tick.ts';
import { backends } from '../telemetry/traces/registry.ts';
import { tickFormats } from '../views/tick.ts';
import { askAgents, defaultCheckOptions } from './check-fleet.ts';
import type { Outcome, Session } from './command.ts';
import { verifiersOf } from './verify-agents.ts';

export interface TickOptions {
  readonly duties: readonly DutyName[];
  /** Another tick is waited for. */
  readonly waits: boolean;
}

/** Does one tick of the session's fleet. */
export const tickFleet = async (session: Session, options: TickOptions, on: (event: TickEvent) => void): Promise<TickBegun> => {
  const { fleet } = await session.fleet();
  const aids: TickAids = {
    checks: async (ctx) => {
      const selected = selectAgents(fleet, everything);
      const results = await askAgents({ ...session, ctx }, fleet, selected, { ...defaultCheckOptions, due: true }, () => undefined);
      return results.length + (await runDueProbes(ctx, fleet));
    },
    verifiers: verifiersOf(session),
    backends,
    channels,
  };
  return runTick(session.ctx, fleet, options, aids, on);
};

/** Says on stderr what goes on, for whoever asked for details. */
export const tickTeller =
  ({ ctx, terminal }: Pick<Session, 'ctx' | 'terminal'>): ((event: TickEvent) => void) =>
  (event) => {
    const say = (line: string) => terminal.detail(ctx.secrets.mask(line));
    if (event.event === 'waiting') terminal.say('another tick is at it; waiting for its end');
    else if (event.event === 'duty') say(`${event.duty}: ${event.summary}`);
    else if (event.problem.duty === 'watchdog') terminal.say(ctx.secrets.mask(event.problem.message));
    else say(`${event.problem.duty}: ${event.problem.message}`);
  };

/** A tick as the answer of a command. */
export const tickOutcome = async ({ fleet: load, flags }: Session, tick: Tick): Promise<Outcome> => ({
  finding: hasFailed(tick) ? 'no_verdict' : 'none',
  formats: tickFormats({ fleet: (await load()).fleet.name, tick, isQuiet: flags.quiet === true }),
  next: tick.firing.length > 0 ? ['agentops alerts list'] : [],
});
