import type { Message } from '../../oversight/notify/port.ts';
import { stepsOf } from './plan.ts';
import type { RunEvent, RunHead, RunStatus } from './run.ts';
import { resumeCommandOf } from './run-result.ts';
import { hasEnded, type RunState, statusOf, stepState } from './step-state.ts';

const words: Readonly<Record<RunStatus, string>> = {
  running: 'goes on',
  waiting: 'waits for a person',
  paused: 'stopped, and a person is needed',
  done: 'is done',
  failed: 'failed',
  undone: 'failed and was undone',
  aborted: 'was aborted',
};

/** What people are told when a run ends or stops. */
export const endMessage = (
  run: RunHead,
  before: RunState,
  fleet: string,
  { status, why, step }: Pick<Extract<RunEvent, { kind: 'status' }>, 'status' | 'why' | 'step'>,
): Message => {
  const lines = stepsOf(run.plan).map(({ id, agent }) => {
    const state = stepState(before, id);
    return [`${id}${agent === null ? '' : ` (${agent})`}: ${statusOf(state).replace('_', ' ')}`, state.evidence]
      .filter((part) => part !== null)
      .join(' – ');
  });
  return {
    event: 'runbook.end',
    severity: status === 'paused' || status === 'failed' ? 'page' : 'notify',
    fleet,
    agent: run.agents.length === 1 ? (run.agents[0] ?? null) : null,
    title: `Runbook ${run.runbook}${run.agents.length === 0 ? '' : ` on ${run.agents.join(', ')}`} ${words[status]}${why === '' ? '' : `: ${why}`}`,
    text: lines.join('\n'),
    next: hasEnded(status) ? null : resumeCommandOf(run, before),
    facts: { run: run.id, runbook: run.runbook, status, step, incident: run.incident },
  };
};
