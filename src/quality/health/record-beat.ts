import { randomUUID } from 'node:crypto';
import type { Fleet } from '../../fleet/agent.ts';
import { requireAgent, requireCheck } from '../../fleet/select.ts';
import { usageError } from '../../ground/errors.ts';
import type { Context } from '../../ground/runtime/context.ts';
import type { Beat } from './heartbeat.ts';
import { saveBeat } from './results.journal.ts';

/** Who reports; the check may be left out where the agent has one heartbeat. */
export interface BeatTarget {
  readonly agent: string;
  readonly check: string | null;
}

/** A beat as it was kept. */
export interface NotedBeat extends Pick<Beat, 'at' | 'status'> {
  readonly agent: string;
  readonly check: string;
}

/** Keeps a report of an agent about itself. Throws a usage error where the target is no heartbeat of the fleet. */
export const recordBeat = async (
  ctx: Pick<Context, 'clock' | 'journal'>,
  fleet: Fleet,
  target: BeatTarget,
  { status, note }: Pick<Beat, 'status' | 'note'>,
): Promise<NotedBeat> => {
  const { agent, check } = heartbeatOf(fleet, target);
  const at = ctx.clock.now();
  await saveBeat(await ctx.journal(), agent, check, randomUUID(), { at, status, note });
  return { agent, check, status, at };
};

const heartbeatOf = (fleet: Fleet, target: BeatTarget): { readonly agent: string; readonly check: string } => {
  const agent = requireAgent(fleet, target.agent);
  const heartbeats = agent.checks.filter((check) => check.kind === 'heartbeat');
  const check = target.check === null ? heartbeats[0] : requireCheck(agent, target.check);
  if (check !== undefined && check.kind === 'heartbeat' && (target.check !== null || heartbeats.length === 1))
    return { agent: agent.name, check: check.id };
  const ids = heartbeats.map(({ id }) => `${agent.name}/${id}`);
  throw usageError({
    code: 'no_heartbeat',
    message:
      ids.length === 0
        ? `${agent.name} has no heartbeat check`
        : `${[target.agent, target.check].filter((part) => part !== null).join('/')} does not name one heartbeat`,
    hint: ids.length === 0 ? 'add a check with heartbeat: { every: 1d } to the manifest' : `there is: ${ids.join(', ')}`,
  });
};
