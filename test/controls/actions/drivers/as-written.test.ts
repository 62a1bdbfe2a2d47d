import { expect, it } from 'vitest';
import { cleanCopy, load, stderrOf } from '../../../support/load-manifest.ts';

const manifest = (controls: string) => `version: 1
fleet: acme
agents:
  support:
    endpoint: { protocol: http, url: "https://support.acme.io", response: { text: $.text } }
    controls:
${controls}
connections:
  graph: { url: "https://graph.acme.io", read: "\${GRAPH_READ}", write: "\${GRAPH_WRITE}" }
  flags: { url: "https://flags.acme.io", write: "\${FLAGS}" }
`;

const controls = `      disable: { via: unleash, connection: flags, flag: agent.support.enabled, client_token: "\${CLIENT}", effect: 30s }
      kill: [{ via: langgraph, connection: graph, assistant: support }, { via: a2a, connection: graph, version: "0.3" }]
      scale: { via: kubernetes, statefulset: support, context: prod, read_context: prod-viewer, env: { AWS_PROFILE: "\${PROFILE}" } }
      rollback: { deploy: { via: kubernetes, deployment: support, kubeconfig: kube/config } }`;

it('keeps what is secret a reference, and fills in what is usual', async () => {
  const folder = cleanCopy('small', { 'agentops.yaml': manifest(controls) });
  expect(await stderrOf(folder)).toBe('');
  const [support] = (await load(folder)).fleet.agents;
  const { disable, kill, scale, rollback } = support?.controls ?? {};
  expect(disable?.config).toMatchObject({
    project: 'default',
    environment: 'production',
    client_token: { secret: '${CLIENT}' },
    effect: 30_000,
  });
  expect(kill?.map(({ config }) => config)).toMatchObject([{ assistant: 'support' }, { version: '0.3', binding: 'auto', effect: 10_000 }]);
  expect(scale?.config).toMatchObject({
    statefulset: 'support',
    namespace: 'default',
    by: 'scale',
    env: { AWS_PROFILE: { secret: '${PROFILE}' } },
  });
  expect(rollback?.deploy?.config).toMatchObject({ kubeconfig: 'kube/config' });
});

it.each([
  ['{ via: kubernetes }', 'names no target: give one of deployment, statefulset, cronjob, job, scaledobject'],
  ['{ via: kubernetes, deployment: a, job: b }', 'names more than one target'],
  ['{ via: kubernetes, deployment: "a; rm -rf /" }', 'is no name of Kubernetes'],
  ['{ via: kubernetes, deployment: a, read_context: viewer }', 'needs a context beside it'],
  ['{ via: unleash, connection: flags, flag: .. }', 'is no name'],
  ['{ via: unleash, connection: flags, flag: a, client_token: plain }', 'holds a secret in plain text'],
])('refuses %s', async (control, said) => {
  expect(await stderrOf(cleanCopy('small', { 'agentops.yaml': manifest(`      disable: ${control}`) }))).toContain(said);
});
