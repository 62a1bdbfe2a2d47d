import { describe, expect, test } from 'vitest';
import type { Agent } from '../../src/fleet/agent.ts';
import { defaultPolicies, judgePolicies, type Policy, type PolicyEvidence, requirements } from '../../src/fleet/policy.ts';
import { policiesOf } from '../../src/fleet/policy-section.ts';
import { findingOf } from '../../src/views/policy.ts';
import { anAgent, noon } from '../support/facts.ts';
import { cleanCopy, load, stderrOf } from '../support/load-manifest.ts';

const dayMs = 86_400_000;

const evidence = (parts: Partial<PolicyEvidence> = {}): PolicyEvidence => ({
  now: noon,
  killDrilledAt: null,
  chain: { links: new Map(), crosses: null, why: '' },
  guarded: () => null,
  protection: { isLimitedInline: false, canBeLimitedInline: false, isServed: false, deaf: null, isCapped: false },
  ...parts,
});

const policy = (require: Policy['require'], parts: Partial<Policy> = {}): Policy => {
  const usual = defaultPolicies.find((each) => each.require === require);
  if (usual === undefined) throw new Error(`${require} is no default`);
  return { ...usual, tiers: [], ...parts };
};

const judge = (require: Policy['require'], agent: Partial<Agent>, seen: Partial<PolicyEvidence> = {}, parts: Partial<Policy> = {}) => {
  const [finding] = judgePolicies([policy(require, parts)], [anAgent(agent)], () => evidence(seen));
  return [finding?.verdict, finding?.hint];
};

describe('what every agent must have', () => {
  test('there is a default for everything that can be asked', () => {
    expect(defaultPolicies.map(({ require }) => require)).toEqual([...requirements]);
  });

  test('an owner, and a kill that a drill has tried of late', () => {
    expect(judge('owner', { owner: null })).toEqual(['fail', 'set agents.support.owner']);
    expect(judge('owner', { owner: '@cx' })).toEqual(['pass', null]);
    const hint = 'agentops runbook drill kill --agent support';
    expect(judge('kill_drilled', {})).toEqual(['fail', hint]);
    expect(judge('kill_drilled', {}, { killDrilledAt: noon - 31 * dayMs })).toEqual(['fail', hint]);
    expect(judge('kill_drilled', {}, { killDrilledAt: noon - 30 * dayMs })).toEqual(['pass', null]);
  });

  test('a chain of which each link answered a drill of late, and different providers did', () => {
    const hint = 'agentops providers drill support';
    const chained = { fallback: ['anthropic', 'openai'] };
    const drilled = (openai: { readonly provenAt: number | null; readonly failedAt: number | null }, crosses: boolean | null = true) => ({
      chain: {
        links: new Map([
          ['anthropic', { provenAt: noon - dayMs, failedAt: noon - 2 * dayMs }],
          ['openai', openai],
        ]),
        crosses,
        why: 'all is x',
      },
    });
    expect(judge('fallback_drilled', { fallback: [] })).toEqual(['pass', null]);
    expect(judge('fallback_drilled', chained)).toEqual(['fail', hint]);
    expect(judge('fallback_drilled', chained, drilled({ provenAt: noon, failedAt: null }))).toEqual(['pass', null]);
    expect(judge('fallback_drilled', chained, drilled({ provenAt: noon - dayMs, failedAt: noon }))).toEqual(['fail', hint]);
    expect(judge('fallback_drilled', chained, drilled({ provenAt: noon - 31 * dayMs, failedAt: null }))).toEqual(['fail', hint]);
    expect(judge('fallback_drilled', chained, drilled({ provenAt: noon, failedAt: null }, null))[0]).toBe('pass');
    expect(judge('fallback_drilled', chained, drilled({ provenAt: noon, failedAt: null }, false))).toEqual([
      'fail',
      'name another provider in agents.support.fallback',
    ]);
  });

  test('a chain of fallbacks that crosses providers, and not models of one', () => {
    expect(judge('fallback', { fallback: [] })[0]).toBe('fail');
    expect(judge('fallback', { fallback: ['openai/gpt-4o', 'openai/gpt-4o-mini', 'OpenAI'] })[0]).toBe('fail');
    expect(judge('fallback', { fallback: ['openai/gpt-4o', 'anthropic'] })[0]).toBe('pass');
  });

  test('a bound on what it spends; a cap on one request bounds no day', () => {
    const budget = { ...anAgent().budget, perRequestNanos: 1 };
    expect(judge('budget', { budget })[0]).toBe('fail');
    expect(judge('budget', { budget: { ...budget, perMonthNanos: 1 } })[0]).toBe('pass');
    expect(judge('budget', { budget: { ...budget, perMonthNanos: 1 } }, {}, { caps: ['per_month', 'per_day'] })).toEqual([
      'fail',
      'set agents.support.budget.per_day',
    ]);
  });

  test('guardrails that its traces show; without traces nobody knows', () => {
    const seen = (guarded: number) => ({ guarded: () => ({ requests: 3, guarded }) });
    expect(judge('guardrails', {})[0]).toBe('unknown');
    expect(judge('guardrails', {}, { guarded: () => ({ requests: 0, guarded: 0 }) })[0]).toBe('unknown');
    expect(judge('guardrails', {}, seen(0))[0]).toBe('fail');
    expect(judge('guardrails', {}, seen(1))[0]).toBe('pass');
  });

  test('something that stops a request which does not end: its gateway, or serve where a rule caps it', () => {
    const shield = (parts: Partial<PolicyEvidence['protection']>) =>
      judge('protected', {}, { protection: { ...evidence().protection, ...parts } });
    expect(shield({})[0]).toBe('fail');
    expect(shield({ canBeLimitedInline: true })).toEqual(['fail', 'agentops budget push support']);
    expect(shield({ isServed: true })).toEqual(['fail', 'set agents.support.budget.steps_per_request']);
    expect(shield({ isCapped: true })[0]).toBe('fail');
    expect(shield({ isServed: true, isCapped: true })[0]).toBe('pass');
    const deaf = 'agentops serve last listened 2 d ago';
    expect(shield({ isServed: true, isCapped: true, deaf })).toEqual(['fail', 'agentops serve']);
    expect(shield({ isLimitedInline: true })[0]).toBe('pass');
  });

  test('a policy is about the agents of its tiers, environments and tags', () => {
    const agents = [
      anAgent({ name: 'a', tier: 1, env: 'prod' }),
      anAgent({ name: 'b', tier: 2, env: 'prod' }),
      anAgent({ name: 'c', env: null }),
    ];
    const about = (parts: Partial<Policy>) => judgePolicies([policy('owner', parts)], agents, () => evidence()).map(({ agent }) => agent);
    expect(about({ tiers: [1] })).toEqual(['a']);
    expect(about({ envs: ['prod'] })).toEqual(['a', 'b']);
    expect(about({ tags: ['public'] })).toEqual([]);
  });
});

describe('what a check comes to', () => {
  const report = (verdict: 'pass' | 'fail' | 'unknown', severity: Policy['severity'], isStrict = false) =>
    findingOf({
      fleet: 'acme',
      generatedAt: noon,
      agents: 1,
      isStrict,
      findings: [{ policy: 'p', require: 'owner', agent: 'support', severity, verdict, reason: '', hint: null }],
    });

  test('a warning fails it only where it is strict, and what cannot be seen is no pass', () => {
    expect([report('fail', 'error'), report('fail', 'warning'), report('fail', 'warning', true)]).toEqual(['found', 'none', 'found']);
    expect([report('unknown', 'error'), report('unknown', 'warning'), report('pass', 'error')]).toEqual(['no_verdict', 'none', 'none']);
  });
});

describe('policies:', () => {
  const manifest = (policies: string) =>
    `version: 1\nfleet: acme\nagents: { support: { endpoint: { protocol: command, argv: [cat] }, fallback: [openai, anthropic] } }\npolicies:\n${policies}`;
  const read = async (policies: string) => policiesOf((await load(cleanCopy('small', { 'agentops.yaml': manifest(policies) }))).fleet);

  test('stand in place of the defaults, or beside them, each name once', async () => {
    const [one, ...others] = await read('  - { require: kill_drilled, within: 7d, tiers: [1] }');
    expect([one, others]).toEqual([{ ...policy('kill_drilled'), severity: 'error', tiers: [1], withinMs: 7 * dayMs }, []]);
    const beside = await read('  - { require: defaults }\n  - { require: owner, severity: warning }');
    expect(beside.map(({ name }) => name)).toEqual([...requirements.filter((name) => name !== 'owner'), 'owner']);
  });

  test('may not be called alike', async () => {
    const folder = cleanCopy('small', { 'agentops.yaml': manifest('  - { require: owner }\n  - { require: owner, tiers: [1] }') });
    expect(await stderrOf(folder)).toContain('policies[1] is called as another policy is (found "owner")');
  });
});
