import { dig, digArray, digNumber, digString, isObject, type Json, type JsonObject, parseJson } from '../../src/ground/json.ts';
import { captureOf } from './recorded.ts';

interface Exchange {
  readonly name: string;
  readonly request: { readonly method: string; readonly path: string; readonly body?: Json };
  readonly response: { readonly status: number; readonly body: Json };
}

/** What a real kube-apiserver 1.20.2 answered, by the names of the recording. */
export const kubeRecorded = (name: string): Exchange => {
  const all = parseJson(captureOf('kubernetes/kube-apiserver-1.20.2.exchanges.json')) as unknown as readonly Exchange[];
  const found = all.find((each) => each.name === name);
  if (found === undefined) throw new Error(`there is no recording ${name}`);
  return found;
};

export interface KubeAnswer {
  readonly status: number;
  readonly body: Json;
}

/** A kube-apiserver with the controllers of deployments, all in memory. */
export interface KubeApi {
  answer(method: string, path: string, body?: Json): KubeAnswer;
  /** Path → object. */
  readonly objects: Map<string, JsonObject>;
  /** Somebody changes an object behind the API. */
  edit(path: string, change: (object: JsonObject) => JsonObject): void;
  /** `update apps deployments/scale`: what the user may do; null: everything. */
  allowed: ReadonlySet<string> | null;
  /** A line for each change that a request made. */
  readonly changes: string[];
}

const revisionKey = 'deployment.kubernetes.io/revision';
const scaled = '/scale';

/** @param objects path → object as its author would write it */
export const kubeApi = (objects: Readonly<Record<string, JsonObject>>): KubeApi => {
  const held = new Map<string, JsonObject>();
  const changes: string[] = [];
  let version = 300;

  const failure = (status: number, reason: string, message: string): KubeAnswer => ({
    status,
    body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code: status },
  });
  const ok = (body: Json, status = 200): KubeAnswer => ({ status, body });
  const meta = (object: JsonObject): JsonObject => (isObject(object['metadata']) ? object['metadata'] : {});
  const spec = (object: JsonObject): JsonObject => (isObject(object['spec']) ? object['spec'] : {});

  const keep = (path: string, object: JsonObject) => {
    version += 1;
    const before = held.get(path);
    const changed = JSON.stringify(before?.['spec']) !== JSON.stringify(object['spec']);
    const generation = (digNumber(before, 'metadata', 'generation') ?? 0) + (changed ? 1 : 0);
    held.set(path, { ...object, metadata: { ...meta(object), resourceVersion: `${version}`, generation } });
    if (path.includes('/deployments/')) roll(path);
  };

  /** What the controllers of deployments and replica sets make of a deployment, at once. */
  const roll = (path: string) => {
    const deployment = held.get(path);
    if (deployment === undefined || spec(deployment)['paused'] === true) return;
    const sets = [...held].filter(([each]) => each.includes('/replicasets/'));
    const plain = (template: Json | undefined) =>
      JSON.stringify(template, (key, value) => (key === 'pod-template-hash' ? undefined : value));
    const wanted = plain(spec(deployment)['template']);
    const newest = Math.max(0, ...sets.map(([, set]) => Number(digString(set, 'metadata', 'annotations', revisionKey))));
    const [setPath, set] = sets.find(([, each]) => plain(spec(each)['template']) === wanted) ?? [];
    const isCurrent = digString(set, 'metadata', 'annotations', revisionKey) === `${newest}`;
    if (set !== undefined && setPath !== undefined && !isCurrent)
      held.set(setPath, { ...set, metadata: { ...meta(set), annotations: { [revisionKey]: `${newest + 1}` } } });
    const replicas = digNumber(deployment, 'spec', 'replicas') ?? 1;
    const counts = { replicas, updatedReplicas: replicas, availableReplicas: replicas };
    held.set(path, { ...deployment, status: { observedGeneration: digNumber(deployment, 'metadata', 'generation'), ...counts } });
    const pods = path.replace(/\/apis\/apps\/v1(.*)\/deployments\/.*/, '/api/v1$1/pods/');
    for (const each of [...held.keys()]) if (each.startsWith(pods)) held.delete(each);
    const labels = dig(deployment, 'spec', 'selector', 'matchLabels') as Json;
    for (let at = 0; at < replicas; at++) held.set(`${pods}p${at}`, { metadata: { name: `p${at}`, labels }, status: { phase: 'Running' } });
  };

  const scaleOf = (object: JsonObject): JsonObject => {
    const replicas = digNumber(object, 'spec', 'replicas') ?? 1;
    const labels = dig(object, 'spec', 'selector', 'matchLabels');
    const selector = Object.entries(isObject(labels) ? labels : {}).map(([key, value]) => `${key}=${value}`);
    return {
      kind: 'Scale',
      apiVersion: 'autoscaling/v1',
      metadata: { name: meta(object)['name'] ?? null, resourceVersion: meta(object)['resourceVersion'] ?? null },
      spec: replicas === 0 ? {} : { replicas },
      status: { replicas: digNumber(object, 'status', 'replicas') ?? 0, selector: selector.join(',') },
    };
  };

  const put = (path: string, body: JsonObject): KubeAnswer => {
    const isScale = path.endsWith(scaled);
    const at = isScale ? path.slice(0, -scaled.length) : path;
    const object = held.get(at);
    if (object === undefined) return failure(404, 'NotFound', `${at} not found`);
    const given = digString(body, 'metadata', 'resourceVersion');
    if (given !== null && given !== meta(object)['resourceVersion'])
      return failure(409, 'Conflict', 'the object has been modified; please apply your changes to the latest version and try again');
    const replicas = digNumber(body, 'spec', 'replicas') ?? 0;
    if (isScale && replicas < 0) return failure(422, 'Invalid', `spec.replicas: Invalid value: ${replicas}`);
    keep(at, isScale ? { ...object, spec: { ...spec(object), replicas } } : body);
    changes.push(`replaced ${path}`);
    const now = held.get(at) ?? {};
    return ok(isScale ? scaleOf(now) : now);
  };

  const list = (path: string, labelSelector: string | null): KubeAnswer => {
    const wanted = (labelSelector ?? '').split(',').filter((each) => each !== '');
    const items = [...held].filter(([each, object]) => {
      const isInside = each.startsWith(`${path}/`) && !each.slice(path.length + 1).includes('/');
      return (
        isInside &&
        wanted.every((pair) => `${pair.split('=')[0]}=${digString(object, 'metadata', 'labels', pair.split('=')[0] ?? '')}` === pair)
      );
    });
    return ok({ kind: 'List', metadata: {}, items: items.map(([, { kind: _, apiVersion: _v, ...object }]) => object) });
  };

  for (const [path, object] of Object.entries(objects)) keep(path, object);
  const known =
    /^\/apis?\/(v1|apps\/v1|batch\/v1|autoscaling\/v1|networking\.k8s\.io\/v1)\/namespaces\/[^/]+\/([^/]+)(\/[^/]+)?(\/scale)?$/;

  const api: KubeApi = {
    objects: held,
    changes,
    allowed: null,
    edit: (path, change) => keep(path, change(held.get(path) ?? {})),
    answer(method, given, body = null) {
      const { pathname: path, searchParams } = new URL(given, 'http://cluster');
      if (path.endsWith('/selfsubjectaccessreviews')) {
        const { verb, group, resource, subresource } = (dig(body, 'spec', 'resourceAttributes') ?? {}) as Readonly<Record<string, string>>;
        const asked = `${verb} ${group} ${resource}${subresource === undefined ? '' : `/${subresource}`}`;
        return ok({ status: { allowed: api.allowed === null || api.allowed.has(asked) } }, 201);
      }
      if (path === '/version') return ok({ major: '1', minor: '32', gitVersion: 'v1.32.4' });
      const [, , , name] = known.exec(path) ?? [];
      if (!known.test(path)) return failure(404, 'NotFound', 'the server could not find the requested resource');
      if (method === 'GET' && name === undefined) return list(path, searchParams.get('labelSelector'));
      const object = held.get(path.replace(/\/scale$/, ''));
      if (method === 'POST' && isObject(body)) {
        const at = `${path}/${meta(body)['name']}`;
        if (held.has(at)) return failure(409, 'AlreadyExists', `${at} already exists`);
        keep(at, body);
        changes.push(`created ${at}`);
        return ok(held.get(at) ?? null, 201);
      }
      if (method === 'PUT' && isObject(body)) return put(path, body);
      if (object === undefined) return failure(404, 'NotFound', `${path} not found`);
      if (method === 'GET') return ok(path.endsWith(scaled) ? scaleOf(object) : object);
      held.delete(path);
      changes.push(`deleted ${path}`);
      return ok({ kind: 'Status', status: 'Success' });
    },
  };
  return api;
};

const apps = '/apis/apps/v1/namespaces/agents';
export const deploymentPath = `${apps}/deployments/agent`;

const inAgents = (object: JsonObject): JsonObject => ({
  ...object,
  metadata: { ...(object['metadata'] as JsonObject), namespace: 'agents' },
});

/** A deployment with three replica sets, the newest a mere restart, as a real cluster had them. */
export const recordedDeployment = (): Record<string, JsonObject> => {
  const sets = digArray(kubeRecorded('list-replicasets-for-rollback').response.body, 'items') as readonly JsonObject[];
  const deployment = kubeRecorded('restart-annotation').response.body as JsonObject;
  return {
    ...Object.fromEntries(sets.map((set) => [`${apps}/replicasets/${digString(set, 'metadata', 'name')}`, inAgents(set)])),
    [deploymentPath]: inAgents(deployment),
  };
};
