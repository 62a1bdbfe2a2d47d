import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Action, Change, ControlDriver, Touched } from '../../../../src/controls/actions/port.ts';
import type { Json, JsonObject } from '../../../../src/ground/json.ts';
import { systemProcesses } from '../../../../src/ground/runtime/process.ts';
import { fakeKubectl, type KubectlAnswer } from '../../../support/fake-kubectl.ts';
import { openPeer } from '../../../support/http-peer.ts';
import { deploymentPath, type KubeAnswer, type KubeApi, kubeApi, kubeRecorded, recordedDeployment } from '../../../support/kube-api.ts';
import { describeWithPeer } from '../../../support/peer-or-skip.ts';
import { openReal } from '../../../support/real-control.ts';
import { json } from '../../../support/replies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

const never = new AbortController().signal;
const agent = { deployment: 'agent', namespace: 'agents' };
const place = (group: string, plural: string, name: string) => `/apis/${group}/namespaces/agents/${plural}/${name}`;

const planned = async (driver: ControlDriver, action: Action, params: Touched = {}): Promise<Change> => {
  const change = driver.plan({ action, params }, await driver.read(action, never));
  if (change === null) throw new Error('nothing to change');
  return change;
};
const kill = (driver: ControlDriver) => planned(driver, 'kill');

describe('a cluster in memory', () => {
  const open = (api: KubeApi, parts: Record<string, unknown> = {}) =>
    openReal('kubernetes', { ...agent, ...parts }, { world: { process: fakeKubectl(api.answer) } });
  const withObjects = (objects: Record<string, JsonObject>) => kubeApi({ ...recordedDeployment(), ...objects });
  const scaler = { metadata: { name: 'agent' }, spec: { scaleTargetRef: { kind: 'Deployment', name: 'agent' } } };
  const keda = { ...scaler, spec: { ...scaler.spec, triggers: [] } };

  it('goes back past a restart, which is no other template', async () => {
    const { looking } = await open(withObjects({}));
    const change = await planned(looking, 'rollback_deploy');
    expect([change.from['images'], change.to['images']]).toEqual([{ agent: 'agent:v1' }, { agent: 'agent:v2' }]);
  });

  it('finds a revision by its template after its number has moved', async () => {
    const api = withObjects({});
    const { looking, acting } = await open(api);
    const change = await planned(looking, 'rollback_deploy');
    expect(await acting.apply(change, 'key', never)).toMatchObject({ result: 'applied' });
    const moved = await looking.read('rollback_deploy', never);
    expect(JSON.stringify(moved.touched['earlier'])).not.toContain('"revision":"2"');
    expect(await acting.undo(change, 'key', never)).toMatchObject({ result: 'applied' });
    expect((await looking.read('rollback_deploy', never)).touched['images']).toEqual({ agent: 'agent:v1' });
  });

  it('says that a revision is no longer kept', async () => {
    const api = withObjects({});
    const { looking, acting } = await open(api);
    const change = await planned(looking, 'rollback_deploy');
    for (const path of api.objects.keys()) if (path.includes('/replicasets/')) api.objects.delete(path);
    expect(await acting.apply(change, 'key', never)).toMatchObject({ result: 'rejected', retry: false });
    const now = await looking.read('rollback_deploy', never);
    expect(() => looking.plan({ action: 'rollback_deploy', params: {} }, now)).toThrow('nothing earlier');
  });

  it('does not scale what an autoscaler scales, but ends all of it', async () => {
    const { looking } = await open(withObjects({ [place('autoscaling/v1', 'horizontalpodautoscalers', 'agent')]: scaler }));
    const now = await looking.read('scale', never);
    expect(() => looking.plan({ action: 'scale', params: { replicas: 5 } }, now)).toThrow(
      'HorizontalPodAutoscaler agent sets the replicas',
    );
    expect(now.keepsRunning).toContain('but not while there are none');
    expect((await kill(looking)).to).toEqual({ replicas: 0 });
  });

  it('warns of whoever puts it back: KEDA, and what follows a repository', async () => {
    const api = withObjects({});
    api.edit(deploymentPath, (object) => ({
      ...object,
      metadata: { ...(object['metadata'] as JsonObject), annotations: { 'argocd.argoproj.io/tracking-id': 'x' } },
    }));
    const driver = (
      await openReal('kubernetes', agent, {
        world: {
          process: fakeKubectl((method, path, body) =>
            path.includes('keda.sh') ? { status: 200, body: { items: [keda] } } : api.answer(method, path, body),
          ),
        },
      })
    ).looking;
    const { keepsRunning } = await driver.read('kill', never);
    expect(keepsRunning).toBe('ScaledObject agent also sets its replicas; Argo CD may put it back to what its repository says');
  });

  it('waits until the last pod is gone, also one that is ending', async () => {
    const api = withObjects({});
    const { looking, acting } = await open(api);
    const change = await kill(looking);
    await acting.apply(change, 'key', never);
    expect(await looking.confirm(change, never)).toBe('seen');
    api.objects.set('/api/v1/namespaces/agents/pods/slow', {
      metadata: { name: 'slow', labels: { app: 'agent' }, deletionTimestamp: 'now' },
      status: { phase: 'Running' },
    });
    expect(await looking.confirm(change, never)).toBe('not-yet');
  });

  it('names policies that let traffic through an isolation', async () => {
    const allow = {
      metadata: { name: 'to-gateway' },
      spec: { podSelector: { matchExpressions: [{ key: 'app', operator: 'Exists' }] }, egress: [{}] },
    };
    const other = { metadata: { name: 'elsewhere' }, spec: { podSelector: { matchLabels: { app: 'web' } }, egress: [{}] } };
    const path = (name: string) => place('networking.k8s.io/v1', 'networkpolicies', name);
    const { looking } = await open(withObjects({ [path('to-gateway')]: allow, [path('elsewhere')]: other }), { by: 'isolate' });
    expect((await looking.read('kill', never)).keepsRunning).toMatch(/to-gateway still lets traffic through/);
    expect((await looking.read('kill', never)).keepsRunning).not.toContain('elsewhere');
  });

  it('tells the jobs that a suspended schedule leaves running', async () => {
    const nightly = { metadata: { name: 'nightly' }, spec: { schedule: '0 3 * * *' }, status: { active: [{}, {}] } };
    const { looking } = await open(kubeApi({ [place('batch/v1', 'cronjobs', 'nightly')]: nightly }), {
      deployment: undefined,
      cronjob: 'nightly',
    });
    expect((await looking.read('kill', never)).keepsRunning).toBe('2 jobs that it has started');
  });

  it('holds KEDA at a number, and lets it go', async () => {
    let held: Json = { metadata: { name: 'agent', annotations: { mine: 'x' } }, spec: {} };
    const process = fakeKubectl((method, _path, body): KubectlAnswer => {
      if (method === 'PUT') held = body;
      return { status: 200, body: held };
    });
    const { looking, acting } = await openReal('kubernetes', { scaledobject: 'agent', namespace: 'agents' }, { world: { process } });
    const before = held;
    const change = await kill(looking);
    await acting.apply(change, 'key', never);
    expect(held).toMatchObject({ metadata: { annotations: { mine: 'x', 'autoscaling.keda.sh/paused-replicas': '0' } } });
    await acting.undo(change, 'key', never);
    expect(held).toEqual(before);
  });

  it('is not carried out in another cluster than the plan was made for', async () => {
    const api = withObjects({});
    const { looking } = await open(api);
    const change = await kill(looking);
    const elsewhere = await openReal('kubernetes', agent, { world: { process: fakeKubectl(api.answer, 'production') } });
    expect(await elsewhere.acting.apply(change, 'key', never)).toMatchObject({
      result: 'conflict',
      evidence: expect.stringContaining('production'),
    });
    expect(api.changes).toEqual([]);
  });

  it('asks the cluster what it may do before it must', async () => {
    const api = withObjects({});
    api.allowed = new Set(['update apps deployments/scale', 'create networking.k8s.io networkpolicies']);
    const { acting } = await open(api);
    const isolating = await open(api, { by: 'isolate' });
    expect(await acting.mayAct?.('kill', never)).toBe('yes');
    expect(await acting.mayAct?.('rollback_deploy', never)).toBe('no');
    expect(await isolating.acting.mayAct?.('kill', never)).toBe('no'); // it could not be let out again
    expect(api.changes).toEqual([]);
  });

  it('looks with the context that may only look, and acts with the other', async () => {
    const seen: (readonly string[])[] = [];
    const kubectl = fakeKubectl(withObjects({}).answer);
    const run: typeof kubectl.run = (spec, signal) => {
      seen.push(spec.argv);
      return kubectl.run(spec, signal);
    };
    const world = { process: { ...kubectl, run } };
    const { looking, acting } = await openReal('kubernetes', { ...agent, context: 'admin', read_context: 'viewer' }, { world });
    const change = await kill(looking);
    expect(change.target).toContain('at admin');
    expect(seen.every((argv) => argv.includes('--context=viewer'))).toBe(true);
    seen.splice(0);
    await acting.apply(change, 'key', never);
    expect(seen.every((argv) => argv.includes('--context=admin'))).toBe(true);
  });

  it.each<[string, Parameters<typeof fakeKubectl>[0], object]>([
    ['a limit', () => ({ status: 429, body: { reason: 'TooManyRequests', message: 'slow down' } }), { result: 'rejected', retry: true }],
    [
      'a cluster that is away',
      () => ({ stderr: 'The connection to the server 10.0.0.1 was refused - did you specify the right host or port?' }),
      { result: 'rejected', retry: true },
    ],
    [
      'a name that does not resolve',
      () => ({ stderr: 'Unable to connect to the server: dial tcp: lookup nowhere: no such host' }),
      { result: 'rejected', retry: true },
    ],
    ['a connection that broke', () => ({ stderr: 'Unable to connect to the server: EOF' }), { result: 'unsure', retry: true }],
  ])('tells what came of it: %s', async (_, answer, effect) => {
    const api = withObjects({});
    const process = fakeKubectl((method, path, body) => (method === 'PUT' ? answer(method, path, body) : api.answer(method, path, body)));
    const { looking, acting } = await openReal('kubernetes', agent, { world: { process } });
    expect(await acting.apply(await kill(looking), 'key', never)).toMatchObject(effect);
  });

  it.each([
    ['no target', {}],
    ['two targets', { deployment: 'a', job: 'b' }],
    ['a name with a slash', { deployment: 'a/b' }],
    ['a name that is an option', { deployment: '--all' }],
    ['a step in a path', { deployment: '..' }],
    ['a context that is an option', { deployment: 'a', context: '--kubeconfig=/etc/passwd' }],
  ])('refuses %s', async (_, parts) => {
    await expect(openReal('kubernetes', parts)).rejects.toThrow();
  });
});

describeWithPeer('a real kubectl', { programs: ['kubectl'] }, () => {
  /** @param instead answers before the cluster does; undefined: it does */
  const open = async (api: KubeApi, instead: (method: string, path: string) => KubeAnswer | undefined = () => undefined) => {
    const peer = await openPeer((request, response) => {
      const { method, path, query } = request;
      const { status, body } = instead(method, path) ?? api.answer(method, query.size === 0 ? path : `${path}?${query}`, request.json);
      json(body, status)(request, response);
    });
    const folder = temporaryFolder();
    const cluster = { name: 'lab', cluster: { server: peer.url } };
    const context = { name: 'lab', context: { cluster: 'lab', user: 'tester' } };
    const users = [{ name: 'tester', user: { token: 'synthetic' } }];
    writeFileSync(
      join(folder, 'kubeconfig'),
      JSON.stringify({ apiVersion: 'v1', kind: 'Config', clusters: [cluster], contexts: [context], users, 'current-context': 'lab' }),
    );
    const control = { ...agent, kubeconfig: 'kubeconfig', env: { HOME: { secret: folder, base: folder } } };
    const world = { process: systemProcesses };
    return (parts: Record<string, unknown> = {}) => openReal('kubernetes', { ...control, ...parts }, { folder, world });
  };

  it('scales to none, is confirmed, and scales back', async () => {
    const api = kubeApi(recordedDeployment());
    const { looking, acting } = await (await open(api))({ context: 'lab' });
    const change = await kill(looking);
    expect(change).toMatchObject({ target: 'deployment agent in agents at lab', from: { replicas: 3 }, to: { replicas: 0 } });
    expect(await acting.apply(change, 'key', never)).toMatchObject({ result: 'applied' });
    expect(await looking.confirm(change, never)).toBe('seen');
    expect(await acting.apply(change, 'key', never)).toMatchObject({ result: 'already' });
    expect(await acting.undo(change, 'key', never)).toMatchObject({ result: 'applied' });
    expect(api.changes).toHaveLength(2);
  });

  it('rolls back and forth, and isolates and lets out', async () => {
    const api = kubeApi(recordedDeployment());
    const at = await open(api);
    for (const [parts, action] of [
      [{}, 'rollback_deploy'],
      [{ by: 'isolate' }, 'disable'],
    ] as const) {
      const { looking, acting } = await at(parts);
      const change = await planned(looking, action);
      expect(await acting.apply(change, 'key', never)).toMatchObject({ result: 'applied' });
      expect(await looking.confirm(change, never)).toBe('seen');
      expect(await acting.undo(change, 'key', never)).toMatchObject({ result: 'applied' });
    }
    expect(api.changes.map((line) => line.split(' ')[0])).toEqual(['replaced', 'replaced', 'created', 'deleted']);
  });

  it('is stopped by the resource version where somebody moves between reading and writing', async () => {
    const api = kubeApi(recordedDeployment());
    const at = await open(api, (method, path) => {
      if (method === 'PUT') api.edit(path.replace(/\/scale$/, ''), (object) => ({ ...object, status: { replicas: 2 } }));
      return undefined;
    });
    const { looking, acting } = await at();
    const effect = await acting.apply(await kill(looking), 'key', never);
    expect(effect).toMatchObject({ result: 'rejected', retry: true, evidence: expect.stringContaining('has been modified') });
    expect(api.changes).toEqual([]);
  });

  it.each([
    ['conflict-stale-resourceVersion', 'rejected', true, 'the object has been modified'],
    ['forbidden', 'rejected', false, 'cannot patch resource "deployments/scale"'],
    ['unauthorized', 'rejected', false, 'must be logged in'],
    ['not-found', 'rejected', false, 'not found'],
    ['invalid-negative-replicas', 'rejected', false, 'is invalid'],
  ])('reads the recorded answer %s', async (name, result, retry, said) => {
    const { status, body } = kubeRecorded(name).response;
    const at = await open(kubeApi(recordedDeployment()), (method) => (method === 'PUT' ? { status, body } : undefined));
    const { looking, acting } = await at();
    const effect = await acting.apply(await kill(looking), 'key', never);
    expect(effect).toMatchObject({ result, retry, evidence: expect.stringContaining(said) });
  });

  it('takes the recorded scale without replicas for none', async () => {
    const { status, body } = kubeRecorded('scale-to-zero-merge-patch').response;
    const at = await open(kubeApi(recordedDeployment()), (_, path) => (path.endsWith('/scale') ? { status, body } : undefined));
    expect((await (await at()).looking.read('kill', never)).touched).toMatchObject({ replicas: 0 });
  });

  it('asks what it may do', async () => {
    const api = kubeApi(recordedDeployment());
    api.allowed = new Set(['update apps deployments/scale']);
    const { acting } = await (await open(api))();
    expect([await acting.mayAct?.('kill', never), await acting.mayAct?.('rollback_deploy', never)]).toEqual(['yes', 'no']);
  });

  it('tells a deployment that is not there, and a context that is not', async () => {
    const at = await open(kubeApi({}));
    expect((await (await at()).looking.read('kill', never)).exists).toBe(false);
    await expect((await at({ context: 'nowhere' })).looking.read('kill', never)).rejects.toThrow('context "nowhere" does not exist');
  });
});
