import { describe, expect, test } from 'vitest';
import {
  type AgentCalls,
  outageThreshold,
  type ProbeSeen,
  type ProviderSample,
  providerOutage,
} from '../../../../src/oversight/alerts/conditions/provider-outage.ts';
import { usualOutage } from '../../../../src/oversight/alerts/usual-outage.ts';
import { minute, noon } from '../../../support/facts.ts';

const { params } = usualOutage;
const calls = (agent: string, n: number, bad: number): AgentCalls => ({ agent, n, bad });
const sample = (agents: readonly AgentCalls[], parts: Partial<ProviderSample> = {}): ProviderSample => ({
  provider: 'anthropic',
  windows: [{ windowMs: 5 * minute, limited: 0, timedOut: 0, agents }],
  usual: { n: 10_000, bad: 50 },
  probes: [],
  ...parts,
});
const probe = (isAnswered: boolean | null, ago = 1): ProbeSeen => ({ at: noon - ago * minute, isAnswered, cause: 'http 503' });
const saidOf = (of: ProviderSample) => providerOutage(params, of).said;

describe('a provider is out', () => {
  test('where more of the calls of several agents fail than ever do', () => {
    expect(saidOf(sample([calls('support', 20, 12), calls('billing', 20, 11)]))).toBe('breach');
    expect(providerOutage(params, sample([calls('support', 20, 12), calls('billing', 20, 11)])).reason).toContain('of support and billing');
  });

  test('not where one agent of several sends nonsense', () => {
    const judged = providerOutage(params, sample([calls('support', 40, 40), calls('billing', 40, 0)]));
    expect(judged.said).toBe('between');
    expect(judged.reason).toContain('all of them of support, and others are answered');
    expect(saidOf(sample([calls('support', 40, 40)]))).toBe('breach');
  });

  test('not by a few failures, and not by what is usual there', () => {
    expect(saidOf(sample([calls('support', 10, 4), calls('billing', 2, 0)]))).not.toBe('breach');
    const shaky = { usual: { n: 10_000, bad: 2000 } };
    expect(saidOf(sample([calls('support', 50, 20), calls('billing', 50, 20)], shaky))).toBe('between');
    expect(saidOf(sample([calls('support', 50, 45), calls('billing', 50, 45)], shaky))).toBe('breach');
    expect(outageThreshold(params, { n: 10_000, bad: 9000 })).toBe(0.9);
    expect(outageThreshold(params, { n: 10, bad: 9 })).toBe(params.share);
  });

  test('by probes that fail in a row where calls are too few, and never by our own fault', () => {
    const quiet = [calls('support', 2, 1)];
    expect(saidOf(sample(quiet, { probes: [probe(false), probe(false, 2)] }))).toBe('breach');
    expect(saidOf(sample(quiet, { probes: [probe(false), probe(true, 2)] }))).toBe('unknown');
    expect(saidOf(sample(quiet, { probes: [probe(null), probe(null, 2), probe(null, 3)] }))).toBe('unknown');
    expect(saidOf(sample(quiet, { probes: [probe(null), probe(false, 2), probe(false, 3)] }))).toBe('breach');
    expect(saidOf(sample(quiet))).toBe('unknown');
  });

  test('no longer where calls or a probe are answered again; calls outweigh probes', () => {
    expect(saidOf(sample([calls('support', 30, 1)]))).toBe('clear');
    expect(saidOf(sample([], { probes: [probe(true), probe(false, 2), probe(false, 3)] }))).toBe('clear');
    expect(saidOf(sample([calls('support', 30, 0)], { probes: [probe(false), probe(false, 2)] }))).toBe('clear');
  });

  test('by the narrowest window that holds enough calls', () => {
    const windows = [
      { windowMs: 5 * minute, limited: 0, timedOut: 0, agents: [calls('support', 3, 0)] },
      { windowMs: 10 * minute, limited: 9, timedOut: 2, agents: [calls('support', 16, 14)] },
      { windowMs: 20 * minute, limited: 9, timedOut: 2, agents: [calls('support', 160, 14)] },
    ];
    const judged = providerOutage(params, sample([], { windows }));
    expect([judged.said, judged.n]).toEqual(['breach', 16]);
    expect(judged.reason).toContain('14 of 16 calls failed in 10 m (9 by rate limits and 2 by timeouts)');
  });
});
