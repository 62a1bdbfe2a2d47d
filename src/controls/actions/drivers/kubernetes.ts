import { resolve } from 'node:path';
import { z } from 'zod';
import { type Kubectl, openKubectl } from '../../../clients/kubectl.ts';
import { deferredTextField, durationField } from '../../../fleet/fields.ts';
import { adapter } from '../../../fleet/slots.ts';
import { usageError } from '../../../ground/errors.ts';
import { reversed, standsAs } from '../compare.ts';
import { conflict, effectOfBlindness } from '../effect.ts';
import { askPermission } from '../kubernetes/ask-permission.ts';
import { heldReplicas, pause, suspend } from '../kubernetes/field.ts';
import type { Lever } from '../kubernetes/lever.ts';
import { openFieldLever } from '../kubernetes/open-field-lever.ts';
import { openIsolationLever } from '../kubernetes/open-isolation-lever.ts';
import { openReplicasLever } from '../kubernetes/open-replicas-lever.ts';
import { openRollbackLever } from '../kubernetes/open-rollback-lever.ts';
import type { Resource } from '../kubernetes/resource.ts';
import type { Action, Change, ControlDriver, ControlWorld, Effect } from '../port.ts';

/** RFC 1123, section 2.1, as Kubernetes names things: what cannot lead out of a path, nor be taken for an option. */
const nameField = () => z.string().regex(/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/, 'is no name of Kubernetes');

const kinds = ['deployment', 'statefulset', 'cronjob', 'job', 'scaledobject'] as const;

const config = z
  .strictObject({
    via: z.literal('kubernetes'),
    deployment: nameField().optional().describe('The name of the deployment.'),
    statefulset: nameField().optional().describe('The name of the stateful set.'),
    cronjob: nameField().optional().describe('The name of the cron job, which is suspended.'),
    job: nameField().optional().describe('The name of the job, which is suspended.'),
    scaledobject: nameField()
      .optional()
      .describe('The name of the ScaledObject of KEDA that scales the agent: it is told a number to hold.'),
    namespace: nameField().default('default').describe('Its namespace.'),
    by: z
      .enum(['scale', 'isolate', 'pause'])
      .default('scale')
      .describe(
        'How a workload is disabled or killed. scale: to no pods; isolate: by a network policy, the pods stay; pause: its rollout only.',
      ),
    min: z.int().min(0).optional().describe('Replicas, at least.'),
    max: z.int().min(1).optional().describe('Replicas, at most.'),
    context: z.string().regex(/^[^-]/).optional().describe('The context of the kubeconfig to act in; default: the current one.'),
    read_context: z
      .string()
      .regex(/^[^-]/)
      .optional()
      .describe('A context of the same cluster whose user may only look; default: context.'),
    kubeconfig: z.string().min(1).optional().describe('The kubeconfig, relative to the manifest; default: ~/.kube/config.'),
    effect: durationField()
      .optional()
      .describe('How long it may take until the last pod has ended, or was replaced; default 1m, for a rollback 2m.'),
    env: z
      .record(z.string(), deferredTextField())
      .default({})
      .describe('Environment of kubectl and of its credential plugins; it inherits little more than PATH and HOME, and no KUBECONFIG.'),
  })
  .superRefine((control, ctx) => {
    const named = kinds.filter((kind) => control[kind] !== undefined);
    if (named.length !== 1)
      ctx.addIssue({
        code: 'custom',
        message: `names ${named.length === 0 ? 'no target' : 'more than one target'}: give one of ${kinds.join(', ')}`,
      });
    if (control.read_context !== undefined && control.context === undefined)
      ctx.addIssue({
        code: 'custom',
        path: ['read_context'],
        message: 'needs a context beside it: without one the current context may be another cluster',
      });
  });
type Config = z.infer<typeof config>;

/** A workload of a cluster, by kubectl: its replicas, its schedule, its rollout, its network. */
export default adapter<Config, ControlDriver, ControlWorld>({
  kind: 'kubernetes',
  summary: 'A workload of a cluster, by kubectl.',
  config,
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
  const kind = kinds.find((each) => control[each] !== undefined) ?? 'deployment';
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
