import { digArray, digString, isObject, type JsonObject } from '../../../ground/json.ts';

/** What a control may be bound to. */
export const resourceKinds = ['deployment', 'statefulset', 'cronjob', 'job', 'scaledobject'] as const;

/** What a control acts on. */
export interface Resource {
  readonly kind: (typeof resourceKinds)[number];
  readonly name: string;
  readonly namespace: string;
}

const groups: Readonly<Record<Resource['kind'], string>> = {
  deployment: 'apps/v1',
  statefulset: 'apps/v1',
  cronjob: 'batch/v1',
  job: 'batch/v1',
  scaledobject: 'keda.sh/v1alpha1',
};

/** How an owner reference or an autoscaler writes a kind. */
export const kindNames: Readonly<Record<Resource['kind'], string>> = {
  deployment: 'Deployment',
  statefulset: 'StatefulSet',
  cronjob: 'CronJob',
  job: 'Job',
  scaledobject: 'ScaledObject',
};

/** Group and plural, as permissions name them. */
export const permissionOf = ({ kind }: Resource): { readonly group: string; readonly resource: string } => ({
  group: groups[kind].split('/')[0] ?? '',
  resource: `${kind}s`,
});

export const listPath = (namespace: string, groupVersion: string, plural: string): string =>
  `/${groupVersion === 'v1' ? 'api' : 'apis'}/${groupVersion}/namespaces/${namespace}/${plural}`;

export const resourcePath = ({ kind, name, namespace }: Resource): string => `${listPath(namespace, groups[kind], `${kind}s`)}/${name}`;

/** A label selector as a query writes it: `app=agent,tier in (web)`. Source: Kubernetes' reference on labels and selectors. */
export const selectorText = (selector: unknown): string => {
  if (!isObject(selector)) return '';
  const labels = isObject(selector['matchLabels']) ? Object.entries(selector['matchLabels']).map(([key, value]) => `${key}=${value}`) : [];
  return [...labels, ...expressionsOf(selector).map(expressionText)].join(',');
};

interface Expression {
  readonly key: string;
  readonly operator: string;
  readonly values: readonly string[];
}

const expressionsOf = (selector: JsonObject): readonly Expression[] =>
  digArray(selector, 'matchExpressions').map((each) => ({
    key: digString(each, 'key') ?? '',
    operator: digString(each, 'operator') ?? '',
    values: digArray(each, 'values').filter((value) => typeof value === 'string'),
  }));

const expressionText = ({ key, operator, values }: Expression): string => {
  if (operator === 'Exists') return key;
  if (operator === 'DoesNotExist') return `!${key}`;
  return `${key} ${operator === 'In' ? 'in' : 'notin'} (${values.join(',')})`;
};

/** Whether a selector picks an object with these labels; an empty one picks all. */
export const selects = (selector: unknown, labels: Readonly<Record<string, unknown>>): boolean => {
  if (!isObject(selector)) return true;
  const wanted = isObject(selector['matchLabels']) ? Object.entries(selector['matchLabels']) : [];
  return (
    wanted.every(([key, value]) => labels[key] === value) &&
    expressionsOf(selector).every(({ key, operator, values }) => {
      const value = labels[key];
      if (operator === 'Exists') return value !== undefined;
      if (operator === 'DoesNotExist') return value === undefined;
      const isListed = typeof value === 'string' && values.includes(value);
      return operator === 'In' ? isListed : !isListed;
    })
  );
};
