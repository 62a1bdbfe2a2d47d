import type { Scheduling } from './schedule.ts';

/** A YAML string whatever stands in it: every JSON string is one. */
const quoted = (text: string): string => JSON.stringify(text);

/** A name of an object: RFC 1123. */
const objectName = (fleet: string): string =>
  `agentops-${fleet
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, '-')
    .slice(0, 40)
    .replace(/-+$/, '')}`;

/** One pod that ticks, with a volume for its state: two at once on one volume are what `Recreate` keeps from being. */
export const kubernetesText = ({ fleet, manifest, needs, everyMs, image }: Scheduling): string => {
  const name = objectName(fleet);
  return [
    `# kubectl create configmap ${name} --from-file=agentops.yaml=${quoted(manifest)}`,
    ...(needs.length === 0
      ? []
      : [`# kubectl create secret generic ${name} --from-env-file=FILE   # ${needs.map((each) => `${each}=…`).join(' ')}`]),
    'apiVersion: v1',
    'kind: PersistentVolumeClaim',
    `metadata: { name: ${name} }`,
    'spec:',
    '  accessModes: [ReadWriteOnce]',
    '  resources: { requests: { storage: 5Gi } }',
    '---',
    'apiVersion: apps/v1',
    'kind: Deployment',
    `metadata: { name: ${name} }`,
    'spec:',
    '  replicas: 1',
    '  strategy: { type: Recreate }',
    `  selector: { matchLabels: { app: ${name} } }`,
    '  template:',
    `    metadata: { labels: { app: ${name} } }`,
    '    spec:',
    '      terminationGracePeriodSeconds: 150',
    '      securityContext: { runAsNonRoot: true, runAsUser: 1000, fsGroup: 1000 }',
    '      containers:',
    '        - name: agentops',
    `          image: ${quoted(image)}`,
    `          args: [watch, --every, ${everyMs / 1000}s, --quiet, --manifest, /etc/agentops/agentops.yaml]`,
    ...(needs.length === 0 ? [] : [`          envFrom: [{ secretRef: { name: ${name} } }]`]),
    '          volumeMounts:',
    '            - { name: manifest, mountPath: /etc/agentops/agentops.yaml, subPath: agentops.yaml }',
    '            - { name: state, mountPath: /etc/agentops/.agentops }',
    '          resources: { requests: { cpu: 50m, memory: 256Mi }, limits: { memory: 1Gi } }',
    '          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: [ALL] } }',
    '      volumes:',
    `        - { name: manifest, configMap: { name: ${name} } }`,
    `        - { name: state, persistentVolumeClaim: { claimName: ${name} } }`,
    '',
  ].join('\n');
};
