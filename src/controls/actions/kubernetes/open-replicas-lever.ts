import { troubleError } from '../../../clients/api-trouble.ts';
import { itemsOf, type Kubectl } from '../../../clients/kubectl.ts';
import { usageError } from '../../../ground/errors.ts';
import { dig, digNumber, digString, type JsonObject } from '../../../ground/json.ts';
import { hindrance, seenOf } from '../compare.ts';
import { applied, rejected } from '../effect.ts';
import type { Desired, Touched } from '../port.ts';
import { wantedReplicas } from './field.ts';
import { gitWarning, scalerOf, together } from './keepers.ts';
import { effectOfWrite, type Lever } from './lever.ts';
import { readList, readObject } from './read-object.ts';
import { listPath, permissionOf, type Resource, resourcePath } from './resource.ts';

export interface ReplicaBounds {
  readonly min: number | null;
  readonly max: number | null;
}

/** A Scale of none comes back without the field. */
const replicasOf = (scale: JsonObject): number => digNumber(scale, 'spec', 'replicas') ?? 0;

/** A lever on the number of pods of a deployment or a stateful set, by its scale. */
export const openReplicasLever = (kube: Kubectl, resource: Resource, bounds: ReplicaBounds): Lever => {
  const path = resourcePath(resource);
  const scalePath = `${path}/scale`;
  const { namespace } = resource;
  const scalers = async (signal: AbortSignal) => {
    const lists = [
      listPath(namespace, 'autoscaling/v1', 'horizontalpodautoscalers'),
      listPath(namespace, 'keda.sh/v1alpha1', 'scaledobjects'),
    ];
    return Promise.all(lists.map((list) => readList(kube, list, signal)));
  };
  return {
    actions: ['scale', 'disable', 'enable', 'kill'],
    stopsInFlight: true,
    effectMs: 60_000,
    needs: [{ verb: 'update', ...permissionOf(resource), subresource: 'scale' }],
    healthy: (action) => ({ replicas: action === 'enable' ? 0 : 3, scaled_by: null }),
    wish: (want, now) => ({ replicas: replicasWanted(want, now, bounds) }),
    async look(action, signal) {
      const [object, scale, found] = await Promise.all([
        readObject(kube, path, signal),
        readObject(kube, scalePath, signal),
        scalers(signal),
      ]);
      if (object === null || scale === null) return null;
      const scaledBy = scalerOf(
        resource,
        found.flatMap((list) => list ?? []),
      );
      const unseen = found.includes(null) ? 'whether an autoscaler sets its replicas may not be looked at' : null;
      return {
        touched: { replicas: replicasOf(scale), scaled_by: scaledBy },
        keepsRunning: together(action === 'enable' ? null : scalerWarning(scaledBy), unseen, gitWarning(object)),
      };
    },
    async pull(change, signal) {
      const scale = await readObject(kube, scalePath, signal);
      if (scale === null) return rejected(`${change.target} is not there`);
      const hindered = hindrance(change, { replicas: replicasOf(scale) });
      if (hindered !== null) return hindered;
      const spec = { replicas: change.to['replicas'] ?? 0 };
      const { trouble } = await kube.put(scalePath, { ...scale, spec }, signal);
      return trouble === null ? applied(`${change.target} is scaled to ${spec.replicas}`) : effectOfWrite(trouble);
    },
    async arrived(change, signal) {
      const scale = await readObject(kube, scalePath, signal);
      if (scale === null) return 'contradicted';
      const seen = seenOf(change, { replicas: replicasOf(scale) });
      if (seen !== 'seen') return seen;
      const running = change.to['replicas'] === 0 ? await podsLeft(kube, namespace, scale, signal) : digNumber(scale, 'status', 'replicas');
      return running === change.to['replicas'] ? 'seen' : 'not-yet';
    },
  };
};

/** Pods that are still there, also those that are told to end: their runs go on until they have. */
const podsLeft = async (kube: Kubectl, namespace: string, scale: JsonObject, signal: AbortSignal): Promise<number> => {
  const selector = digString(scale, 'status', 'selector') ?? '';
  const path = `${listPath(namespace, 'v1', 'pods')}?labelSelector=${encodeURIComponent(selector)}&limit=100`;
  const { object, trouble } = await kube.get(path, signal);
  if (trouble?.status === 403) return digNumber(scale, 'status', 'replicas') ?? 0; // ending pods are not counted there, but it is all we may see
  if (trouble !== null) throw troubleError(trouble);
  return itemsOf(object).filter((pod) => !['Succeeded', 'Failed'].includes(String(dig(pod, 'status', 'phase')))).length;
};

/** Of no replicas an autoscaler of Kubernetes keeps its hands; KEDA's does not. */
const scalerWarning = (scaledBy: string | null): string | null =>
  scaledBy === null
    ? null
    : `${scaledBy} also sets its replicas${scaledBy.startsWith('Horizontal') ? ', but not while there are none' : ''}`;

const replicasWanted = (want: Desired, now: Touched, { min, max }: ReplicaBounds): number => {
  if (want.action === 'kill' || want.action === 'disable') return 0;
  if (want.action === 'enable') return enabledReplicas(want, now, min);
  const replicas = wantedReplicas(want);
  if (replicas < (min ?? 0) || replicas > (max ?? Number.POSITIVE_INFINITY)) {
    const message = `${replicas} replicas are outside the bounds of the control, ${min ?? 0} to ${max ?? 'any'}`;
    throw usageError({ code: 'replicas_out_of_bounds', message, hint: 'change min or max of the control in the manifest' });
  }
  const scaledBy = now['scaled_by'];
  if (typeof scaledBy !== 'string') return replicas;
  const hint = scaledBy.startsWith('Scaled')
    ? 'bind the control to the scaledobject instead'
    : 'change the bounds of the autoscaler instead';
  throw usageError({ code: 'replicas_of_another', message: `${scaledBy} sets the replicas, and would set them back`, hint });
};

const enabledReplicas = (want: Desired, now: Touched, min: number | null): number => {
  if (typeof now['replicas'] === 'number' && now['replicas'] > 0) return now['replicas'];
  if (want.params['replicas'] !== undefined) return wantedReplicas(want);
  if (min !== null && min > 0) return min;
  const hint = 'give replicas: 3, or a min to the control in the manifest';
  throw usageError({ code: 'replicas_invalid', message: 'how many replicas there were before is not known', hint });
};
