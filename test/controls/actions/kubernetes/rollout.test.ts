import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { earlierRevisions, imagesOf, isRolledOut, templateHash } from '../../../../src/controls/actions/kubernetes/rollout.ts';
import { dig, digArray, type JsonObject } from '../../../../src/ground/json.ts';
import { kubeRecorded } from '../../../support/kube-api.ts';

const sets = digArray(kubeRecorded('list-replicasets-for-rollback').response.body, 'items') as readonly JsonObject[];
const bodyOf = (name: string) => kubeRecorded(name).response.body as JsonObject;
const template = (parts: JsonObject): JsonObject => ({
  metadata: { labels: { app: 'agent' } },
  spec: { containers: [{ name: 'agent', ...parts }] },
});

describe('recorded replica sets', () => {
  it('have the template of the deployment that made them', () => {
    const deployment = bodyOf('restart-annotation');
    const newest = sets.find((set) => JSON.stringify(set).includes('"deployment.kubernetes.io/revision":"4"'));
    const templates = [deployment, newest].map((object) => dig(object, 'spec', 'template'));
    expect(templateHash(templates[0])).toBe(templateHash(templates[1]));
  });

  it('list what came before, newest first, without restarts of the present', () => {
    expect(earlierRevisions(bodyOf('restart-annotation'), sets).map(({ revision, images }) => [revision, images])).toEqual([
      ['2', { agent: 'agent:v2' }],
    ]);
  });

  it('are passed over where they belong to another deployment with the same labels', () => {
    const stranger = { ...bodyOf('restart-annotation'), metadata: { uid: 'somebody-else' } };
    expect(earlierRevisions(stranger, sets)).toEqual([]);
  });

  it('are not rolled out while no pod is available', () => {
    expect(isRolledOut(bodyOf('get-deployment'))).toBe(false);
  });
});

describe('the digest of a template', () => {
  const plain = fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer(), fc.boolean()));

  it('depends on no order, no empty part and no label of a replica set', () => {
    fc.assert(
      fc.property(plain, fc.string(), (parts, hash) => {
        const given = template(parts as JsonObject);
        const shuffled = Object.fromEntries(Object.entries(given).reverse());
        const labels = { 'pod-template-hash': hash, app: 'agent' };
        const asSet = { ...shuffled, metadata: { creationTimestamp: null, annotations: {}, labels } };
        expect(templateHash(asSet)).toBe(templateHash(given));
      }),
    );
  });

  it('tells any other image', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        expect(templateHash(template({ image: a })) === templateHash(template({ image: b }))).toBe(a === b);
      }),
    );
  });
});

it('reads the images of every container', () => {
  const spec = { initContainers: [{ name: 'warm', image: 'w:1' }], containers: [{ name: 'agent', image: 'a:1' }] };
  expect(imagesOf({ spec })).toEqual({ warm: 'w:1', agent: 'a:1' });
});

it.each([
  ['is rolled out', {}, true],
  ['was not looked at since it changed', { observedGeneration: 1 }, false],
  ['has old pods', { updatedReplicas: 1 }, false],
  ['still has a pod too many', { replicas: 3 }, false],
  ['waits for its pods', { availableReplicas: 1 }, false],
])('a deployment %s', (_, status, expected) => {
  const counts = { observedGeneration: 2, replicas: 2, updatedReplicas: 2, availableReplicas: 2, ...status };
  expect(isRolledOut({ metadata: { generation: 2 }, spec: { replicas: 2 }, status: counts })).toBe(expected);
});
