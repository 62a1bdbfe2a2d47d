import { usageError } from '../../../ground/errors.ts';
import { dig, digArray, digString, isObject, type Json, type JsonObject } from '../../../ground/json.ts';
import { plural } from '../../../ground/output/phrases.ts';
import type { Action, Capabilities, Desired } from '../port.ts';
import type { Resource } from './resource.ts';

/** One field of an object that a control sets. */
export interface Field extends Pick<Capabilities, 'actions' | 'stopsInFlight' | 'effectMs'> {
  /** As diffs call it. */
  readonly name: string;
  healthy(action: Action): Json;
  get(object: JsonObject): Json;
  set(object: JsonObject, value: Json): JsonObject;
  wish(want: Desired): Json;
  /** What goes on though it is set, in a sentence; null: nothing is known to. */
  goesOn(object: JsonObject, action: Action): string | null;
}

/** A switch that is off is not written at all: that is how an object without it was before. */
const switched = (object: JsonObject, key: string, value: Json): JsonObject => {
  const { [key]: _, ...others } = isObject(object['spec']) ? object['spec'] : {};
  return { ...object, spec: value === true ? { ...others, [key]: true } : others };
};

const onOff = { healthy: (action: Action) => action === 'enable', wish: ({ action }: Desired) => action !== 'enable' };

/** A job that is suspended loses its pods and begins anew when it is resumed; what a schedule has started goes on. */
export const suspend = ({ kind }: Resource): Field => ({
  ...onOff,
  name: 'suspended',
  actions: ['disable', 'enable', 'kill'],
  stopsInFlight: kind === 'job',
  effectMs: kind === 'job' ? 30_000 : 10_000,
  get: (object) => dig(object, 'spec', 'suspend') === true,
  set: (object, value) => switched(object, 'suspend', value),
  goesOn(object, action) {
    const active = digArray(object, 'status', 'active').length;
    return kind === 'job' || action === 'enable' || active === 0 ? null : `${plural(active, 'job')} that it has started`;
  },
});

/** Holds back the next version; no kill, and declared as none. */
export const pause: Field = {
  ...onOff,
  name: 'paused',
  actions: ['disable', 'enable'],
  stopsInFlight: false,
  effectMs: 1000,
  get: (object) => dig(object, 'spec', 'paused') === true,
  set: (object, value) => switched(object, 'paused', value),
  goesOn: (_object, action) => (action === 'enable' ? null : 'its pods go on: a paused rollout stops none of them'),
};

const pausedReplicas = 'autoscaling.keda.sh/paused-replicas';

/** KEDA holds the workload at so many replicas, whatever its triggers say. Source: KEDA 2.21, pausing autoscaling. */
export const heldReplicas: Field = {
  name: 'paused_replicas',
  actions: ['scale', 'disable', 'enable', 'kill'],
  stopsInFlight: true,
  effectMs: 60_000,
  healthy: (action) => (action === 'enable' ? '0' : null),
  get: (object) => digString(object, 'metadata', 'annotations', pausedReplicas),
  set(object, value) {
    const metadata = isObject(object['metadata']) ? object['metadata'] : {};
    const { [pausedReplicas]: _, ...others } = isObject(metadata['annotations']) ? metadata['annotations'] : {};
    return { ...object, metadata: { ...metadata, annotations: value === null ? others : { ...others, [pausedReplicas]: value } } };
  },
  wish: (want) => (want.action === 'enable' ? null : want.action === 'scale' ? `${wantedReplicas(want)}` : '0'),
  goesOn: () => null,
};

/** The replicas that a step names. Throws OpsError `usage` where it names none. */
export const wantedReplicas = ({ params }: Desired): number => {
  const { replicas } = params;
  if (typeof replicas === 'number' && Number.isInteger(replicas) && replicas >= 0) return replicas;
  const hint = 'give replicas: 3';
  throw usageError({ code: 'replicas_invalid', message: 'the number of replicas that is wanted must be named, 0 or more', hint });
};
