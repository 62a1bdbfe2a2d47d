import type { Change } from '../../controls/actions/port.ts';
import type { Act } from '../../ground/audit/chain.ts';
import { type ActFacts, responseAct } from './acts.ts';
import type { RunEvent, RunHead } from './run.ts';
import type { RunFacts } from './runs.journal.ts';
import { hasEnded, type RunState, stepState } from './step-state.ts';

/**
 * What the chain tells of an event of a run.
 * @param before the run as it stood; without events where it begins
 * @param at UTC epoch ms
 */
export const actOfEvent = (run: RunHead, event: RunEvent, before: RunState, at: number, facts: RunFacts | null): Act => {
  const whole = { run: run.id, runbook: run.runbook, incident: run.incident };
  const ofRun = (kind: Parameters<typeof responseAct>[0], told: Partial<ActFacts>) =>
    responseAct(kind, run.agents.length === 1 ? (run.agents[0] ?? run.id) : run.id, { ...whole, ...told });
  switch (event.kind) {
    case 'approved':
      return ofRun('runbook.approve', { planHash: run.plan.hash, step: event.step, by: event.by, evidence: event.why });
    case 'request':
      return ofRun('runbook.start', { status: event.what, evidence: event.why });
    case 'status': {
      const { status, why, step } = event;
      const evidence = why === '' ? null : why;
      if (status === 'running')
        return ofRun('runbook.start', {
          planHash: run.plan.hash,
          status: why === '' ? null : 'resumed',
          evidence,
          cause: { ...run.cause },
        });
      // Asked for by an alert, and not begun.
      if (before.events === 0) return ofRun('runbook.end', { planHash: run.plan.hash, status, evidence, cause: { ...run.cause } });
      const measured = { containMs: facts?.containMs ?? null, quietMs: facts?.quietMs ?? null };
      return ofRun('runbook.end', { status, step, evidence, ...(hasEnded(status) ? { durationMs: at - run.startedAt, ...measured } : {}) });
    }
    default:
      return actOfStep(run, event, before, at, whole);
  }
};

type StepEvent = Exclude<RunEvent, { kind: 'request' | 'status' | 'approved' }>;

const actOfStep = (run: RunHead, event: StepEvent, before: RunState, at: number, whole: Partial<ActFacts>): Act => {
  const planned = [...run.plan.steps, ...run.plan.finally].find(({ id }) => id === event.step);
  const state = stepState(before, event.step);
  const attempted = event.kind === 'intent' ? event.change : state.change;
  const change = attempted ?? planned?.change ?? null;
  const tell = (kind: Parameters<typeof responseAct>[0], told: Partial<ActFacts>) =>
    responseAct(kind, planned?.agent ?? run.id, {
      ...whole,
      step: event.step,
      action: change?.action ?? planned?.step.kind ?? null,
      target: change?.target ?? null,
      ...told,
    });
  switch (event.kind) {
    case 'intent':
      return tell('runbook.step', { status: 'intent', ...fromTo(change) });
    case 'result':
      return tell('runbook.step', {
        status: { applied: 'done', already: 'done', unsure: 'in_doubt', conflict: 'failed', rejected: 'failed' }[event.effect.result],
        evidence: event.effect.evidence,
        durationMs: state.startedAt === null ? null : at - state.startedAt,
        ...fromTo(change),
      });
    case 'skipped':
      return tell('runbook.step', { status: 'skipped', evidence: event.why });
    case 'confirmed':
      return tell('runbook.confirm', { status: event.seen, durationMs: event.afterMs });
    case 'verified':
      return tell('runbook.verify', { status: event.verdict, evidence: event.evidence });
    case 'undo-intent':
      return tell('runbook.undo', { status: 'intent', ...toFrom(change) });
    case 'undo-result':
      return tell('runbook.undo', {
        status: { applied: 'undone', already: 'undone', unsure: 'in_doubt', conflict: 'failed', rejected: 'failed' }[event.effect.result],
        evidence: event.effect.evidence,
        ...toFrom(change),
      });
  }
};

const fromTo = (change: Change | null): Partial<ActFacts> => (change === null ? {} : { from: change.from, to: change.to });
const toFrom = (change: Change | null): Partial<ActFacts> => (change === null ? {} : { from: change.to, to: change.from });
