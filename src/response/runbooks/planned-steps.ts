import type { Change, ControlDriver, Desired, Observed, Touched } from '../../controls/actions/port.ts';
import type { Slot } from '../../fleet/slots.ts';
import { OpsError } from '../../ground/errors.ts';
import { canonicalJson, type Json } from '../../ground/json.ts';
import { type Outline, orSkipped } from './outline.ts';
import type { Obstacle, PlannedStep } from './plan.ts';
import { type Looked, targetKey } from './target.ts';

/** How targets were found, and how earlier steps of the same plan will have left them. */
export interface Sights {
  readonly looked: ReadonlyMap<string, Looked>;
  /** Fields that steps of the plan set, by agent and control. */
  readonly moved: Map<string, Touched>;
}

/** The acts of a list of steps in order: a step on several controls becomes several, and a later one is planned on what earlier ones leave. */
export const plannedSteps = (outlines: readonly Outline[], sights: Sights): readonly PlannedStep[] =>
  outlines.flatMap((outline) => {
    const { wish, controls } = outline;
    if (wish === null || controls.length === 0) return [bare(outline)];
    return controls.map((slot, at) => actOn(outline, wish, { slot, at }, sights));
  });

const bare = ({ step, agent, skipped, blocked, condition, params, args }: Outline): PlannedStep => ({
  id: step.id,
  step,
  agent,
  control: null,
  change: null,
  isSettled: false,
  traits: null,
  sharedWith: [],
  keepsRunning: null,
  skipped,
  blocked,
  condition,
  params,
  approval: step.approval,
  args,
});

const actOn = (outline: Outline, wish: Desired, { slot, at }: { slot: Slot; at: number }, sights: Sights): PlannedStep => {
  const start = { ...bare(outline), control: slot, id: at === 0 ? outline.step.id : `${outline.step.id}.${at + 1}` };
  const seen = sights.looked.get(targetKey(outline.agent, slot, wish.action));
  if (seen === undefined) return start;
  if ('obstacle' in seen)
    return { ...start, traits: seen.driver?.traits ?? null, ...orSkipped(outline.step, { skipped: null, blocked: seen.obstacle }) };
  const { driver, observed } = seen;
  const key = canonicalJson([outline.agent, slot.kind, slot.config as Json]);
  const before = sights.moved.get(key);
  const now = before === undefined ? observed : overlaid(observed, before);
  const planned = changeOf(driver, wish, now);
  if ('obstacle' in planned)
    return { ...start, traits: driver.traits, ...orSkipped(outline.step, { skipped: null, blocked: planned.obstacle }) };
  const { change } = planned;
  if (change !== null && !change.reversible && !outline.step.irreversible) {
    const why = `it cannot be undone (${change.lasting ?? 'its control says so'}), and step ${outline.step.id} does not say so`;
    const obstacle: Obstacle = { kind: 'impossible', why, hint: irreversibleHint(wish, slot) };
    return { ...start, traits: driver.traits, ...orSkipped(outline.step, { skipped: null, blocked: obstacle }) };
  }
  // What may be left out when its turn comes is not built upon.
  if (change !== null && outline.condition === null) sights.moved.set(key, { ...before, ...change.to });
  return {
    ...start,
    change,
    isSettled: change === null,
    traits: driver.traits,
    sharedWith: observed.sharedWith,
    keepsRunning: observed.keepsRunning,
  };
};

/** Controls of the author's own words may be given a way back; of others only the step can say that there need be none. */
const irreversibleHint = ({ action }: Desired, { kind }: Slot): string => {
  const meant = 'add irreversible: true to the step, where that is meant';
  return kind === 'exec' || kind === 'http' ? `give the ${kind} control for ${action.replace('_', ' ')} an undo, or ${meant}` : meant;
};

/** The target as earlier steps will have left it. Its version will be another by then, and nobody knows which. */
const overlaid = (observed: Observed, moved: Touched): Observed => ({
  ...observed,
  version: null,
  touched: Object.fromEntries(
    Object.entries(observed.touched).map(([field, value]) => [field, Object.hasOwn(moved, field) ? (moved[field] ?? null) : value]),
  ),
});

const changeOf = (driver: ControlDriver, wish: Desired, now: Observed): { change: Change | null } | { obstacle: Obstacle } => {
  try {
    return { change: driver.plan(wish, now) };
  } catch (thrown) {
    if (!(thrown instanceof OpsError)) throw thrown;
    return { obstacle: { kind: 'impossible', why: thrown.message, hint: thrown.hint } };
  }
};
