import type { Agent } from '../../fleet/agent.ts';
import { wilsonInterval } from '../../ground/math/intervals.ts';
import { listOf, plural } from '../../ground/output/phrases.ts';
import { formatMoney, formatShare } from '../../ground/units/amount.ts';
import { humanDuration } from '../../ground/units/duration.ts';
import { type AlertInstance, isFiring } from './alert-state.ts';
import type { Judgement } from './judgement.ts';
import type { Own, Rule } from './rule.ts';
import { decidesOn } from './tracking.ts';

/** What was judged, and by what. */
interface Question {
  readonly rule: Rule;
  readonly judgement: Judgement;
  readonly instance: AlertInstance;
}

/** What would make it fire, in one sentence; for what fires or is about to, that. */
export const wouldFire = ({ rule, judgement, instance }: Question): string => {
  if (isFiring(instance)) return 'it fires';
  const { forMs } = rule.timing;
  const lasting = forMs === 0 ? '' : `, for ${humanDuration(forMs)}`;
  if (judgement.said === 'breach')
    return `it breaches, and fires once it has for ${humanDuration(forMs)}: it has for ${humanDuration(Math.max(0, instance.judgedAt - (instance.breachedSince ?? instance.judgedAt)))}`;
  const lacking = judgement.said === 'unknown' && judgement.value === null ? 'it needs more data; then ' : '';
  return `${lacking}${breachWords(rule, judgement)}${lasting}`;
};

const breachWords = ({ test }: Rule, judgement: Judgement): string => {
  const { numbers, threshold, n, baseline } = judgement;
  const number = (name: string): number => numbers[name] ?? 0;
  switch (test.type) {
    case 'error_rate':
    case 'latency': {
      const what = test.type === 'latency' ? 'slow' : 'failed';
      if (threshold === null) return 'nothing is promised that could be broken';
      if (test.method === 'ratio') return `more than ${formatShare(threshold)} of requests ${what}`;
      const requests = Math.max(n, test.params.minRequests);
      const bad = fewestBad(requests, threshold, test.params);
      return bad === null
        ? `not even all of ${plural(requests, 'request')} would be enough`
        : `${bad} of ${plural(requests, 'request')} ${what} (${formatShare(bad / requests)})`;
    }
    case 'quality':
      return `the mean of ${plural(Math.max(n, test.params.minScores), 'score')} so far below ${threshold ?? 0} that even its upper bound is`;
    case 'cost_per_request': {
      if (!('ratio_limit' in numbers)) return `a mean above ${formatMoney(Math.round(threshold ?? 0))} a request`;
      if (baseline === null)
        return `${test.params.minDays} earlier days with ${test.params.minRequests} priced requests at this hour, to know what is usual`;
      const scale = numbers['scale'] ?? test.params.minSpread;
      const ratio = test.method === 'ratio' ? test.params.ratio : Math.max(test.params.ratio, Math.exp(test.params.z * scale));
      return `more than ${formatMoney(Math.round(baseline * ratio))} a request, ${ratio.toFixed(2)} x the usual`;
    }
    case 'spend':
      return `more than ${formatMoney(Math.round(threshold ?? 0))}`;
    case 'loop_depth':
      return 'ratio_limit' in numbers
        ? `a mean of more than ${((baseline ?? 0) * number('ratio_limit')).toFixed(1)} steps a request, and z above ${number('z_limit')}`
        : `one request of more than ${threshold ?? 0} steps`;
    case 'per_trace':
      return `one request of more than ${judgement.unit === 'nanos' ? formatMoney(Math.round(threshold ?? 0)) : `${(threshold ?? 0).toLocaleString('en-US')} ${judgement.unit}`}`;
    case 'queue_depth':
      return `more than ${threshold ?? 0} waiting${test.perWorker ? ' for each worker' : ''}`;
    case 'burn_rate':
      return `more than ${test.params.factor} x the allowed share of failures over both windows, and ${plural(test.params.minEvents, 'failed request')}`;
    case 'safety':
      return 'one safety event';
    case 'agent_red':
      return 'one failed check or missed heartbeat, as often as its fail_after says';
    case 'heartbeat':
      return 'one missed heartbeat';
    case 'drift':
      return 'one unannounced change';
    case 'mitigation_overdue':
      return 'one mitigation past its time';
    case 'provider_outage': {
      const { minCalls, minBad, probes } = test.params;
      const calls = Math.max(n, minCalls);
      const bad = fewestBad(calls, threshold ?? test.params.share, { z: test.params.z, minBad });
      return `${bad === null ? `more than ${plural(calls, 'call')}` : `${bad} of ${plural(calls, 'call')}`} failed across agents, or ${plural(probes, 'probe')} in a row where calls are too few`;
    }
  }
};

/** The fewest bad ones of so many that are a breach; null: not even all of them. */
const fewestBad = (requests: number, threshold: number, { z, minBad }: { readonly z: number; readonly minBad: number }): number | null => {
  // The bound rises with every bad one, so the least is found by halving.
  const breaches = (bad: number) => bad >= minBad && (wilsonInterval(bad, requests, z)?.low ?? 0) > threshold;
  if (!breaches(requests)) return null;
  let [low, high] = [0, requests];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (breaches(middle)) high = middle;
    else low = middle;
  }
  return high;
};

type Promised = Pick<Agent, 'name' | 'sla' | 'budget'>;

const lacks = (value: Own<number> | null, own: number | null, key: string): readonly string[] =>
  value === 'own' && own === null ? [key] : [];

/** What an agent would have to promise for a rule to judge it, by the keys of the manifest; empty: it promises that. */
export const lackingPromises = ({ test }: Rule, { sla, budget }: Promised): readonly string[] => {
  switch (test.type) {
    case 'error_rate':
      return lacks(test.threshold, sla.errorRate, 'sla.error_rate');
    case 'latency':
      return lacks(test.slowerThanMs, sla.latencyP95Ms, 'sla.latency_p95');
    case 'quality':
      return lacks(test.threshold, sla.quality, 'sla.quality');
    case 'spend':
      return lacks(
        test.limit,
        { hour: budget.perHourNanos, day: budget.perDayNanos, month: budget.perMonthNanos }[test.per],
        `budget.per_${test.per}`,
      );
    case 'loop_depth':
      return lacks(test.limit, budget.stepsPerRequest, 'budget.steps_per_request');
    case 'per_trace':
      return [
        ...lacks(test.steps, budget.stepsPerRequest, 'budget.steps_per_request'),
        ...lacks(test.tokens, budget.tokensPerRequest, 'budget.tokens_per_request'),
        ...lacks(test.nanos, budget.perRequestNanos, 'budget.per_request'),
      ];
    case 'burn_rate':
      return lacks(test.objective, sla.availability, 'sla.availability');
    default:
      return [];
  }
};

/** Why a rule says nothing of an agent, in a sentence. @param isUnseen no trace of it was ever read @param noTraces why there can be no single traces of it; null: there can be */
export const whyUnjudged = (rule: Rule, agent: Promised, isUnseen: boolean, noTraces: string | null = null): string => {
  const lacking = lackingPromises(rule, agent);
  if (lacking.length > 0) return `the manifest sets no ${listOf(lacking, 'and no')} for it`;
  if (noTraces !== null && decidesOn('traces', rule)) return noTraces;
  return isUnseen ? 'no trace of it was ever read' : 'what the rule looks at has nothing to say of it';
};
