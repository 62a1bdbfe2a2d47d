import { z } from 'zod';
import { deferredTextField, durationField } from '../../../fleet/fields.ts';
import { described } from '../../../fleet/slots.ts';
import { resourceKinds } from '../kubernetes/resource.ts';

/** RFC 1123, section 2.1, as Kubernetes names things: what cannot lead out of a path, nor be taken for an option. */
const nameField = () => z.string().regex(/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/, 'is no name of Kubernetes');

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
    const named = resourceKinds.filter((kind) => control[kind] !== undefined);
    if (named.length !== 1)
      ctx.addIssue({
        code: 'custom',
        message: `names ${named.length === 0 ? 'no target' : 'more than one target'}: give one of ${resourceKinds.join(', ')}`,
      });
    if (control.read_context !== undefined && control.context === undefined)
      ctx.addIssue({
        code: 'custom',
        path: ['read_context'],
        message: 'needs a context beside it: without one the current context may be another cluster',
      });
  });
export type Config = z.infer<typeof config>;

/** How a control looks that goes through `kubernetes`; the driver beside it is opened without it. */
export default described({ kind: 'kubernetes', summary: 'A workload of a cluster, by kubectl.', config });
