import { troubleError } from '../../../clients/api-trouble.ts';
import type { Kubectl } from '../../../clients/kubectl.ts';
import { dig } from '../../../ground/json.ts';
import type { Need } from './lever.ts';
import type { Resource } from './resource.ts';

const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';

/** Whether the user of a context may do something in a namespace, as `kubectl auth can-i` asks. Throws OpsError `unable` where it cannot be asked. */
export const askPermission = async (kube: Kubectl, { namespace }: Resource, need: Need, signal: AbortSignal): Promise<boolean> => {
  const spec = { resourceAttributes: { namespace, ...need } };
  const { object, trouble } = await kube.post(
    path,
    { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec },
    signal,
  );
  if (trouble !== null) throw troubleError(trouble);
  return dig(object, 'status', 'allowed') === true;
};
