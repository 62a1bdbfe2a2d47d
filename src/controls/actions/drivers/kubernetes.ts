import { resolve } from 'node:path';
import { type Kubectl, openKubectl } from '../../../clients/kubectl.ts';
import { opener } from '../../../fleet/slots.ts';
import { usageError } from '../../../ground/errors.ts';
import { reversed, standsAs } from '../compare.ts';
import type { Config } from '../configs/kubernetes.ts';
import { conflict, effectOfBlindness } from '../effect.ts';
import { askPermission } from '../kubernetes/ask-permission.ts';
import { heldReplicas, pause, suspend } from '../kubernetes/field.ts';
import type { Lever } from '../kubernetes/lever.ts';
import { openFieldLever } from '../kubernetes/open-field-lever.ts';
import { openIsolationLever } from '../kubernetes/open-isolation-lever.ts';
import { openReplicasLever } from '../kubernetes/open-replicas-lever.ts';
import { openRollbackLever } from '../kubernetes/open-rollback-lever.ts';
import { type Resource, resourceKinds } from '../kubernetes/resource.ts';
import type { Action, Change, ControlDriver, ControlWorld, Effect } from '../port.ts';

/** A workload of a cluster, by kubectl: its replicas, its schedule, its rollout, its network. */
export default opener<Config, ControlDriver, ControlWorld>({
  kind: 'kubernetes',
  open(control, world) {
    const { context = null, read_context: readContext = context, kubeconfig } = control;
    const kube = openKubectl(
      {
        context: world.access === 'read' ? readContext : context,
        kubeconfig: kubeconfig === undefined ? null : resolve(world.folder, kubeconfig),
        env: () => Object.fromEntries(Object.entries(control.env).map(([name, value]) => [name, world.secrets.reveal(value)])),
      },
      world,
    );
    const resource = resourceOf(control);
    const levers = leversOf(kube, resource, control);
    const [first] = levers;
    const leverOf = (action: Action): Lever => {
      const lever = levers.find(({ actions }) => actions.includes(action));
      if (lever !== undefined) return lever;
      const message = `a control on a ${resource.kind} does not ${action}${control.by === 'scale' ? '' : ` by ${control.by}`}`;
      throw usageError({ code: 'action_unsupported', message });
    };
    /** The context is a part of the target: a plan for one cluster is not carried out in another. */
    const targetIn = async (signal: AbortSignal): Promise<string> => {
      const at = context ?? (await kube.currentContext(signal));
      return `${resource.kind} ${resource.name} in ${resource.namespace}${at === null ? '' : ` at ${at}`}`;
    };
    const write = async (change: Change, signal: AbortSignal): Promise<Effect> => {
      try {
        const target = await targetIn(signal);
        if (target !== change.target) return conflict(`the plan is for ${change.target}, and kubectl would act on ${target}`);
        return await leverOf(change.action).pull(change, signal);
      } catch (thrown) {
        return effectOfBlindness(thrown);
      }
    };

    return {
      traits: {
        actions: [...new Set(levers.flatMap(({ actions }) => actions))],
        readable: true,
        idempotent: true,
        stopsInFlight: first.stopsInFlight,
        effectMs: control.effect ?? Math.max(...levers.map(({ effectMs }) => effectMs)),
        expiresNatively: false,
      },
      healthy: (action) => leverOf(action).healthy(action),
      async read(action, signal) {
        const [target, sight] = await Promise.all([targetIn(signal), leverOf(action).look(action, signal)]);
        const { touched, keepsRunning } = sight ?? { touched: {}, keepsRunning: null };
        return { exists: sight !== null, target, touched, version: null, sharedWith: [], keepsRunning };
      },
      plan(want, { target, touched }) {
        const to = leverOf(want.action).wish(want, touched);
        if (standsAs(to, touched)) return null;
        const from = Object.fromEntries(Object.keys(to).map((field) => [field, touched[field] ?? null]));
        return { action: want.action, target, from, to, version: null, reversible: true, lasting: null };
      },
      apply: (change, _key, signal) => write(change, signal),
      confirm: (change, signal) => leverOf(change.action).arrived(change, signal),
      undo: (change, _key, signal) => write(reversed(change), signal),
      async mayAct(action, signal) {
        const answers = await Promise.all(leverOf(action).needs.map((need) => askPermission(kube, resource, need, signal)));
        return answers.every(Boolean) ? 'yes' : 'no';
      },
    };
  },
});

const resourceOf = (control: Config): Resource => {
  const kind = resourceKinds.find((each) => control[each] !== undefined) ?? 'deployment';
  return { kind, name: control[kind] ?? '', namespace: control.namespace };
};

/** The first is the one that disables and kills. */
const leversOf = (kube: Kubectl, resource: Resource, { by, min, max }: Config): readonly [Lever, ...Lever[]] => {
  const { kind } = resource;
  if (kind === 'cronjob' || kind === 'job') return [openFieldLever(kube, resource, suspend(resource))];
  if (kind === 'scaledobject') return [openFieldLever(kube, resource, heldReplicas)];
  const replicas = openReplicasLever(kube, resource, { min: min ?? null, max: max ?? null });
  const rollback = kind === 'deployment' ? [openRollbackLever(kube, resource)] : [];
  if (by === 'isolate') return [openIsolationLever(kube, resource), replicas, ...rollback];
  if (by === 'pause') return [openFieldLever(kube, resource, pause), ...rollback];
  return [replicas, ...rollback];
};
