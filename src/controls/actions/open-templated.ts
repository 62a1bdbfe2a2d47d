import { applyChecked } from './apply-checked.ts';
import { reversed, seenOf } from './compare.ts';
import type { Change, ControlDriver, Effect, Observed } from './port.ts';
import { healthyValues, onlyRead, type Reading, templatedActions } from './templated.ts';

/** What the author of a control says of what it does. */
export interface Declared {
  readonly idempotent?: boolean | undefined;
  readonly stops_in_flight?: boolean | undefined;
  /** Milliseconds. */
  readonly effect?: number | undefined;
}

/** How a control of the author's own words is looked at and set. */
export interface Templated {
  look(signal: AbortSignal): Promise<Observed>;
  /** Does it, or takes it back. */
  set(change: Change, direction: 'there' | 'back', key: string, signal: AbortSignal): Promise<Effect>;
}

/** What drivers of the author's own words have in common: what can be read is compared before it is set, and confirmed by what is seen. */
export const openTemplated = (
  declared: Declared,
  { values, wants }: Reading,
  { look, set }: Templated,
): Pick<ControlDriver, 'traits' | 'healthy' | 'read' | 'apply' | 'confirm' | 'undo'> => {
  const act = async (change: Change, direction: 'there' | 'back', key: string, signal: AbortSignal): Promise<Effect> => {
    const doIt = () => set(change, direction, key, signal);
    if (values === null) return doIt();
    const seen = onlyRead(change, values);
    return applyChecked(direction === 'there' ? seen : reversed(seen), { read: async () => (await look(signal)).touched, set: doIt });
  };
  return {
    traits: {
      actions: templatedActions,
      readable: values !== null,
      idempotent: declared.idempotent ?? false,
      stopsInFlight: declared.stops_in_flight ?? false,
      effectMs: declared.effect ?? 0,
      expiresNatively: false,
    },
    healthy: () => healthyValues({ values, wants }),
    read: (_action, signal) => look(signal),
    apply: (change, key, signal) => act(change, 'there', key, signal),
    confirm: async (change, signal) => (values === null ? 'not-yet' : seenOf(onlyRead(change, values), (await look(signal)).touched)),
    undo: (change, key, signal) => act(change, 'back', key, signal),
  };
};
