import { expect, test } from 'vitest';
import type { Fleet } from '../../../src/fleet/agent.ts';
import { metricsBackends, whyNoTraces } from '../../../src/telemetry/traces/metrics-backends.ts';

const fleetOf = (backends: Readonly<Record<string, string>>) =>
  ({
    backends: Object.fromEntries(Object.entries(backends).map(([name, mode]) => [name, { kind: 'langfuse', config: { mode } }])),
    agents: [...Object.keys(backends).map((backend) => ({ name: `of-${backend}`, traces: { backend } })), { name: 'unseen', traces: null }],
  }) as unknown as Fleet;
const mixed = fleetOf({ figures: 'metrics', prod: 'spans' });

test('a backend that is read for its figures has no single traces of its agents', () => {
  expect(metricsBackends(mixed)).toEqual(['figures']);
  expect(whyNoTraces(mixed, 'of-figures')?.message).toMatch(/^there are no single traces of of-figures: backend figures .*mode: metrics/);
  expect(whyNoTraces(mixed, 'of-prod')).toBeNull();
  expect(whyNoTraces(mixed, 'unseen')).toBeNull();
});

test('a fleet has none where all its backends are such', () => {
  expect(whyNoTraces(mixed, null)).toBeNull();
  expect(whyNoTraces(fleetOf({ prod: 'spans' }), null)).toBeNull();
  expect(whyNoTraces(fleetOf({}), null)).toBeNull();
  expect(whyNoTraces(fleetOf({ figures: 'metrics', more: 'metrics' }), null)?.message).toMatch(/of this fleet/);
});
