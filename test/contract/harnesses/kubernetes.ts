import { dig, isObject, type Json, type JsonObject } from '../../../src/ground/json.ts';
import { fakeKubectl, type KubectlAnswer } from '../../support/fake-kubectl.ts';
import { deploymentPath, kubeApi, recordedDeployment } from '../../support/kube-api.ts';
import type { ControlFault, ControlHarness, ControlPeer } from '../control-suite.ts';

const status = (code: number, reason: string): KubectlAnswer => ({ status: code, body: { reason, message: `${reason}, says the test` } });

const faultAnswers: Partial<Record<ControlFault, KubectlAnswer>> = {
  '401': status(401, 'Unauthorized'),
  '403': status(403, 'Forbidden'),
  '404': status(404, 'NotFound'),
  '409': status(409, 'Conflict'),
  '500': status(500, 'InternalError'),
  '503': status(503, 'ServiceUnavailable'),
  cut: { stderr: 'error: unexpected EOF' },
  html: { stdout: '<html>sign in</html>' },
  drop: { status: 200, body: {} },
};

/** What the levers touch: not the counts of controllers. */
const looked = (objects: ReadonlyMap<string, JsonObject>): Json =>
  Object.fromEntries(
    [...objects]
      .filter(([path]) => !/\/(pods|replicasets)\//.test(path))
      .map(([path, object]) => [
        path,
        { spec: object['spec'] ?? null, annotations: besidesRevision(dig(object, 'metadata', 'annotations')) },
      ]),
  );

const besidesRevision = (annotations: unknown): Json => {
  if (!isObject(annotations)) return {};
  const { 'deployment.kubernetes.io/revision': _, ...others } = annotations;
  return others;
};

interface Scene {
  readonly control: Record<string, unknown>;
  readonly objects: () => Record<string, JsonObject>;
  readonly meddle?: (api: ReturnType<typeof kubeApi>) => void;
  readonly target: string;
}

const open =
  ({ control, objects, meddle, target }: Scene) =>
  async (): Promise<ControlPeer> => {
    const api = kubeApi(objects());
    const next = new Map<'read' | 'write', ControlFault>();
    let writes = 0;
    const answer = (method: string, path: string, body: Json): KubectlAnswer => {
      const on = method === 'GET' ? 'read' : 'write';
      if (on === 'write') writes += 1;
      const fault = next.get(on);
      // Autoscalers are looked for beside the target, which is what shall fail.
      if (fault === undefined || (on === 'read' && path.includes('scalers'))) return api.answer(method, path, body);
      if (fault !== 'drop') next.delete(on);
      if (fault === 'cut' && on === 'write') api.answer(method, path, body);
      return faultAnswers[fault] ?? { stderr: `no answer for ${fault}` };
    };
    return {
      control: { namespace: 'agents', ...control },
      world: { process: fakeKubectl(answer) },
      look: () => looked(api.objects),
      ...(meddle === undefined ? {} : { meddle: () => meddle(api) }),
      remove: () => void api.objects.delete(target),
      effects: () => api.changes,
      writes: () => writes,
      fail: (on, fault) => void next.set(on, fault),
    };
  };

const spec = (parts: JsonObject) => (object: JsonObject) => ({ ...object, spec: { ...(object['spec'] as JsonObject), ...parts } });
const batch = '/apis/batch/v1/namespaces/agents';
const named = (name: string, parts: JsonObject): JsonObject => ({ metadata: { name, namespace: 'agents' }, spec: parts });

const faults = {
  read: ['401', '403', '404', '500', '503', 'cut', 'html'],
  write: ['401', '403', '404', '409', '500', '503', 'cut', 'html', 'drop'],
} as const;
// The precondition failed, so that nothing happened: the next attempt compares anew.
const otherwise = { '409': 'rejected' } as const;
const off = [
  { action: 'disable', params: {} },
  { action: 'kill', params: {} },
] as const;
const on = [{ action: 'enable', params: {} }] as const;
const agent: Scene = { control: { deployment: 'agent', min: 1, max: 20 }, objects: recordedDeployment, target: deploymentPath };
const templateOf = (image: string): JsonObject => ({
  template: { metadata: { labels: { app: 'agent' } }, spec: { containers: [{ name: 'agent', image }] } },
});

const harness: ControlHarness = {
  variants: [
    {
      name: 'replicas',
      wishes: [...off, { action: 'scale', params: { replicas: 7 } }],
      senseless: [
        { action: 'scale', params: {} },
        { action: 'scale', params: { replicas: 21 } },
        { action: 'scale', params: { replicas: 1.5 } },
      ],
      faults,
      otherwise,
      open: open({ ...agent, meddle: (api) => api.edit(deploymentPath, spec({ replicas: 5 })) }),
    },
    {
      name: 'no replicas',
      wishes: on,
      open: open({ ...agent, objects: () => ({ [deploymentPath]: spec({ replicas: 0 })(recordedDeployment()[deploymentPath] ?? {}) }) }),
    },
    {
      name: 'its template',
      wishes: [{ action: 'rollback_deploy', params: { revision: 'agent:v2' } }],
      senseless: [{ action: 'rollback_deploy', params: { revision: 3 } }],
      faults,
      otherwise,
      open: open({ ...agent, meddle: (api) => api.edit(deploymentPath, spec(templateOf('agent:v9'))) }),
    },
    {
      name: 'the template before',
      isRelative: true,
      wishes: [
        { action: 'rollback_deploy', params: {} },
        { action: 'rollback_deploy', params: { revision: 2 } },
      ],
      open: open(agent),
    },
    {
      name: 'isolation',
      wishes: off,
      faults,
      otherwise,
      open: open({
        ...agent,
        control: { deployment: 'agent', by: 'isolate' },
        meddle: (api) =>
          api.edit('/apis/networking.k8s.io/v1/namespaces/agents/networkpolicies/agentops-isolate-agent', () =>
            named('agentops-isolate-agent', { egress: [{}] }),
          ),
      }),
    },
    {
      name: 'its rollout',
      wishes: [{ action: 'disable', params: {} }],
      open: open({ ...agent, control: { deployment: 'agent', by: 'pause' } }),
    },
    {
      name: 'a schedule',
      wishes: off,
      faults,
      otherwise,
      open: open({
        control: { cronjob: 'nightly' },
        objects: () => ({ [`${batch}/cronjobs/nightly`]: named('nightly', { schedule: '0 3 * * *' }) }),
        target: `${batch}/cronjobs/nightly`,
      }),
    },
    {
      name: 'a suspended job',
      wishes: on,
      open: open({
        control: { job: 'once' },
        objects: () => ({ [`${batch}/jobs/once`]: named('once', { suspend: true }) }),
        target: `${batch}/jobs/once`,
      }),
    },
  ],
};

export default harness;
