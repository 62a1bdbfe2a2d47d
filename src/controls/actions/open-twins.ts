import type { Slot } from '../../fleet/slots.ts';
import { canonicalJson, type Json } from '../../ground/json.ts';
import type { Clock } from '../../ground/runtime/context.ts';
import { type Fate, noMishap } from './mishap.ts';
import type { ControlDriver, Touched } from './port.ts';
import { newTwinTarget, type TwinAct, type TwinTarget, twinned } from './twinned.ts';

/** Opens the control of an agent; what a plan and a run are handed. */
export type OpenControl = (agent: string, slot: Slot, access: 'read' | 'write') => Promise<ControlDriver>;

/** A fleet of targets in memory that outlives the drivers opened on it, as a real one does. */
export interface Twins {
  readonly open: OpenControl;
  /** What was really done to them, in order: the judge of a run. */
  readonly acts: readonly TwinAct[];
  /** The fields that were ever set, by target. */
  state(): Readonly<Record<string, Touched>>;
  /** The same of the target of one control. */
  fieldsOf(agent: string, slot: Slot): Touched;
}

export interface TwinsOptions {
  /** Opens the real driver, for its traits, its wishes and its healthy state alone. */
  readonly real: OpenControl;
  readonly clock: Pick<Clock, 'now'>;
  /** Default: nothing goes wrong. */
  readonly fate?: Fate;
}

/** Twins of the controls of a fleet: steps of an agent on equal controls meet the same target. */
export const openTwins = ({ real, clock, fate = noMishap }: TwinsOptions): Twins => {
  const targets = new Map<string, TwinTarget>();
  const acts: TwinAct[] = [];
  const targetOf = (agent: string, { kind, config }: Slot): TwinTarget => {
    const key = canonicalJson([agent, kind, config as Json]);
    const known = targets.get(key);
    if (known !== undefined) return known;
    const alike = [...targets.values()].filter((target) => target.agent === agent && target.name.startsWith(`${kind} `)).length;
    const made = newTwinTarget(agent, `${kind} of ${agent}${alike === 0 ? '' : ` (${alike + 1})`}`);
    targets.set(key, made);
    return made;
  };
  return {
    acts,
    open: async (agent, slot, access) =>
      twinned(await real(agent, slot, 'read'), targetOf(agent, slot), { clock, access, fate, on: (act) => acts.push(act) }),
    state: () => Object.fromEntries([...targets.values()].map(({ name, fields }) => [name, Object.fromEntries(fields)])),
    fieldsOf: (agent, slot) => Object.fromEntries(targetOf(agent, slot).fields),
  };
};
