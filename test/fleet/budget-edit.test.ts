import { describe, expect, test } from 'vitest';
import { withRequestBudget } from '../../src/fleet/budget-edit.ts';

const edited = (text: string, agent = 'support') => withRequestBudget(text, 'agentops.yaml', agent, '$0.40');
const manifest = (agent: string) => `version: 1\nfleet: acme   # ours\nagents:\n  support:${agent}\n  other: { tier: 2 }\n`;

describe('a budget is written into a manifest', () => {
  test.each([
    [
      'in place of another',
      '\n    budget: { per_request: $5, per_day: $9 }  # dear',
      '\n    budget: { per_request: $0.40, per_day: $9 }  # dear',
    ],
    ['in place of a quoted one', '\n    budget:\n      per_request: "$5" # x', '\n    budget:\n      per_request: $0.40 # x'],
    ['into braces', '\n    budget: { per_day: $9 }', '\n    budget: { per_request: $0.40, per_day: $9 }'],
    ['into empty braces', '\n    budget: {}', '\n    budget: { per_request: $0.40 }'],
    [
      'into a block',
      '\n    budget:\n      # a day\n      per_day: $9',
      '\n    budget:\n      per_request: $0.40\n      # a day\n      per_day: $9',
    ],
    [
      'above what comes later, and above its comment',
      '\n    tier: 1\n    # asked often\n    checks: []',
      '\n    tier: 1\n    budget: { per_request: $0.40 }\n    # asked often\n    checks: []',
    ],
    ['into an agent in braces', ' { tier: 1 }', ' { budget: { per_request: $0.40 }, tier: 1 }'],
  ])('%s', (_, before, after) => expect(edited(manifest(before))).toBe(manifest(after)));

  test('with the line ends that the file has', () =>
    expect(edited(manifest('\n    tier: 1').replaceAll('\n', '\r\n'))).toBe(
      manifest('\n    budget: { per_request: $0.40 }\n    tier: 1').replaceAll('\n', '\r\n'),
    ));

  test.each([
    ['an alias', '\n    budget: *usual'],
    ['an agent that is not there', null],
    ['an agent that is an alias', ' *usual'],
    ['an agent without a word', ''],
  ])('but not into %s', (_, agent) => {
    const text = agent === null ? manifest(' { tier: 1 }') : `x: &usual { per_day: $1 }\n${manifest(agent)}`;
    expect(withRequestBudget(text, 'agentops.yaml', agent === null ? 'nobody' : 'support', '$0.40')).toBeNull();
  });

  test('but not where a merge would hide what was there', () => {
    const text = 'version: 1\nx: &usual { budget: { per_day: $1 } }\nagents:\n  support:\n    <<: *usual\n    tier: 1\n';
    expect(edited(text)).toBeNull();
  });
});
