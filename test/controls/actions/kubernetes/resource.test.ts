import { describe, expect, it } from 'vitest';
import { resourcePath, selectorText, selects } from '../../../../src/controls/actions/kubernetes/resource.ts';

const among = (operator: string, ...values: string[]) => ({ matchExpressions: [{ key: 'tier', operator, values }] });

describe('a label selector', () => {
  it.each([
    ['labels', { matchLabels: { app: 'a', b: 'c' } }, 'app=a,b=c'],
    ['one of', among('In', 'web', 'api'), 'tier in (web,api)'],
    ['none of', among('NotIn', 'web'), 'tier notin (web)'],
    ['a label', among('Exists'), 'tier'],
    ['no label', among('DoesNotExist'), '!tier'],
    ['both', { matchLabels: { app: 'a' }, ...among('Exists') }, 'app=a,tier'],
    ['nothing', {}, ''],
  ])('of %s is written as a query', (_, selector, text) => {
    expect(selectorText(selector)).toBe(text);
  });

  it.each([
    ['everything', {}, {}, true],
    ['equal labels', { matchLabels: { app: 'a' } }, { app: 'a', x: 'y' }, true],
    ['other labels', { matchLabels: { app: 'a' } }, { app: 'b' }, false],
    ['one of', among('In', 'web'), { tier: 'web' }, true],
    ['one of, without the label', among('In', 'web'), {}, false],
    ['none of, without the label', among('NotIn', 'web'), {}, true],
    ['none of', among('NotIn', 'web'), { tier: 'web' }, false],
    ['a label', among('Exists'), { tier: '' }, true],
    ['no label', among('DoesNotExist'), { tier: '' }, false],
  ])('picks %s', (_, selector, labels, expected) => {
    expect(selects(selector, labels)).toBe(expected);
  });
});

it.each([
  ['deployment', '/apis/apps/v1/namespaces/n/deployments/x'],
  ['cronjob', '/apis/batch/v1/namespaces/n/cronjobs/x'],
  ['scaledobject', '/apis/keda.sh/v1alpha1/namespaces/n/scaledobjects/x'],
] as const)('a %s has its path', (kind, path) => {
  expect(resourcePath({ kind, name: 'x', namespace: 'n' })).toBe(path);
});
