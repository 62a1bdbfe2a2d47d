import { expect, it } from 'vitest';
import type { Alert } from '../../../src/oversight/alerts/alert.ts';
import { quietInstance } from '../../../src/oversight/alerts/alert-state.ts';
import type { Rule } from '../../../src/oversight/alerts/rule.ts';
import { restraintsOf } from '../../../src/response/scale/restraints.ts';

const alert = (rule: string, agent: string, category: Alert['category'], state: 'firing' | 'pending' | 'recovering' = 'firing') =>
  ({ rule, agent, category, label: '', instance: { ...quietInstance, state } }) as Alert;
const outage = { name: 'provider-out', test: { type: 'provider_outage' } } as Rule;
const support = { name: 'support', provider: 'anthropic' };
const guardsOf = (...alerts: readonly Alert[]) => restraintsOf(support, alerts, [outage], []).guards;

const out = (provider: string) => ({ ...alert('provider-out', '@providers', 'availability'), label: provider });

it('lets there be no more workers while cost or errors fire, or a provider is out', () => {
  expect(guardsOf(alert('cost', 'support', 'cost'))).toEqual(['cost fires']);
  expect(guardsOf(alert('errors', 'support', 'errors', 'recovering'))).toEqual(['errors fires']);
  expect(guardsOf(alert('fleet-budget', '@fleet', 'cost'))).toEqual(['fleet-budget fires for the fleet']);
  expect(guardsOf(out('anthropic'))).toEqual(['anthropic, which it asks first, is out']);
});

it('minds nothing that is of another agent, about something else, or not sure yet', () => {
  expect(
    guardsOf(
      alert('cost', 'other', 'cost'),
      alert('cost', 'support', 'cost', 'pending'),
      alert('latency', 'support', 'latency'),
      alert('waiting', 'support', 'queue'),
      alert('errors', '@fleet', 'errors'),
      out('bedrock'),
      { ...out('anthropic'), rule: 'other' },
    ),
  ).toEqual([]);
});

it('leaves alone what a runbook has stopped or set for a while', () => {
  const mitigations = [
    { id: 'kill-1/kill', agent: 'support', action: 'kill' as const },
    { id: 'throttle-1/throttle', agent: 'support', action: 'throttle' as const },
    { id: 'scale-1/scale', agent: 'other', action: 'scale' as const },
  ];
  expect(restraintsOf(support, [], [], mitigations).holds).toEqual(['kill is in force by kill-1/kill']);
});
