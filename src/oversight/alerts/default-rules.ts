import type { Rule } from './rule.ts';
import { usualOf, usualZ, widening } from './rule-of.ts';
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
    ...usualOf('cost_per_request'),
    name: 'cost',
    description: 'A request costs more than it usually does at this time of day.',
    test: {
      type: 'cost_per_request',
      method: 'regression',
      params: { z: 3.6, ratio: 1.5, recovery: 1.25, wanted: 30, minRequests: 10, minDays: 3, minSpread: 0.08 },
      capNanos: null,
      widths: widening(hourMs, 6 * hourMs),
    },
  },
  {
    ...plain,
    ...usualOf('spend'),
    name: 'budget-hour',
    description: 'The last hour cost more than the agent may spend in one.',
    test: { type: 'spend', per: 'hour', limit: 'own', stages: [1], forecast: false },
  },
  {
    ...plain,
    ...usualOf('spend'),
    name: 'budget-day',
    description: 'Half, four fifths or all of what the agent or the fleet may spend today is used up.',
    test: { type: 'spend', per: 'day', limit: 'own', stages: [0.5, 0.8, 1], forecast: false },
  },
  {
    ...plain,
    ...usualOf('spend'),
    name: 'budget-month',
    description: 'Half, four fifths or all of what the agent or the fleet may spend this month is used up.',
    test: { type: 'spend', per: 'month', limit: 'own', stages: [0.5, 0.8, 1], forecast: false },
  },
  {
    ...plain,
    ...usualOf('quality'),
    name: 'quality',
    description: 'Scores are lower than the agent promises.',
    test: {
      type: 'quality',
      score: null,
      threshold: 'own',
      params: { z: usualZ.quality, minScores: 10 },
      widths: widening(hourMs, 24 * hourMs),
    },
  },
  {
    ...plain,
    ...usualOf('error_rate'),
    name: 'errors',
    description: 'More requests fail than the agent promises.',
    test: {
      type: 'error_rate',
      method: 'wilson',
      errorType: null,
      threshold: 'own',
      params: { z: usualZ.error_rate, minBad: 2, minRequests: 10 },
      recovery: 1,
      widths: widening(15 * minuteMs, 4 * hourMs),
    },
  },
  {
    ...plain,
    ...usualOf('latency'),
    name: 'latency',
    description: 'More requests are slow than the agent promises.',
    test: {
      type: 'latency',
      method: 'wilson',
      slowerThanMs: 'own',
      threshold: 0.05,
      params: { z: usualZ.latency, minBad: 3, minRequests: 10 },
      recovery: 1,
      widths: widening(15 * minuteMs, 4 * hourMs),
    },
  },
  {
    ...plain,
    ...usualOf('safety'),
    name: 'safety',
    description: 'A guardrail ended a request, a tool outside the list was called, or a safety score failed.',
    test: { type: 'safety', widths: [15 * minuteMs] },
    inhibitedByParents: false,
  },
  {
    ...plain,
    ...usualOf('per_trace'),
    name: 'runaway',
    description: 'One request takes more steps, tokens or dollars than the agent may spend on one.',
    test: { type: 'per_trace', steps: 'own', tokens: 'own', nanos: 'own', widths: [15 * minuteMs] },
    timing: { ...usualOf('per_trace').timing, onNoData: 'ok' },
    inhibitedByParents: false,
  },
  {
    ...plain,
    ...usualOf('agent_red'),
    name: 'down',
    description: 'Checks or heartbeats of the agent fail.',
    test: { type: 'agent_red' },
  },
  {
    ...plain,
    ...usualOf('provider_outage'),
    name: 'provider-outage',
    description: 'A provider fails the calls of agents; their own alerts keep quiet meanwhile.',
    test: { type: 'provider_outage', providers: [], ...usualOutage },
  },
];
