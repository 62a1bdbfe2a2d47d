import { troubleError } from '../../../clients/api-trouble.ts';
import { itemsOf, type Kubectl } from '../../../clients/kubectl.ts';
import type { JsonObject } from '../../../ground/json.ts';

/** An object of the cluster; null: it is not there. Throws OpsError `unable` where the cluster cannot be asked. */
export const readObject = async (kube: Kubectl, path: string, signal: AbortSignal): Promise<JsonObject | null> => {
  const { object, trouble } = await kube.get(path, signal);
  if (trouble?.status === 404) return null;
  if (trouble !== null) throw troubleError(trouble);
  return object;
};

/** The items of a list; none where the cluster does not know the kind, null where they may not be looked at. */
export const readList = async (kube: Kubectl, path: string, signal: AbortSignal): Promise<readonly JsonObject[] | null> => {
  const { object, trouble } = await kube.get(path, signal);
  if (trouble?.status === 404) return [];
  if (trouble?.status === 403) return null;
  if (trouble !== null) throw troubleError(trouble);
  return itemsOf(object);
};
