/** `recovering`: the condition has ended, and for `keepFiringMs` nobody believes it yet. `resolved`: it fired and is over. */
export type AlertState = 'inactive' | 'pending' | 'firing' | 'recovering' | 'resolved';

/** What a rule wants to see before it fires and before it stops; milliseconds. */
export interface Timing {
  /** How long the condition must hold without a break; 0: once is enough. */
  readonly forMs: number;
  /** How long it must be over without a break; 0: once is enough. */
  readonly keepFiringMs: number;
  /** What a moment without data counts as: the end of the condition, nothing at all, or the condition itself. */
  readonly onNoData: 'ok' | 'keep' | 'alert';
}

/** What a condition says of a moment, in event time. */
export interface Observation {
  /** UTC epoch ms of the moment that was judged, which is not when it was judged. */
  readonly at: number;
  /**
   * `clear` is past the recovery threshold; `between` lies between the two thresholds, where neither an alert begins nor one ends; `unknown`:
   * too little data.
   */
  readonly said: 'breach' | 'between' | 'clear' | 'unknown';
  /** What breaches happened before the window of the moment: it arrived when that window had been judged. */
  readonly late?: true;
}

/** One rule on one agent, as the journal keeps it. Instants are event time, UTC epoch ms. */
export interface AlertInstance {
  readonly state: AlertState;
  /** When the state began. */
  readonly since: number;
  /** From when on the condition has held without a break; null: it does not. */
  readonly breachedSince: number | null;
  /** From when on it has been over without a break, while firing; null: it is not. */
  readonly clearSince: number | null;
  /** The newest moment that was judged: an older one changes nothing any more. */
  readonly judgedAt: number;
  /** When it last began to fire; null: never. */
  readonly firedAt: number | null;
  /** When it began to fire or was resolved, of late: what flapping is judged by. */
  readonly changes: readonly number[];
  readonly flapping: boolean;
}

/** Something that a person may have to know of. `late`: it was seen only when moments that nobody had judged were caught up on, or arrived after its own was judged. */
export interface Transition {
  readonly to: 'pending' | 'firing' | 'resolved' | 'inactive';
  readonly at: number;
  readonly late: boolean;
}

export interface Step {
  readonly instance: AlertInstance;
  readonly transitions: readonly Transition[];
}

/** So many changes within so long are flapping, which ends when the window holds half of them: one of the two alone would flap itself. */
export const flapping = { windowMs: 6 * 3_600_000, begins: 6, ends: 3 } as const;

/** An instance that nothing is known of. */
export const quietInstance: AlertInstance = {
  state: 'inactive',
  since: 0,
  breachedSince: null,
  clearSince: null,
  judgedAt: Number.NEGATIVE_INFINITY,
  firedAt: null,
  changes: [],
  flapping: false,
};

export const isFiring = ({ state }: Pick<AlertInstance, 'state'>): boolean => state === 'firing' || state === 'recovering';

/**
 * Judges one more moment. `for` and `keep_firing_for` mean what they mean in Prometheus (alerting rules, `for` and `keep_firing_for`): an
 * alert fires at the first moment at which the condition has held for `forMs`, and is over at the first at which it has not held for
 * `keepFiringMs`; a pending one ends at once.
 */
export const judge = (before: AlertInstance, { at, said, late }: Observation, timing: Timing): Step => {
  if (at <= before.judgedAt) return { instance: before, transitions: [] };
  if (said === 'unknown' && timing.onNoData === 'keep') return { instance: { ...before, judgedAt: at }, transitions: [] };
  const held = holds(before, said, timing);
  const after = held ? breached(before, at, timing) : cleared(before, at, timing);
  const instance = withFlapping({ ...after, judgedAt: at }, before, at);
  return { instance, transitions: transitionsOf(before, instance, { at, late: late === true }) };
};

/** Judges moments that were missed, oldest first, and answers what came of them in the end: nobody is told at noon of what came and went at night as if it were now. */
export const catchUp = (before: AlertInstance, observations: readonly Observation[], timing: Timing): Step => {
  let instance = before;
  const seen: Transition[] = [];
  for (const observation of observations) {
    const step = judge(instance, observation, timing);
    instance = step.instance;
    seen.push(...step.transitions);
  }
  const newest = observations.at(-1)?.at ?? before.judgedAt;
  return { instance, transitions: netOf(before, instance, seen, newest) };
};

const holds = (before: AlertInstance, said: Observation['said'], { onNoData }: Timing): boolean => {
  if (said === 'unknown') return onNoData === 'alert';
  return said === 'breach' || (said === 'between' && isFiring(before));
};

const breached = (before: AlertInstance, at: number, { forMs }: Timing): AlertInstance => {
  if (before.state === 'firing') return { ...before, clearSince: null };
  if (before.state === 'recovering') return { ...before, state: 'firing', since: before.firedAt ?? at, clearSince: null };
  const breachedSince = before.breachedSince ?? at;
  if (at - breachedSince >= forMs) return { ...before, state: 'firing', since: at, breachedSince, clearSince: null, firedAt: at };
  return before.state === 'pending' ? before : { ...before, state: 'pending', since: at, breachedSince };
};

const cleared = (before: AlertInstance, at: number, { keepFiringMs }: Timing): AlertInstance => {
  if (before.state === 'pending') return { ...before, state: 'inactive', since: at, breachedSince: null };
  if (!isFiring(before)) return before;
  const clearSince = before.clearSince ?? at;
  if (at - clearSince >= keepFiringMs) return { ...before, state: 'resolved', since: at, breachedSince: null, clearSince: null };
  return { ...before, state: 'recovering', since: clearSince, clearSince };
};

const withFlapping = (after: AlertInstance, before: AlertInstance, at: number): AlertInstance => {
  const changed = isFiring(after) !== isFiring(before);
  const recent = before.changes.filter((change) => at - change < flapping.windowMs);
  const changes = changed ? [...recent, at] : recent;
  return { ...after, changes, flapping: changes.length >= (before.flapping ? flapping.ends : flapping.begins) };
};

const transitionsOf = (before: AlertInstance, after: AlertInstance, seen: Pick<Transition, 'at' | 'late'>): readonly Transition[] => {
  const plainly = (to: Transition['to']): readonly Transition[] => [{ to, ...seen }];
  if (!isFiring(before) && isFiring(after)) return plainly('firing');
  if (isFiring(before) && !isFiring(after)) return plainly('resolved');
  if (before.state !== 'pending' && after.state === 'pending') return plainly('pending');
  if (before.state === 'pending' && after.state === 'inactive') return plainly('inactive');
  return [];
};

const netOf = (before: AlertInstance, after: AlertInstance, seen: readonly Transition[], newest: number): readonly Transition[] => {
  const fired = seen.findLast(({ to }) => to === 'firing');
  const resolved = seen.findLast(({ to }) => to === 'resolved');
  const late = (transition: Transition): Transition => ({ ...transition, late: transition.late || transition.at < newest });
  if (isFiring(after)) return isFiring(before) || fired === undefined ? [] : [late(fired)];
  // It came and went meanwhile: worth a line in the time line, no page.
  if (resolved !== undefined) return isFiring(before) || fired === undefined ? [late(resolved)] : [late(fired), late(resolved)];
  const last = seen.at(-1);
  return last === undefined || before.state === after.state ? [] : [late(last)];
};
