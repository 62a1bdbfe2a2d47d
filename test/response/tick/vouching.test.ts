import { expect, test } from 'vitest';
import type { RuleTest } from '../../../src/oversight/alerts/rule.ts';
import { doubtOf } from '../../../src/response/tick/vouching.ts';
import { anAgent } from '../../support/facts.ts';

const perTrace = { name: 'runaway', test: { type: 'per_trace', steps: 'own', tokens: null, nanos: null, widths: [1] } as RuleTest };
const red = { name: 'down', test: { type: 'agent_red' } as RuleTest };
const at = { file: 'agentops.yaml', line: 1, column: 1 };
const fleetWith = (kind: string, config: object) => ({ agents: [anAgent({ name: 'support' })], backends: { local: { kind, config, at } } });

test('spans without a token of their agent start nothing', () => {
  expect(doubtOf(fleetWith('otlp', { tokens: { '${A}': 'billing' } }), perTrace, 'support')).toContain('without a token of its own');
  expect(doubtOf(fleetWith('otlp', {}), perTrace, 'support')).toContain('without a token');
  expect(doubtOf(fleetWith('otlp', { tokens: { '${A}': 'support' } }), perTrace, 'support')).toBeNull();
});

test('a backend vouches where it is asked with a credential', () => {
  const secret = { secret: '${LANGFUSE_SECRET_KEY}', base: '/' };
  expect(doubtOf(fleetWith('langfuse', { kind: 'langfuse', secret_key: secret }), perTrace, 'support')).toBeNull();
  expect(doubtOf(fleetWith('phoenix', { kind: 'phoenix', url: { secret: 'http://phoenix', base: '/' } }), perTrace, 'support')).toContain(
    'without a credential',
  );
});

test('what this machine found out itself needs nobody else', () => {
  expect(doubtOf(fleetWith('otlp', {}), red, 'support')).toBeNull();
});
