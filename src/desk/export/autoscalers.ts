import type { Agent, Fleet, Scaling } from '../../fleet/agent.ts';
import { digNumber, digString } from '../../ground/json.ts';
import { type Yaml, yamlTexts } from './yaml-text.ts';

export interface AutoscalerWish {
  /** Where `agentops serve` answers, as pods see it, without a path. */
  readonly serveUrl: string;
}

export interface AutoscalerExport {
  readonly text: string;
  readonly leftOut: readonly { readonly name: string; readonly part: null; readonly reason: string }[];
}

/** A workload of a cluster whose number of pods follows a queue. */
interface Workload {
  readonly agent: string;
  readonly kind: 'Deployment' | 'StatefulSet';
  readonly name: string;
  readonly namespace: string;
  readonly min: number;
  readonly max: number;
  readonly scaling: Scaling;
}

/** The secret that holds a token of the manifest for KEDA. */
const tokenSecret = 'agentops-serve';
/** A Kubernetes autoscaler looks back no further, seconds. */
const longestStabilization = 3600;

/** ScaledObjects of KEDA that follow the number of workers `agentops serve` wants: dead band, calm and cost guard stay decided there. */
export const kedaObjects = (fleet: Fleet, { serveUrl }: AutoscalerWish): AutoscalerExport => {
  const { workloads, leftOut } = workloadsOf(fleet);
  const namespaces = [...new Set(workloads.map(({ namespace }) => namespace))];
  const objects = [...namespaces.map(tokenAuthentication), ...workloads.map((workload) => scaledObject(workload, serveUrl))];
  const comment = [
    `KEDA 2.19 or newer scales what the fleet ${fleet.name} says under controls.scale, to the number that agentops serve wants.`,
    'Made by: agentops export keda. serve stops answering where the number is not known: KEDA then keeps the replicas there are.',
    ...(namespaces.length === 0 ? [] : ['It asks with a token of the manifest:']),
    ...namespaces.map((namespace) => `  kubectl -n ${namespace} create secret generic ${tokenSecret} --from-literal=token="$TOKEN"`),
    'Pods that are taken away are ended: give runs time by terminationGracePeriodSeconds, and let workers drain.',
    ...leftOutLines(leftOut),
  ];
  return { text: yamlTexts(comment.join('\n'), objects), leftOut };
};

const objectName = (agent: string): string =>
  `agentops-${agent
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')}`.slice(0, 63);

const tokenAuthentication = (namespace: string): Yaml => ({
  apiVersion: 'keda.sh/v1alpha1',
  kind: 'TriggerAuthentication',
  metadata: { name: tokenSecret, namespace },
  spec: { secretTargetRef: [{ parameter: 'token', name: tokenSecret, key: 'token' }] },
});

const scaledObject = ({ agent, kind, name, namespace, min, max, scaling }: Workload, serveUrl: string): Yaml => ({
  apiVersion: 'keda.sh/v1alpha1',
  kind: 'ScaledObject',
  metadata: { name: objectName(agent), namespace },
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind, name },
    pollingInterval: 30,
    // How long nothing waits before the last pod goes: KEDA knows it for that step alone.
    ...(min === 0 ? { cooldownPeriod: seconds(scaling.forMs) } : {}),
    minReplicaCount: min,
    maxReplicaCount: max,
    fallback: { failureThreshold: 3, replicas: Math.max(1, min), behavior: 'currentReplicas' },
    advanced: {
      horizontalPodAutoscalerConfig: {
        // The number is decided already: it is followed at once, and by one pod as well, which a tolerance of a tenth would overlook.
        behavior: {
          scaleUp: { stabilizationWindowSeconds: 0, tolerance: '0' },
          scaleDown: {
            ...{ stabilizationWindowSeconds: 0, tolerance: '0' },
            policies: [{ type: 'Pods', value: scaling.step, periodSeconds: 60 }],
          },
        },
      },
    },
    triggers: [
      {
        type: 'metrics-api',
        metricType: 'AverageValue',
        metadata: {
          url: `${serveUrl}/scale/${encodeURIComponent(agent)}`,
          ...{ format: 'json', valueLocation: 'desired_workers', targetValue: '1', authMode: 'bearer' },
        },
        authenticationRef: { name: tokenSecret },
      },
    ],
  },
});

/** HorizontalPodAutoscalers that hold the dead band by themselves: one target cannot, but a tolerance of its own for the way down can. */
export const hpaObjects = (fleet: Fleet): AutoscalerExport => {
  const { workloads, leftOut } = workloadsOf(fleet);
  const comment = [
    `Kubernetes 1.34 (1.33 with the feature gate HPAConfigurableTolerance) scales what the fleet ${fleet.name} says under controls.scale.`,
    'Made by: agentops export hpa. It needs an adapter that hands on the series agentops_queue_depth of agentops serve as an external',
    'metric of that name, for example prometheus-adapter. Unlike agentops scale and KEDA it knows no cost guard, no outage of a provider',
    'and no waiting time: it adds pods that only wait. Where the metric is gone it changes nothing.',
    ...leftOutLines(leftOut),
  ];
  return { text: yamlTexts(comment.join('\n'), workloads.map(podAutoscaler)), leftOut };
};

const podAutoscaler = ({ agent, kind, name, namespace, min, max, scaling }: Workload): Yaml => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: objectName(agent), namespace },
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind, name },
    // To none takes a feature gate that no release has on.
    minReplicas: Math.max(1, min),
    maxReplicas: Math.max(1, max),
    metrics: [
      {
        type: 'External',
        external: {
          metric: { name: 'agentops_queue_depth', selector: { matchLabels: { agent } } },
          target: { type: 'AverageValue', averageValue: String(scaling.upAt) },
        },
      },
    ],
    behavior: {
      scaleUp: { stabilizationWindowSeconds: 0, tolerance: '0' },
      scaleDown: {
        stabilizationWindowSeconds: Math.min(longestStabilization, seconds(scaling.forMs)),
        // Down only below `down_at` for each pod: that share of the target.
        tolerance: String(Number((1 - scaling.downAt / scaling.upAt).toFixed(3))),
        policies: [{ type: 'Pods', value: scaling.step, periodSeconds: Math.min(1800, Math.max(1, seconds(scaling.coolDownMs))) }],
      },
    },
  },
});

const seconds = (ms: number): number => Math.round(ms / 1000);
const leftOutLines = (leftOut: AutoscalerExport['leftOut']): readonly string[] =>
  leftOut.map(({ name, reason }) => `Left out: ${name}: ${reason}`);

/** Agents that say how they scale, and those of them that no autoscaler of a cluster can. */
const workloadsOf = ({
  agents,
}: Pick<Fleet, 'agents'>): { readonly workloads: readonly Workload[]; readonly leftOut: AutoscalerExport['leftOut'] } => {
  const workloads: Workload[] = [];
  const leftOut: { readonly name: string; readonly part: null; readonly reason: string }[] = [];
  for (const agent of agents) {
    if (agent.controls.scale === null && (agent.scale ?? null) === null) continue;
    const found = workloadOf(agent);
    if (typeof found === 'string') leftOut.push({ name: agent.name, part: null, reason: found });
    else workloads.push(found);
  }
  return { workloads, leftOut };
};

/** The workload of an agent, or why it has none that can be scaled so. */
const workloadOf = ({ name: agent, controls, scale: scaling = null, queue = null }: Agent): Workload | string => {
  const control = controls.scale;
  if (control === null) return 'it says how it scales, and controls.scale does not say what';
  if (control.kind !== 'kubernetes') return `its workers are scaled by ${control.kind}, not by a cluster`;
  if (scaling === null || queue === null)
    return 'it has no queue: and scale: beside its control, so that nobody knows how many workers it should have';
  const { config } = control;
  const [deployment, statefulset] = [digString(config, 'deployment'), digString(config, 'statefulset')];
  const name = deployment ?? statefulset;
  if (name === null) return 'its control names neither a deployment nor a stateful set';
  const max = scaling.max ?? digNumber(config, 'max');
  if (max === null) return 'neither scale: nor its control says how many workers it may have at most (max)';
  const min = scaling.min ?? digNumber(config, 'min') ?? 1;
  const namespace = digString(config, 'namespace') ?? 'default';
  return { agent, kind: deployment === null ? 'StatefulSet' : 'Deployment', name, namespace, min, max, scaling };
};
