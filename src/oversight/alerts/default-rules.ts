import type { Rule } from './rule.ts';
import { widening } from './rule-of.ts';
import { usualOutage } from './usual-outage.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

const everybody = { names: [], tags: [], tiers: [] } as const;
const plain = { agents: everybody, inhibitedByParents: true, remind: null } as const;

/**
 * What a fleet is watched by that names no rules: every limit is the agent's own, so that an agent without promises is held to none. A moment is
 * judged every minute, and so the quantiles are those at which simulated agents that keep their promises are told of at most once in two weeks
 * (`npm run bench -- alarms`), not those of a single look.
 */
export const defaultRules: readonly Rule[] = [
  {
    ...plain,
    name: 'cost',
    description: 'A request costs more than it usually does at this time of day.',
    test: {
      type: 'cost_per_request',
      method: 'regression',
      params: { z: 3.6, ratio: 1.5, recovery: 1.25, wanted: 30, minRequests: 10, minDays: 3, minSpread: 0.08 },
      capNanos: null,
      widths: widening(hourMs, 6 * hourMs),
    },
    severity: 'page',
    category: 'cost',
    timing: { forMs: 10 * minuteMs, keepFiringMs: 30 * minuteMs, onNoData: 'keep' },
  },
  {
    ...plain,
    name: 'budget-hour',
    description: 'The last hour cost more than the agent may spend in one.',
    test: { type: 'spend', per: 'hour', limit: 'own', stages: [1], forecast: false },
    severity: 'page',
    category: 'cost',
    timing: { forMs: 0, keepFiringMs: 0, onNoData: 'keep' },
  },
  {
    ...plain,
    name: 'budget-day',
    description: 'Half, four fifths or all of what the agent or the fleet may spend today is used up.',
    test: { type: 'spend', per: 'day', limit: 'own', stages: [0.5, 0.8, 1], forecast: false },
    severity: 'page',
    category: 'cost',
    timing: { forMs: 0, keepFiringMs: 0, onNoData: 'keep' },
  },
  {
    ...plain,
    name: 'budget-month',
    description: 'Half, four fifths or all of what the agent or the fleet may spend this month is used up.',
    test: { type: 'spend', per: 'month', limit: 'own', stages: [0.5, 0.8, 1], forecast: false },
    severity: 'page',
    category: 'cost',
    timing: { forMs: 0, keepFiringMs: 0, onNoData: 'keep' },
  },
  {
    ...plain,
    name: 'quality',
    description: 'Scores are lower than the agent promises.',
    test: { type: 'quality', score: null, threshold: 'own', params: { z: 2.6, minScores: 10 }, widths: widening(hourMs, 24 * hourMs) },
    severity: 'notify',
    category: 'quality',
    timing: { forMs: 0, keepFiringMs: hourMs, onNoData: 'keep' },
  },
  {
    ...plain,
    name: 'errors',
    description: 'More requests fail than the agent promises.',
    test: {
      type: 'error_rate',
      method: 'wilson',
      errorType: null,
      threshold: 'own',
      params: { z: 3.3, minBad: 2, minRequests: 10 },
      recovery: 1,
      widths: widening(15 * minuteMs, 4 * hourMs),
    },
    severity: 'page',
    category: 'errors',
    timing: { forMs: 5 * minuteMs, keepFiringMs: 30 * minuteMs, onNoData: 'keep' },
  },
  {
    ...plain,
    name: 'latency',
    description: 'More requests are slow than the agent promises.',
    test: {
      type: 'latency',
      method: 'wilson',
      slowerThanMs: 'own',
      threshold: 0.05,
      params: { z: 3.1, minBad: 3, minRequests: 10 },
      recovery: 1,
      widths: widening(15 * minuteMs, 4 * hourMs),
    },
    severity: 'notify',
    category: 'latency',
    timing: { forMs: 10 * minuteMs, keepFiringMs: 30 * minuteMs, onNoData: 'keep' },
  },
  {
    ...plain,
    name: 'safety',
    description: 'A guardrail ended a request, a tool outside the list was called, or a safety score failed.',
    test: { type: 'safety', widths: [15 * minuteMs] },
    severity: 'page',
    category: 'safety',
    timing: { forMs: 0, keepFiringMs: 0, onNoData: 'keep' },
    inhibitedByParents: false,
  },
  {
    ...plain,
    name: 'runaway',
    description: 'One request takes more steps, tokens or dollars than the agent may spend on one.',
    test: { type: 'per_trace', steps: 'own', tokens: 'own', nanos: 'own', widths: [15 * minuteMs] },
    severity: 'page',
    category: 'cost',
    timing: { forMs: 0, keepFiringMs: 15 * minuteMs, onNoData: 'ok' },
    inhibitedByParents: false,
  },
  {
    ...plain,
    name: 'down',
    description: 'Checks or heartbeats of the agent fail.',
    test: { type: 'agent_red' },
    severity: 'page',
    category: 'availability',
    timing: { forMs: 0, keepFiringMs: 0, onNoData: 'keep' },
  },
  {
    ...plain,
    name: 'provider-outage',
    description: 'A provider fails the calls of agents; their own alerts keep quiet meanwhile.',
    test: { type: 'provider_outage', providers: [], ...usualOutage },
    severity: 'page',
    category: 'availability',
    timing: { forMs: minuteMs, keepFiringMs: 20 * minuteMs, onNoData: 'keep' },
  },
];
