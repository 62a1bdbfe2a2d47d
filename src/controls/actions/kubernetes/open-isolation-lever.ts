import type { Kubectl } from '../../../clients/kubectl.ts';
import { dig, type Json, type JsonObject } from '../../../ground/json.ts';
import { listOf } from '../../../ground/output/phrases.ts';
import { hindrance, seenOf } from '../compare.ts';
import { applied, rejected } from '../effect.ts';
import { allowing, isIsolating, isolationPolicy, policyName } from './isolation.ts';
import { together } from './keepers.ts';
import { effectOfWrite, type Lever } from './lever.ts';
import { readList, readObject } from './read-object.ts';
import { listPath, type Resource, resourcePath } from './resource.ts';
import { templateOf } from './rollout.ts';

/** A lever that cuts the pods of a workload off from the network and leaves them running, for those who look into what happened. */
export const openIsolationLever = (kube: Kubectl, resource: Resource): Lever => {
  const policies = listPath(resource.namespace, 'networking.k8s.io/v1', 'networkpolicies');
  const policyPath = `${policies}/${policyName(resource)}`;
  const state = async (signal: AbortSignal) => {
    const [workload, found] = await Promise.all([readObject(kube, resourcePath(resource), signal), readObject(kube, policyPath, signal)]);
    if (workload === null) return null;
    const policy = isolationPolicy(resource, (dig(workload, 'spec', 'selector') ?? {}) as Json);
    const isolated = isIsolating(found, policy);
    return { workload, policy, touched: { isolated: isolated ?? `a policy ${policyName(resource)} that is not ours` } };
  };
  return {
    actions: ['disable', 'enable', 'kill'],
    stopsInFlight: false,
    effectMs: 10_000,
    needs: [
      { verb: 'create', ...policyPermission },
      { verb: 'delete', ...policyPermission },
    ],
    healthy: (action) => ({ isolated: action === 'enable' }),
    wish: ({ action }) => ({ isolated: action !== 'enable' }),
    async look(action, signal) {
      const now = await state(signal);
      if (now === null) return null;
      const others = action === 'enable' ? [] : await readList(kube, policies, signal);
      return { touched: now.touched, keepsRunning: action === 'enable' ? null : together(onward, leaks(others, now.workload)) };
    },
    async pull(change, signal) {
      const now = await state(signal);
      if (now === null) return rejected(`${change.target} is not there`);
      const hindered = hindrance(change, now.touched);
      if (hindered !== null) return hindered;
      const isolate = change.to['isolated'] === true;
      const { trouble } = isolate ? await kube.post(policies, now.policy, signal) : await kube.delete(policyPath, signal);
      return trouble === null ? applied(`${change.target} is ${isolate ? 'isolated' : 'let out again'}`) : effectOfWrite(trouble);
    },
    async arrived(change, signal) {
      const now = await state(signal);
      return now === null ? 'contradicted' : seenOf(change, now.touched);
    },
  };
};

const policyPermission = { group: 'networking.k8s.io', resource: 'networkpolicies' } as const;

const onward = 'its pods go on without a network, if the network of the cluster enforces policies';

const leaks = (policies: readonly JsonObject[] | null, workload: JsonObject): string | null => {
  if (policies === null) return 'what other network policies allow may not be looked at';
  const names = allowing(policies, dig(templateOf(workload), 'metadata', 'labels'));
  return names.length === 0
    ? null
    : `${listOf(names)} still ${names.length === 1 ? 'lets' : 'let'} traffic through, because policies add up`;
};
