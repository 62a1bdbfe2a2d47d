import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { hpaObjects, kedaObjects } from '../../../src/desk/export/autoscalers.ts';
import type { Fleet } from '../../../src/fleet/agent.ts';
import { parseYaml, plainValue } from '../../../src/fleet/yaml.ts';
import { documentSchemas } from '../../../src/views/schemas.ts';
import { load } from '../../support/load-manifest.ts';
import { openReceiver } from '../../support/receiver.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const queue = 'queue: { kind: redis-stream, url: "redis://127.0.0.1:9", stream: tasks, group: workers }';

const manifest = `
version: 1
fleet: acme
backends: { local: { kind: otlp, tokens: { "\${SUPPORT_TOKEN}": support } } }
agents:
  support:
    ${queue}
    scale: { up_at: 5, down_at: 1, for: 10m, cool_down: 3m, step: 2 }
    controls: { scale: { via: kubernetes, deployment: support-workers, namespace: agents, min: 1, max: 20 } }
  Night_Index:
    ${queue}
    scale: { up_at: 4, down_at: 1, for: 2h, min: 0, max: 3 }
    controls: { scale: { via: kubernetes, statefulset: index } }
  endless:
    ${queue}
    scale: {}
    controls: { scale: { via: kubernetes, deployment: endless } }
  alone: { controls: { scale: { via: kubernetes, deployment: alone, max: 3 } } }
  batch:
    ${queue}
    scale: {}
    controls: { scale: { via: kubernetes, cronjob: batch, max: 3 } }
  quiet: {}
`;

const fleetOf = async (): Promise<Fleet> => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'agentops.yaml'), manifest);
  return (await load(folder)).fleet;
};

const documents = (text: string): readonly unknown[] =>
  text.split(/^---$/m).map((each) => {
    const { root, problems } = parseYaml(each, 'objects.yaml');
    if (root === null || problems.length > 0) throw new Error(JSON.stringify(problems));
    return plainValue(root);
  });

/** RFC 1123, as the API server has it. */
const name = z.string().regex(/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/);
const metadata = z.strictObject({ name, namespace: name });
const whole = (least: number) => z.int().min(least);
const quantity = z.string().regex(/^[0-9]+(\.[0-9]+)?$/);
const target = z.strictObject({ apiVersion: z.literal('apps/v1'), kind: z.enum(['Deployment', 'StatefulSet']), name });

/** HPAScalingRules of autoscaling/v2, with `tolerance` of Kubernetes 1.33. */
const scalingRules = z.strictObject({
  stabilizationWindowSeconds: whole(0).max(3600),
  tolerance: quantity,
  policies: z
    .array(z.strictObject({ type: z.enum(['Pods', 'Percent']), value: whole(1), periodSeconds: whole(1).max(1800) }))
    .min(1)
    .optional(),
});
const behavior = z.strictObject({ scaleUp: scalingRules, scaleDown: scalingRules });

/**
 * What is known of the schemas, written down by hand: kubectl asks a server for them, and there is none. Of KEDA: ScaledObject,
 * TriggerAuthentication and the metrics-api trigger of its documentation, 2.20; of Kubernetes: HorizontalPodAutoscaler, autoscaling/v2.
 */
const kinds = z.discriminatedUnion('kind', [
  z.strictObject({
    apiVersion: z.literal('keda.sh/v1alpha1'),
    kind: z.literal('TriggerAuthentication'),
    metadata,
    spec: z.strictObject({ secretTargetRef: z.array(z.strictObject({ parameter: z.literal('token'), name, key: z.string() })).length(1) }),
  }),
  z.strictObject({
    apiVersion: z.literal('keda.sh/v1alpha1'),
    kind: z.literal('ScaledObject'),
    metadata,
    spec: z.strictObject({
      scaleTargetRef: target,
      pollingInterval: whole(1),
      cooldownPeriod: whole(0).optional(),
      minReplicaCount: whole(0),
      maxReplicaCount: whole(1),
      fallback: z.strictObject({ failureThreshold: whole(1), replicas: whole(0), behavior: z.literal('currentReplicas') }),
      advanced: z.strictObject({ horizontalPodAutoscalerConfig: z.strictObject({ behavior }) }),
      triggers: z
        .array(
          z.strictObject({
            type: z.literal('metrics-api'),
            metricType: z.enum(['AverageValue', 'Value']),
            // Every value of a trigger's metadata is a string.
            metadata: z.strictObject({
              url: z.url(),
              format: z.literal('json'),
              valueLocation: z.string(),
              targetValue: z.string(),
              authMode: z.literal('bearer'),
            }),
            authenticationRef: z.strictObject({ name }),
          }),
        )
        .length(1),
    }),
  }),
  z.strictObject({
    apiVersion: z.literal('autoscaling/v2'),
    kind: z.literal('HorizontalPodAutoscaler'),
    metadata,
    spec: z.strictObject({
      scaleTargetRef: target,
      minReplicas: whole(1),
      maxReplicas: whole(1),
      metrics: z.array(
        z.strictObject({
          type: z.literal('External'),
          external: z.strictObject({
            metric: z.strictObject({ name: z.string(), selector: z.strictObject({ matchLabels: z.record(z.string(), z.string()) }) }),
            target: z.strictObject({ type: z.literal('AverageValue'), averageValue: quantity }),
          }),
        }),
      ),
      behavior,
    }),
  }),
]);

const wish = { serveUrl: 'http://agentops.ops:4318' };

describe('autoscalers of a cluster', () => {
  test('are what KEDA and Kubernetes know, and the same every time', async () => {
    const fleet = await fleetOf();
    const objects = documents(kedaObjects(fleet, wish).text).concat(documents(hpaObjects(fleet).text));
    expect(objects.map((each) => kinds.parse(each).kind)).toEqual([
      ...['TriggerAuthentication', 'TriggerAuthentication', 'ScaledObject', 'ScaledObject'],
      ...['HorizontalPodAutoscaler', 'HorizontalPodAutoscaler'],
    ]);
    expect(kedaObjects(fleet, wish)).toEqual(kedaObjects(fleet, wish));
  });

  test('leave out what they cannot scale, and say why', async () => {
    const fleet = await fleetOf();
    for (const { text, leftOut } of [kedaObjects(fleet, wish), hpaObjects(fleet)]) {
      expect(leftOut.map(({ name: agent }) => agent)).toEqual(['endless', 'alone', 'batch']);
      for (const { reason } of leftOut) expect(text).toContain(reason);
    }
  });

  test('KEDA follows the number of serve pod by pod, and keeps what it has where nobody knows it', async () => {
    const [, , support, index] = documents(kedaObjects(await fleetOf(), wish).text) as { readonly spec: Record<string, unknown> }[];
    expect(support).toMatchObject({
      metadata: { name: 'agentops-support', namespace: 'agents' },
      spec: {
        ...{ minReplicaCount: 1, maxReplicaCount: 20, fallback: { behavior: 'currentReplicas' } },
        advanced: { horizontalPodAutoscalerConfig: { behavior: { scaleDown: { tolerance: '0', policies: [{ value: 2 }] } } } },
        triggers: [{ metricType: 'AverageValue', metadata: { url: 'http://agentops.ops:4318/scale/support', targetValue: '1' } }],
      },
    });
    // KEDA itself takes away the last one only.
    expect(support?.spec).not.toHaveProperty('cooldownPeriod');
    expect(index).toMatchObject({ metadata: { name: 'agentops-night-index' }, spec: { cooldownPeriod: 7200, minReplicaCount: 0 } });
  });

  test('the dead band of a HorizontalPodAutoscaler is the tolerance of its way down', async () => {
    const [support, index] = documents(hpaObjects(await fleetOf()).text);
    expect(support).toMatchObject({
      spec: {
        metrics: [{ external: { target: { averageValue: '5' } } }],
        behavior: { scaleDown: { tolerance: '0.8', stabilizationWindowSeconds: 600 } },
      },
    });
    // It looks back an hour at most, and cannot take away the last one.
    expect(index).toMatchObject({
      spec: { minReplicas: 1, behavior: { scaleDown: { tolerance: '0.75', stabilizationWindowSeconds: 3600 } } },
    });
  });

  test('the trigger asks where serve answers, with a token, for a figure that it tells', async () => {
    const uncontrolled = manifest.replace(/ {2}alone: .*\n/, '').replaceAll(/ {4}controls: .*\n/g, '');
    const { url } = await openReceiver({ manifest: uncontrolled, env: { SUPPORT_TOKEN: 'tok-support' } });
    const [, , support] = documents(kedaObjects(await fleetOf(), { serveUrl: url }).text).map((each) => kinds.parse(each));
    const asked = support?.kind === 'ScaledObject' ? support.spec.triggers[0]?.metadata : undefined;
    expect((await fetch(asked?.url ?? '')).status).toBe(401);
    // Its queue cannot be reached: a scaler is told that nobody knows.
    expect((await fetch(asked?.url ?? '', { headers: { authorization: 'Bearer tok-support' } })).status).toBe(503);
    const shown = documentSchemas['scale show'].shape.agents.element;
    expect(Object.keys(shown.shape)).toContain(asked?.valueLocation);
  });
});
