import { type Mishap, mishaps, passingMishaps } from '../../controls/actions/mishap.ts';
import type { Capabilities, Touched } from '../../controls/actions/port.ts';
import type { TwinAct } from '../../controls/actions/twinned.ts';
import { canonicalJson, type Json } from '../../ground/json.ts';
import type { Plan, PlannedStep } from './plan.ts';
import type { CrashPhase, RunStatus, StepResult, StepStatus } from './run.ts';

/** What may be made to go wrong with a step: its target, or what is seen of it afterwards. */
export const faults = {
  ...mishaps,
  unverified: 'it does not do what it is for',
  inconclusive: 'nobody can tell whether it did what it is for',
} as const;

export type Fault = Mishap | 'unverified' | 'inconclusive';

export const faultKinds = Object.keys(faults) as readonly Fault[];

export type Boundary = `${string}:${CrashPhase}`;

/** One way a run may go. */
export interface Path {
  /** Where the process dies once; null: it does not. */
  readonly crashAt: Boundary | null;
  /** What goes wrong, by step. */
  readonly failing: Readonly<Record<string, Fault>>;
}

/** What a path has come to, as the targets and the journal tell it. */
export interface PathEnd {
  readonly path: Path;
  /** Null: it came to no result. */
  readonly status: RunStatus | null;
  readonly why: string;
  readonly steps: readonly StepResult[];
  /** The boundaries it went over, in order, each once. */
  readonly boundaries: readonly Boundary[];
  /** What was really done. */
  readonly acts: readonly TwinAct[];
  /** The fields that were ever set, by target. */
  readonly state: Readonly<Record<string, Touched>>;
  /** The same of the control of a step. */
  readonly fieldsOf: (planned: PlannedStep) => Touched;
  readonly isChainWhole: boolean;
  /** Locks that nobody gave back. */
  readonly held: readonly string[];
  /** Steps whose mitigation is in force. */
  readonly inForce: readonly string[];
  /** On the virtual clock, ms. */
  readonly tookMs: number;
  readonly containMs: number | null;
}

/** Where an attempt in doubt is nobody's to repeat: it is neither to be read nor harmless to do twice. */
export const isOnceOnly = (traits: Capabilities | null): boolean => traits !== null && !traits.readable && !traits.idempotent;

/** Whether it is looked at what a step came to. */
export const isJudged = ({ step }: Pick<PlannedStep, 'step'>): boolean =>
  step.verify !== null || ['check', 'eval', 'query'].includes(step.kind);

const inDoubtPhases: readonly CrashPhase[] = ['after-intent', 'after-act', 'after-undo-intent', 'after-undo-act'];

/** The step and the phase of a boundary. */
export const partsOf = (boundary: Boundary): { readonly step: string; readonly phase: CrashPhase } => {
  const at = boundary.lastIndexOf(':');
  return { step: boundary.slice(0, at), phase: boundary.slice(at + 1) as CrashPhase };
};

/** Whether a death at a boundary leaves an attempt of which only a person can tell what came of it. */
export const leavesDoubt = (plan: Plan, crashAt: Boundary): boolean => {
  const { step, phase } = partsOf(crashAt);
  const struck = [...plan.steps, ...plan.finally].find(({ id }) => id === step);
  return struck !== undefined && isOnceOnly(struck.traits) && inDoubtPhases.includes(phase);
};

/**
 * The ends that the runbook declares for a path.
 * @param undisturbed how it ends where nothing goes wrong
 */
export const declaredEnds = (plan: Plan, { failing, crashAt }: Path, undisturbed: RunStatus): readonly RunStatus[] => {
  const all = [...plan.steps, ...plan.finally];
  if (crashAt !== null && leavesDoubt(plan, crashAt)) return ['paused'];
  let ends: readonly RunStatus[] = [undisturbed];
  for (const planned of all) {
    const fault = failing[planned.id];
    if (fault === undefined || planned.skipped !== null || planned.isSettled) continue;
    const mayPause = fault === 'blind' || (isOnceOnly(planned.traits) && (fault === 'unsure' || fault === 'lost'));
    if (fault === 'inconclusive') return ['paused'];
    if (mayPause) ends = [...ends, 'paused'];
    if (passingMishaps.includes(fault as Mishap) && fault !== 'slow' && !(fault === 'busy' && isOnceOnly(planned.traits))) continue;
    const failed = endsOfFailure(plan, planned);
    if (fault !== 'slow') return failed;
    ends = [...ends, ...failed];
  }
  return ends;
};

const endsOfFailure = (plan: Plan, planned: PlannedStep): readonly RunStatus[] => {
  if (plan.finally.includes(planned)) return ['failed'];
  if (planned.step.onFail === 'stop') return ['paused'];
  // Whether anything was there to be taken back, its steps tell.
  return planned.step.onFail === 'undo' ? ['undone', 'failed'] : ['failed'];
};

/**
 * What is wrong with the end of a path, a sentence each; empty: it is as declared. The targets decide, not what the run says of itself.
 * @param undisturbed the same path without its crash, which it must end like; null: there is none, or a person has to look where it died
 */
export const judgePath = (plan: Plan, end: PathEnd, undisturbed: PathEnd | null, declared: readonly RunStatus[]): readonly string[] => {
  const { status } = end;
  if (status === null) return [`it broke: ${end.why}`];
  return [
    ...(declared.includes(status) ? [] : [`it ended ${status}, not ${declared.join(' or ')}: ${end.why}`]),
    ...repeated(end.acts),
    ...misplaced(plan, end),
    ...(undisturbed === null ? [] : differences(end, undisturbed)),
    ...(end.isChainWhole ? [] : ['the audit chain does not verify']),
    ...(endedStatuses.includes(status) ? end.held.map((name) => `the lock ${name} was not given back`) : []),
    ...mitigated(plan, end),
  ];
};

/** Steps that failed though nothing was made to go wrong with them: they build on one that did. */
export const failedBySurprise = ({ steps, path }: PathEnd): readonly string[] =>
  steps
    .filter(({ id, status }) => status === 'failed' && path.failing[id] === undefined)
    .map(({ id, evidence }) => `${id} failed, and nothing was made to go wrong with it: ${evidence ?? ''}`);

const endedStatuses: readonly RunStatus[] = ['done', 'failed', 'undone', 'aborted'];
const standing: readonly StepStatus[] = ['done', 'verified'];
const openToDoubt: readonly StepStatus[] = ['failed', 'in_doubt', 'intent'];

const repeated = (acts: readonly TwinAct[]): readonly string[] => {
  const times = new Map<string, { readonly act: TwinAct; count: number }>();
  for (const act of acts) {
    const what = canonicalJson([act.target, act.doing, act.action, act.now]);
    const known = times.get(what);
    if (known === undefined) times.set(what, { act, count: 1 });
    else known.count += 1;
  }
  return [...times.values()]
    .filter(({ count }) => count > 1)
    .map(({ act, count }) => `${act.action} was ${act.doing === 'apply' ? 'applied' : 'undone'} ${count} times on ${act.target}`);
};

/** A target as the plan found it, and as the steps of the run must have left it; `undefined`: only a person can tell. */
interface Expected {
  readonly name: string;
  readonly now: Readonly<Record<string, Json>>;
  readonly before: Map<string, Json>;
  readonly after: Map<string, Json | undefined>;
}

/** Fields that do not stand as the steps say: lost acts, and acts nobody told of. */
const misplaced = (plan: Plan, { steps, fieldsOf }: PathEnd): readonly string[] => {
  const statuses = new Map(steps.map(({ id, status }) => [id, status]));
  const targets = new Map<string, Expected>();
  for (const planned of [...plan.steps, ...plan.finally]) {
    const { agent, change, control } = planned;
    if (change === null || control === null) continue;
    const key = canonicalJson([agent, control.kind, control.config as Json]);
    const target = targets.get(key) ?? { name: change.target, now: fieldsOf(planned), before: new Map(), after: new Map() };
    targets.set(key, target);
    const status = statuses.get(planned.id) ?? 'pending';
    for (const [field, to] of Object.entries(change.to)) {
      const from = change.from[field] ?? null;
      if (!target.before.has(field)) target.before.set(field, from);
      const left = target.after.has(field) ? target.after.get(field) : from;
      // What stood so already is not this step's, and goes with the step whose it is.
      const isIts = canonicalJson(from) !== canonicalJson(to);
      target.after.set(field, !isIts ? left : openToDoubt.includes(status) ? undefined : standing.includes(status) ? to : left);
    }
  }
  return [...targets.values()].flatMap(({ name, now, before, after }) =>
    [...after].flatMap(([field, wanted]) => {
      const found = Object.hasOwn(now, field) ? (now[field] ?? null) : (before.get(field) ?? null);
      if (wanted === undefined || canonicalJson(found) === canonicalJson(wanted)) return [];
      return [`${field} of ${name} is ${canonicalJson(found)}, and by the steps of the run ${canonicalJson(wanted)}`];
    }),
  );
};

const differences = (end: PathEnd, undisturbed: PathEnd): readonly string[] => {
  const told = ({ steps }: PathEnd) => canonicalJson(Object.fromEntries(steps.map(({ id, status }) => [id, status])));
  return [
    ...(told(end) === told(undisturbed) ? [] : [`its steps ended ${told(end)}; undisturbed ${told(undisturbed)}`]),
    ...(canonicalJson(end.state) === canonicalJson(undisturbed.state)
      ? []
      : [`its targets ended ${canonicalJson(end.state)}; undisturbed ${canonicalJson(undisturbed.state)}`]),
  ];
};

/** Mitigations belong to what stands for a while, and to nothing else. */
const mitigated = (plan: Plan, { steps, inForce }: PathEnd): readonly string[] => {
  const statuses = new Map(steps.map(({ id, status }) => [id, status]));
  return plan.steps.flatMap(({ id, step, change, isSettled }) => {
    const status = statuses.get(id) ?? 'pending';
    const isIn = inForce.includes(id);
    const mustEnd = change?.reversible === true && !isSettled && step.ttlMs !== null && standing.includes(status);
    if (mustEnd && !isIn) return [`${id} stands, and nothing will end it`];
    return status === 'undone' && isIn ? [`${id} was undone, and its mitigation is still in force`] : [];
  });
};
