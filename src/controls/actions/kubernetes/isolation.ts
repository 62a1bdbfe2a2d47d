import { canonicalJson, dig, digArray, digString, isObject, type Json, type JsonObject } from '../../../ground/json.ts';
import { type Resource, selects } from './resource.ts';

const managedBy = { 'app.kubernetes.io/managed-by': 'agentops' };

export const policyName = ({ name }: Resource): string => `agentops-isolate-${name}`.slice(0, 253);

/** A network policy that lets nothing in or out of the pods of a workload. Source: Kubernetes' reference, NetworkPolicySpec. */
export const isolationPolicy = (resource: Resource, selector: Json): JsonObject => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: policyName(resource), namespace: resource.namespace, labels: managedBy },
  spec: { podSelector: selector, policyTypes: ['Ingress', 'Egress'] },
});

/** Whether a policy of that name isolates: null, somebody else's stands there. */
export const isIsolating = (found: JsonObject | null, wanted: JsonObject): boolean | null => {
  if (found === null) return false;
  const isOurs = digString(found, 'metadata', 'labels', 'app.kubernetes.io/managed-by') === 'agentops';
  const rules = [...digArray(found, 'spec', 'ingress'), ...digArray(found, 'spec', 'egress')];
  const picked = (policy: JsonObject) => canonicalJson((dig(policy, 'spec', 'podSelector') ?? null) as Json);
  return isOurs && rules.length === 0 && picked(found) === picked(wanted) ? true : null;
};

/** Policies only add up: whatever another one allows stays allowed. Names of those that allow something to pods with these labels. */
export const allowing = (policies: readonly JsonObject[], labels: unknown): readonly string[] =>
  policies.flatMap((policy) => {
    const rules = [...digArray(policy, 'spec', 'ingress'), ...digArray(policy, 'spec', 'egress')];
    const isAbout = selects(dig(policy, 'spec', 'podSelector'), isObject(labels) ? labels : {});
    return rules.length > 0 && isAbout ? [digString(policy, 'metadata', 'name') ?? ''] : [];
  });
