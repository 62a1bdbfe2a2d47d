import type { RunbookClass } from '../runbooks/runbook.ts';
import { type Incident, traceOf } from './incident.ts';
import type { Timeline } from './timeline.ts';

/** The shipped runbook of a class. */
const runbookOf: Readonly<Record<RunbookClass, string>> = {
  loop: 'runaway-loop',
  hallucination: 'hallucination-spike',
  cost: 'cost-anomaly',
  safety: 'safety-violation',
  latency: 'latency-blowup',
  outage: 'provider-outage',
  other: 'throttle',
};

/** A command, and what it is good for now. */
export interface NextCommand {
  readonly command: string;
  readonly why: string;
}

/** The command that starts the runbook for a kind of trouble. */
export const runbookCommand = ({ id, class: of, agent }: Pick<Incident, 'id' | 'class' | 'agent'>): string | null =>
  agent === null ? null : `agentops runbook run ${runbookOf[of]} --agent ${agent} --incident ${id}`;

/**
 * The three commands that help most as things stand, the most urgent first.
 * @param waiting runs that stopped for a person, as commands that resume them
 */
export const nextCommands = (
  incident: Incident,
  { milestones, inForce }: Pick<Timeline, 'milestones' | 'inForce'>,
  waiting: readonly string[],
): readonly NextCommand[] => {
  const { id, agent, status, cause } = incident;
  const run = runbookCommand(incident);
  const trace = traceOf(cause);
  const isContained = milestones.contained !== null;
  const all: readonly (NextCommand | false)[] = [
    ...waiting.map((command) => ({ command, why: 'a run waits for a person' })),
    status !== 'resolved' &&
      !isContained &&
      run !== null &&
      waiting.length === 0 && { command: run, why: 'contain it; shows the plan and asks first' },
    status === 'open' && { command: `agentops incident ack ${id}`, why: 'say that you look after it' },
    status !== 'resolved' && inForce.length > 0 && { command: 'agentops mitigations list', why: 'what is in force, and until when' },
    status !== 'resolved' && isContained && agent !== null && { command: `agentops health ${agent}`, why: 'does it answer, and rightly?' },
    status !== 'resolved' &&
      !isContained &&
      trace !== null && {
        command: `agentops traces show ${trace}`,
        why: cause.kind === 'cap' ? 'the request that went over its cap' : 'the request that shows it best',
      },
    status !== 'resolved' && isContained && { command: `agentops incident resolve ${id}`, why: 'when it is over' },
    status !== 'resolved' && agent !== null && { command: `agentops status --by agent`, why: 'how the fleet does' },
    status === 'resolved' && inForce.length > 0 && { command: 'agentops mitigations list', why: 'something of it is still in force' },
    { command: `agentops incident postmortem ${id}`, why: 'a draft for the review' },
    trace !== null && {
      command: `agentops incident export-case ${id} --suite suites/${agent}.yaml`,
      why: 'so that a suite finds it next time',
    },
    { command: `agentops incident timeline ${id}`, why: 'what happened, in order' },
    { command: 'agentops audit verify', why: 'is the record whole?' },
  ];
  return all.filter((each): each is NextCommand => each !== false).slice(0, 3);
};
