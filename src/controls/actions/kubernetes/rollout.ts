import { createHash } from 'node:crypto';
import { canonicalJson, dig, digArray, digNumber, digString, isObject, type Json, type JsonObject } from '../../../ground/json.ts';

/** What a deployment can be rolled back to. JSON-safe. */
export interface Revision {
  /** A number that moves on when it is rolled back to: for people, not for finding it again. */
  readonly revision: string;
  /** What finds it again: a digest of the template of its pods. */
  readonly template: string;
  readonly images: Readonly<Record<string, string>>;
}

const revisionKey = 'deployment.kubernetes.io/revision';
const restartedKey = 'kubectl.kubernetes.io/restartedAt';
const hashLabel = 'pod-template-hash';

const without = (object: unknown, key: string): JsonObject => {
  if (!isObject(object)) return {};
  const { [key]: _, ...rest } = object;
  return rest;
};

/** The template of a ReplicaSet as its deployment had it: without the label that tells its pods apart. */
export const deploymentTemplate = (template: unknown): JsonObject => {
  if (!isObject(template)) return {};
  const { metadata } = template;
  return { ...template, metadata: { ...(isObject(metadata) ? metadata : {}), labels: without(dig(metadata, 'labels'), hashLabel) } };
};

/** A digest of what a template makes of its pods. Empty and missing parts, and the label of a ReplicaSet, make no difference. */
export const templateHash = (template: unknown): string =>
  createHash('sha256')
    .update(canonicalJson(pruned(deploymentTemplate(template))))
    .digest('hex')
    .slice(0, 12);

const pruned = (value: Json): Json => {
  if (Array.isArray(value)) return value.map(pruned);
  if (!isObject(value)) return value;
  const kept = Object.entries(value).map(([key, each]) => [key, pruned(each)] as const);
  return Object.fromEntries(kept.filter(([, each]) => each !== null && !(isObject(each) && Object.keys(each).length === 0)));
};

/** As above, but a restart is no other template. */
const hashBesidesRestart = (template: unknown): string => {
  const plain = deploymentTemplate(template);
  const metadata = isObject(plain['metadata']) ? plain['metadata'] : {};
  return templateHash({ ...plain, metadata: { ...metadata, annotations: without(metadata['annotations'], restartedKey) } });
};

/** Container → image, init containers included. */
export const imagesOf = (template: unknown): Readonly<Record<string, string>> =>
  Object.fromEntries(
    ['initContainers', 'containers'].flatMap((list) =>
      digArray(template, 'spec', list).map((container) => [digString(container, 'name') ?? '', digString(container, 'image') ?? '']),
    ),
  );

export const templateOf = (object: JsonObject): unknown => dig(object, 'spec', 'template');

/** Its own ReplicaSets, newest revision first. */
export const ownSets = (deployment: JsonObject, sets: readonly JsonObject[]): readonly JsonObject[] => {
  const uid = digString(deployment, 'metadata', 'uid');
  const own = sets.filter((set) => digArray(set, 'metadata', 'ownerReferences').some((owner) => digString(owner, 'uid') === uid));
  return own.toSorted((a, b) => Number(revisionOf(b)) - Number(revisionOf(a)));
};

const revisionOf = (set: JsonObject): string => digString(set, 'metadata', 'annotations', revisionKey) ?? '0';

/** What it was before, newest first; what differs from the present by a restart alone is the present. */
export const earlierRevisions = (deployment: JsonObject, sets: readonly JsonObject[]): readonly Revision[] => {
  const present = hashBesidesRestart(templateOf(deployment));
  return ownSets(deployment, sets)
    .filter((set) => hashBesidesRestart(templateOf(set)) !== present)
    .map((set) => ({ revision: revisionOf(set), template: templateHash(templateOf(set)), images: imagesOf(templateOf(set)) }));
};

/** Whether every pod is of the present template and available. Source: Kubernetes' reference, DeploymentStatus. */
export const isRolledOut = (deployment: JsonObject): boolean => {
  const wanted = digNumber(deployment, 'spec', 'replicas') ?? 1;
  const count = (field: string) => digNumber(deployment, 'status', field) ?? 0;
  const isObserved = count('observedGeneration') >= (digNumber(deployment, 'metadata', 'generation') ?? 0);
  return isObserved && count('updatedReplicas') === wanted && count('replicas') === wanted && count('availableReplicas') === wanted;
};
