import { standsAs } from '../../controls/actions/compare.ts';
import type { Capabilities, Change, Effect, Touched } from '../../controls/actions/port.ts';
import type { PlannedStep } from './plan.ts';
import type { RecordedEvent, RunEvent, RunStatus, Seen, StepResult, StepStatus, Verdict } from './run.ts';

/** An act and its taking back are told in the same way: what was begun, and what came of it. */
export interface Deed {
  /** Intents. */
  readonly begun: number;
  /** Intents that a result settles. Fewer than begun: the last one is in doubt. */
  readonly ended: number;
  /** Results: what retries are counted by, so that a death between intent and result costs none. */
  readonly answers: number;
  /** Of the last result; null: there is none, or another attempt was begun since. */
  readonly effect: Effect | null;
}

/** What the journal says of one step. */
export interface StepState {
  /** As it was last attempted; null: nothing was, or it changes nothing. */
  readonly change: Change | null;
  readonly act: Deed;
  readonly undo: Deed;
  readonly seen: Seen | null;
  /** When its effect was seen, UTC epoch ms. */
  readonly seenAt: number | null;
  readonly verdict: Verdict | null;
  readonly skipped: string | null;
  readonly approvedBy: readonly string[];
  /** A person has to look before anything else happens to it. */
  readonly isStuck: boolean;
  /** UTC epoch ms of the first intent, of the last result and of the last event. */
  readonly startedAt: number | null;
  readonly actedAt: number | null;
  readonly changedAt: number | null;
  /** Of the last event that had any. */
  readonly evidence: string | null;
}

export interface RunState {
  readonly status: RunStatus;
  readonly why: string;
  /** False: it was planned for an alert, and waits for its approval or was given up. */
  readonly isBegun: boolean;
  readonly steps: ReadonlyMap<string, StepState>;
  /** What a person wants instead of the rest. */
  readonly request: { readonly what: 'abort' | 'undo'; readonly why: string } | null;
  /** How many events it comes from. */
  readonly events: number;
  /** UTC epoch ms; null: it goes on, or may. */
  readonly endedAt: number | null;
}

const noDeed: Deed = { begun: 0, ended: 0, answers: 0, effect: null };

const untouched: StepState = {
  change: null,
  act: noDeed,
  undo: noDeed,
  seen: null,
  seenAt: null,
  verdict: null,
  skipped: null,
  approvedBy: [],
  isStuck: false,
  startedAt: null,
  actedAt: null,
  changedAt: null,
  evidence: null,
};

/** The state of a step, whether or not anything happened to it yet. */
export const stepState = ({ steps }: RunState, id: string): StepState => steps.get(id) ?? untouched;

const endings: readonly RunStatus[] = ['done', 'failed', 'undone', 'aborted'];

export const hasEnded = (status: RunStatus): boolean => endings.includes(status);

/** The state of a run, from what the journal holds of it in order. Any prefix of a journal is one. */
export const foldRun = (recorded: readonly RecordedEvent[]): RunState =>
  recorded.reduce<RunState>((run, each) => ({ ...foldEvent(run, each), events: run.events + 1 }), {
    status: 'running',
    why: '',
    isBegun: false,
    steps: new Map(),
    request: null,
    events: 0,
    endedAt: null,
  });

const foldEvent = (run: RunState, { at, event }: RecordedEvent): RunState => {
  const changed = (id: string, change: (step: StepState) => StepState): ReadonlyMap<string, StepState> =>
    new Map(run.steps).set(id, { ...change(stepState(run, id)), changedAt: at });
  switch (event.kind) {
    case 'request':
      return { ...run, request: { what: event.what, why: event.why }, endedAt: null };
    case 'status': {
      const { status, why, step } = event;
      const steps =
        status === 'running'
          ? new Map([...run.steps].map(([id, state]) => [id, state.isStuck ? tryAgain(state) : state]))
          : status === 'paused' && step !== null
            ? changed(step, (state) => ({ ...state, isStuck: true }))
            : run.steps;
      return { ...run, status, why, steps, isBegun: run.isBegun || status === 'running', endedAt: hasEnded(status) ? at : null };
    }
    case 'approved':
      if (event.step === null) return run;
      return {
        ...run,
        steps: changed(event.step, (state) => ({ ...state, approvedBy: [...new Set([...state.approvedBy, ...event.by])] })),
      };
    default:
      return { ...run, steps: changed(event.step, (state) => foldStep(state, event, at)) };
  }
};

type StepEvent = Exclude<RunEvent, { kind: 'request' | 'status' | 'approved' }>;

const foldStep = (state: StepState, event: StepEvent, at: number): StepState => {
  switch (event.kind) {
    case 'intent':
      return { ...state, change: event.change ?? state.change, act: begin(state.act), startedAt: state.startedAt ?? at };
    case 'result':
      return {
        ...state,
        act: end(state.act, event.effect),
        actedAt: at,
        evidence: event.effect.evidence,
        startedAt: state.startedAt ?? at,
      };
    case 'confirmed':
      return { ...state, seen: event.seen, seenAt: event.seen === 'seen' ? at : null };
    case 'verified':
      return { ...state, verdict: event.verdict, evidence: event.evidence, startedAt: state.startedAt ?? at };
    case 'skipped':
      return { ...state, skipped: event.why, evidence: event.why };
    case 'undo-intent':
      return { ...state, undo: begin(state.undo) };
    case 'undo-result':
      return { ...state, undo: end(state.undo, event.effect), evidence: event.effect.evidence };
  }
};

const begin = (deed: Deed): Deed => ({ ...deed, begun: deed.begun + 1, effect: null });
/** A result may stand for an attempt that was cut off before, so that it settles all that were begun. */
const end = (deed: Deed, effect: Effect): Deed => ({ begun: deed.begun, ended: deed.begun, answers: deed.answers + 1, effect });

/** A person wants what stopped a step tried again: what was decided against it is forgotten, nothing that was done, nor that it is being undone. */
const tryAgain = (state: StepState): StepState =>
  state.undo.begun > 0
    ? { ...state, isStuck: false, undo: forgiven(state.undo) }
    : {
        ...state,
        isStuck: false,
        act: forgiven(state.act),
        seen: state.seen === 'seen' ? 'seen' : null,
        verdict: state.verdict === 'pass' ? 'pass' : null,
      };

const forgiven = (deed: Deed): Deed => (succeeded(deed) || isInDoubt(deed) ? deed : { ...deed, answers: 0, effect: null });

/** True where the target took it, or had it already. */
export const succeeded = ({ effect }: Deed): boolean => effect?.result === 'applied' || effect?.result === 'already';

/** True where it may or may not have happened. */
export const isInDoubt = ({ begun, ended, effect }: Deed): boolean => begun > ended || effect?.result === 'unsure';

/** True where what a step changed is this run's doing: what stood so before its first attempt is somebody else's. */
export const isOurs = ({ act }: StepState): boolean => succeeded(act) && (act.effect?.result === 'applied' || act.begun > 1);

/** How a step stands, in one word. */
export const statusOf = ({ act, undo, seen, verdict, skipped, isStuck }: StepState): StepStatus => {
  if (succeeded(undo)) return 'undone';
  if (skipped !== null) return 'skipped';
  if (isInDoubt(act) || isInDoubt(undo)) return isStuck || act.effect !== null || undo.effect !== null ? 'in_doubt' : 'intent';
  if (verdict !== null) return verdict === 'pass' ? 'verified' : verdict === 'fail' ? 'failed' : 'done';
  if (act.effect === null) return act.begun > 0 ? 'intent' : 'pending';
  return succeeded(act) && (seen === null || seen === 'seen' || seen === 'unseen') ? 'done' : 'failed';
};

/** A step as it is shown. */
export const resultOf = ({ id, step, agent, change }: PlannedStep, state: StepState): StepResult => ({
  id,
  kind: step.kind,
  agent,
  action: change?.action ?? step.kind,
  target: change?.target ?? null,
  status: statusOf(state),
  startedAt: state.startedAt,
  endedAt: state.changedAt,
  evidence: state.evidence,
  verdict: state.verdict,
});

/** What an attempt in doubt comes to. `adopt`: it happened. `retry`: it did not, or may safely happen twice. `stop`: only a person can tell. */
export interface Settlement {
  readonly decision: 'adopt' | 'retry' | 'stop';
  /** One sentence. Untrusted. */
  readonly why: string;
}

/**
 * Decides an attempt in doubt by its target.
 * @param change as it was attempted; of an undo the change reversed
 * @param now the touched fields as they are; null where they cannot be read at all
 */
export const settle = (change: Change, { readable, idempotent }: Capabilities, now: Touched | null): Settlement => {
  const { target, to, from } = change;
  if (readable && now !== null) {
    if (standsAs(to, now)) return { decision: 'adopt', why: `${target} was found as wanted` };
    if (standsAs(from, now)) return { decision: 'retry', why: `${target} was found as before` };
    return { decision: 'stop', why: `${target} is neither as it was nor as it should be: somebody else changed it` };
  }
  if (idempotent && !readable) return { decision: 'retry', why: `${target} cannot be read, and doing it twice is as doing it once` };
  return { decision: 'stop', why: `${target} cannot be read, and doing it twice is not as doing it once` };
};
