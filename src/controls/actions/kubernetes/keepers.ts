import { dig, digString, isObject, type JsonObject } from '../../../ground/json.ts';
import { kindNames, type Resource } from './resource.ts';

/** Who sets the number of replicas of a workload besides us; null: nobody. @param autoscalers HorizontalPodAutoscalers and ScaledObjects */
export const scalerOf = ({ kind, name }: Resource, autoscalers: readonly JsonObject[]): string | null => {
  const found = autoscalers.filter((scaler) => {
    const target = dig(scaler, 'spec', 'scaleTargetRef');
    return digString(target, 'name') === name && (digString(target, 'kind') ?? 'Deployment') === kindNames[kind];
  });
  const named = found.map(
    (scaler) => `${isKeda(scaler) ? 'ScaledObject' : 'HorizontalPodAutoscaler'} ${digString(scaler, 'metadata', 'name')}`,
  );
  // KEDA makes an autoscaler of its own: the one that a person made is the one to name.
  return named.find((each) => each.startsWith('ScaledObject')) ?? named[0] ?? null;
};

/** Only a ScaledObject has triggers; the items of a list carry no kind. */
const isKeda = (scaler: JsonObject): boolean => dig(scaler, 'spec', 'triggers') !== undefined;

const gitOps: readonly (readonly [string, RegExp])[] = [
  ['Argo CD', /^argocd\.argoproj\.io\//],
  ['Flux', /^(kustomize|helm)\.toolkit\.fluxcd\.io\//],
];

/** Who puts an object back to what a repository says; null: nobody that marks its objects. */
export const gitOwnerOf = (object: JsonObject): string | null => {
  const marks = ['labels', 'annotations'].flatMap((field) => {
    const held = dig(object, 'metadata', field);
    return isObject(held) ? Object.keys(held) : [];
  });
  return gitOps.find(([, mark]) => marks.some((key) => mark.test(key)))?.[0] ?? null;
};

/** What a plan must warn of. */
export const gitWarning = (object: JsonObject): string | null => {
  const owner = gitOwnerOf(object);
  return owner === null ? null : `${owner} may put it back to what its repository says`;
};

/** One sentence of several; null of none. */
export const together = (...warnings: readonly (string | null)[]): string | null => {
  const said = warnings.filter((warning) => warning !== null);
  return said.length === 0 ? null : said.join('; ');
};
