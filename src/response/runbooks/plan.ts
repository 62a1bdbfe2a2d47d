import { createHash } from 'node:crypto';
import type { Capabilities, Change } from '../../controls/actions/port.ts';
import type { Slot } from '../../fleet/slots.ts';
import { canonicalJson, type Json } from '../../ground/json.ts';
import type { Runbook, Step } from './runbook.ts';

/** One act on one target, as it will be done. A step on a control that is a list becomes several of these, in order. */
export interface PlannedStep {
  /** Unique in the plan: the step's id, with `.2`, `.3` … for further controls of it. */
  readonly id: string;
  readonly step: Step;
  readonly agent: string | null;
  /** The control that enforces it; null for steps without one (check, notify, wait …). */
  readonly control: Slot | null;
  /** Null: no control, or nothing is left to do (`isSettled`). */
  readonly change: Change | null;
  /** True: the target is as wanted already. */
  readonly isSettled: boolean;
  /** Null where there is no control. */
  readonly traits: Capabilities | null;
  readonly sharedWith: readonly string[];
  readonly keepsRunning: string | null;
  /** Why it will not be done as things stand; null: it will. Inconclusive conditions say so. */
  readonly skipped: string | null;
  /** What stands in the way of doing it; null: nothing. A plan that holds one is not run. */
  readonly blocked: Obstacle | null;
  /** CEL that speaks of earlier steps (`steps.ID.status`): decided when its turn comes; null: it was decided while drawing. */
  readonly condition: string | null;
  /** The parameters as this step sees them: those of the run, or of the runbook it came from by `use`. */
  readonly params: Readonly<Record<string, Json>>;
  readonly approval: 'none' | 'one' | 'two';
  /** Resolved arguments: parameters filled in. */
  readonly args: Readonly<Record<string, Json>>;
}

/**
 * `unbound`: the manifest has no control for it. `unreadable`: the target could not be looked at. `impossible`: the wish makes no sense
 * there. `undecided`: its condition asks for what is not known.
 */
export interface Obstacle {
  readonly kind: 'unbound' | 'unreadable' | 'impossible' | 'undecided';
  readonly why: string;
  readonly hint: string | null;
}

/** What a run will do. Its hash covers the runbook's text, the parameters and every touched field: what an approval is bound to. */
export interface Plan {
  readonly hash: string;
  readonly runbook: string;
  readonly runbookHash: string;
  readonly params: Readonly<Record<string, Json>>;
  readonly steps: readonly PlannedStep[];
  readonly finally: readonly PlannedStep[];
  /** The leases to hold, sorted. */
  readonly locks: readonly string[];
  /** UTC epoch ms. */
  readonly drawnAt: number;
}

/** All steps of a plan, in the order in which they are done. */
export const stepsOf = ({ steps, finally: last }: Pick<Plan, 'steps' | 'finally'>): readonly PlannedStep[] => [...steps, ...last];

/** What of a step an approval is bound to: what is done to which fields. Counters, versions and moments are not in it. */
const boundPart = ({ id, agent, control, change, isSettled, skipped, condition, args, approval }: PlannedStep): Json => ({
  id,
  agent,
  control: control === null ? null : { kind: control.kind, config: control.config as Json },
  change: change === null ? null : { action: change.action, target: change.target, from: change.from, to: change.to },
  is_settled: isSettled,
  is_skipped: skipped !== null,
  condition,
  args,
  approval,
});

/** SHA-256, hex, of what an approval of a plan approves. */
export const planHash = ({ runbookHash, params, steps, finally: last }: Omit<Plan, 'hash'>): string =>
  createHash('sha256')
    .update(canonicalJson({ runbook: runbookHash, params, steps: steps.map(boundPart), finally: last.map(boundPart) }))
    .digest('hex');

/** What moved between an approved plan and the same one drawn again, a sentence each; empty: it may be carried out. */
export const staleness = (approved: Plan, now: Plan): readonly string[] => {
  if (approved.hash === now.hash) return [];
  if (approved.runbookHash !== now.runbookHash) return [`runbook ${now.runbook} was edited`];
  const moved = Object.keys({ ...approved.params, ...now.params }).flatMap((name) =>
    same(approved.params[name], now.params[name])
      ? []
      : [`parameter ${name} was ${written(approved.params[name])}, is ${written(now.params[name])}`],
  );
  const before = new Map(stepsOf(approved).map((step) => [step.id, step]));
  const after = new Map(stepsOf(now).map((step) => [step.id, step]));
  const gone = [...before.keys()].filter((id) => !after.has(id)).map((id) => `${id} is no longer in it`);
  const changed = [...after.values()].flatMap((step) => {
    const old = before.get(step.id);
    return old === undefined ? [`${step.id} is new in it`] : movedIn(old, step);
  });
  const found = [...moved, ...gone, ...changed];
  return found.length > 0 ? found : ['it was drawn by another version of this program'];
};

const movedIn = (old: PlannedStep, now: PlannedStep): readonly string[] => {
  if (same(boundPart(old), boundPart(now))) return [];
  if ((old.skipped === null) !== (now.skipped === null))
    return [now.skipped === null ? `${now.id} would be done now` : `${now.id} would be left out now: ${now.skipped}`];
  if (!same(old.control?.config as Json, now.control?.config as Json)) return [`${now.id}: the control was changed in the manifest`];
  const target = now.change?.target ?? old.change?.target ?? now.id;
  const [from, to] = [
    fieldsMoved(target, old.change?.from, now.change?.from, 'is'),
    fieldsMoved(target, old.change?.to, now.change?.to, 'would become'),
  ];
  if (old.isSettled !== now.isSettled) return [now.isSettled ? `${target} is as wanted already` : `${target} is no longer as wanted`];
  return from.length + to.length > 0 ? [...from, ...to] : [`${now.id} would be done in another way`];
};

type Fields = Readonly<Record<string, Json>> | undefined;

const fieldsMoved = (target: string, old: Fields = {}, now: Fields = {}, verb: string): readonly string[] =>
  Object.keys({ ...old, ...now }).flatMap((field) =>
    same(old[field], now[field]) ? [] : [`${field} of ${target} was ${written(old[field])}, ${verb} ${written(now[field])}`],
  );

const same = (a: Json | undefined, b: Json | undefined): boolean => canonicalJson(a ?? null) === canonicalJson(b ?? null);

const written = (value: Json | undefined): string => (value === undefined || value === null ? 'not set' : canonicalJson(value));

/** What a plan asks for before it may be carried out. */
export interface Needs {
  /** People who must have approved it, beyond the confirmation of whoever runs it. */
  readonly approvals: 0 | 1 | 2;
  /** What a person types to confirm: the agent's name where an act is severe, else null. */
  readonly typedName: string | null;
  readonly locks: readonly string[];
  /** True: something is to end by itself that the control does not end, so that a scheduled run must be alive. */
  readonly tick: boolean;
}

/** True where a step will change something, as far as can be told now. */
export const isActing = ({ change, skipped, blocked }: Pick<PlannedStep, 'change' | 'skipped' | 'blocked'>): boolean =>
  change !== null && skipped === null && blocked === null;

const severeActions: readonly string[] = ['disable', 'kill', 'rollback_deploy'];

/** Stops an agent, or cannot be taken back. */
export const isSevere = (planned: Pick<PlannedStep, 'change' | 'skipped' | 'blocked'>): boolean => {
  const { change } = planned;
  if (change === null || !isActing(planned)) return false;
  return severeActions.includes(change.action) || !change.reversible || (change.action === 'scale' && change.to['replicas'] === 0);
};

/** True where nothing but a scheduled run of ours will end what a step does, or page a person in time. */
export const needsTick = (planned: PlannedStep): boolean =>
  isActing(planned) && planned.step.ttlMs !== null && (planned.step.onExpiry === 'page' || planned.traits?.expiresNatively !== true);

export const needsOf = (plan: Plan): Needs => {
  const steps = stepsOf(plan).filter(({ skipped }) => skipped === null);
  // A step that asks does so when its turn comes: whatever contains before it is not kept waiting.
  const approved = steps.filter(({ step }) => step.kind !== 'approve');
  const approvals = Math.max(0, ...approved.map(({ approval }) => (approval === 'two' ? 2 : approval === 'one' ? 1 : 0)));
  const severe = steps.find(isSevere);
  return {
    approvals: approvals === 2 ? 2 : approvals === 1 ? 1 : 0,
    typedName: severe === undefined ? null : (severe.agent ?? plan.runbook),
    locks: plan.locks,
    tick: steps.some(needsTick),
  };
};

/** The agents that a plan acts on, sorted. */
export const agentsOf = (plan: Pick<Plan, 'steps' | 'finally'>): readonly string[] =>
  [...new Set(stepsOf(plan).flatMap(({ agent, control }) => (agent === null || control === null ? [] : [agent])))].sort();

/** What keeps a plan from being run, with the step it is about; empty: nothing does. */
export const obstaclesOf = (plan: Pick<Plan, 'steps' | 'finally'>): readonly { readonly step: string; readonly obstacle: Obstacle }[] =>
  stepsOf(plan).flatMap(({ id, blocked }) => (blocked === null ? [] : [{ step: id, obstacle: blocked }]));

/** The locks of a run: what the runbook names, or each agent that it acts on. */
export const locksOf = (runbook: Pick<Runbook, 'lock'>, filledLock: string | null, agents: readonly string[]): readonly string[] =>
  runbook.lock !== null && filledLock !== null ? [filledLock] : agents.map((agent) => `agent/${agent}`);
