import type { Agent, Fleet } from '../fleet/agent.ts';
import { requireAgent } from '../fleet/select.ts';
import { usageError } from '../ground/errors.ts';
import { plural } from '../ground/output/phrases.ts';
import { humanDuration } from '../ground/units/duration.ts';
import { collectScale, type ScaleEvent } from '../response/scale/collect-scale.ts';
import { scaleShownFormats } from '../views/scale-show.ts';
import type { Outcome, Session } from './command.ts';

/** The agents that are meant: one by name, or all that have a queue. Throws a usage error where there is none, or it has no queue. */
export const queuedAgents = (fleet: Fleet, name: string | null): readonly Agent[] => {
  const hasQueue = ({ queue }: Agent) => queue !== undefined && queue !== null;
  if (name === null) return fleet.agents.filter(hasQueue);
  const agent = requireAgent(fleet, name);
  if (hasQueue(agent)) return [agent];
  throw usageError({
    code: 'queue_missing',
    message: `${name} has no queue in the manifest`,
    hint: `add queue: to agents.${name}: agentops explain agents.queue`,
  });
};

/** What is said while queues are looked at, one line each. */
export const scaleNews =
  ({ terminal }: Pick<Session, 'terminal'>) =>
  (event: ScaleEvent): void => {
    if (event.event === 'again')
      terminal.say(`nobody looked lately: looking again in ${humanDuration(event.inMs)}, because one look decides nothing`);
    else if (event.queues > 1) terminal.say(`looking at ${plural(event.queues, 'queue')}`);
  };

/** How much waits for agents, who works on it, and how many should. */
export const showScale = async (session: Session, name: string | null): Promise<Outcome> => {
  const { ctx } = session;
  const { fleet } = await session.fleet();
  const request = { agents: queuedAgents(fleet, name), looksTwice: false, controls: 'all' } as const;
  const report = await collectScale(ctx, fleet, request, () => undefined);
  const { views } = report;
  const isBlind = views.length > 0 && views.every(({ facts }) => facts.depth === null);
  const moving = views.find(({ decision }) => decision.move !== 'hold' || decision.cause === 'once_seen');
  return {
    finding: isBlind ? 'no_verdict' : 'none',
    formats: scaleShownFormats({ ...report, fleet: fleet.name, generatedAt: ctx.clock.now() }),
    next: moving === undefined ? [] : [`agentops scale plan ${moving.agent}`],
  };
};
