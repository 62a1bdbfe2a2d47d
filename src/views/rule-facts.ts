import { listOf } from '../ground/output/phrases.ts';
import { formatMoney, formatShare, toUsd } from '../ground/units/amount.ts';
import { humanDuration } from '../ground/units/duration.ts';
import type { Own, Rule, RuleTest } from '../oversight/alerts/rule.ts';

/** A parameter of a rule by the name it has in the manifest, in words. */
type Parameter = readonly [name: string, value: string];

const own = <Value>(value: Own<Value>, promise: string, written: (value: Value) => string): string =>
  value === 'own' ? `own (${promise})` : written(value);
const windows = (widths: readonly number[]): string => listOf(widths.map(humanDuration), 'then');
const money = (nanos: number): string => formatMoney(nanos);
const plain = (value: number): string => value.toLocaleString('en-US');

/** What each type looks at, in a sentence. */
const tests: Readonly<Record<RuleTest['type'], string>> = {
  error_rate: 'the share of requests that fail is above the threshold',
  latency: 'the share of requests that are slow is above the threshold',
  quality: 'the mean of scores is below the threshold',
  cost_per_request: 'a request costs more than it usually does at this time of day',
  spend: 'what was spent is above a stage of the limit',
  loop_depth: 'a request took more steps than the limit, or requests take more steps than they used to',
  per_trace: 'one single request took more steps, tokens or dollars than its cap',
  safety: 'there was a safety event',
  agent_red: 'checks or heartbeats of the agent fail',
  heartbeat: 'a heartbeat is missing',
  drift: 'the agent changed unannounced',
  mitigation_overdue: 'something is in force past its time',
  queue_depth: 'more work waits than the limit',
  burn_rate: 'the error budget burns faster than the factor allows, over a long and a short window',
  provider_outage: 'a provider fails more of the calls of agents than it usually does, or probes of it in a row',
};

const literal: Readonly<Partial<Record<RuleTest['type'], string>>> = {
  error_rate: 'the share itself',
  latency: 'the share itself',
  cost_per_request: 'the mean against the mean of the seven days before',
};
const careful: Readonly<Partial<Record<RuleTest['type'], string>>> = {
  error_rate: 'by the lower end of its Wilson interval',
  latency: 'by the lower end of its Wilson interval',
  quality: 'by the upper bound of the mean',
  provider_outage: 'by the lower end of the Wilson interval of all its calls',
  cost_per_request: 'by the logarithm of the mean against the median of seven days, in units of their spread',
};

/** What a rule decides by, in one sentence. */
export const testSentence = ({ test }: Rule): string => {
  const isLiteral = 'method' in test && test.method === 'ratio';
  const how = (isLiteral ? literal : careful)[test.type];
  return `breaches where ${tests[test.type]}${how === undefined ? '' : `, ${how}`}`;
};

const ofTest = (test: RuleTest): readonly Parameter[] => {
  switch (test.type) {
    case 'error_rate':
    case 'latency': {
      const { z, minBad, minRequests } = test.params;
      return [
        ['method', test.method],
        ...(test.type === 'latency'
          ? ([['slower_than', own(test.slowerThanMs, 'sla.latency_p95', humanDuration)]] as const)
          : ([['error_type', test.errorType ?? 'any']] as const)),
        ['threshold', own(test.threshold, 'sla.error_rate', formatShare)],
        ['recovery', plain(test.recovery)],
        ['z', plain(z)],
        [test.type === 'latency' ? 'min_slow' : 'min_errors', plain(minBad)],
        ['min_requests', plain(minRequests)],
        ['window', windows(test.widths)],
      ];
    }
    case 'quality':
      return [
        ['score', test.score ?? 'the quality of the agent'],
        ['threshold', own(test.threshold, 'sla.quality', plain)],
        ['z', plain(test.params.z)],
        ['min_scores', plain(test.params.minScores)],
        ['window', windows(test.widths)],
      ];
    case 'cost_per_request': {
      const { z, ratio, recovery, wanted, minRequests, minDays, minSpread } = test.params;
      return [
        ['method', test.method],
        ['ratio', plain(ratio)],
        ['recovery', plain(recovery)],
        ...(test.method === 'ratio'
          ? []
          : ([
              ['z', plain(z)],
              ['wanted', plain(wanted)],
              ['min_requests', plain(minRequests)],
              ['min_days', plain(minDays)],
              ['min_spread', plain(minSpread)],
            ] as const)),
        ['cap', test.capNanos === null ? 'none' : money(test.capNanos)],
        ['window', windows(test.widths)],
      ];
    }
    case 'spend':
      return [
        ['per', test.per],
        ['limit', own(test.limit, `budget.per_${test.per}`, money)],
        ['stages', test.stages.map(formatShare).join(', ')],
        ['forecast', test.forecast ? 'yes' : 'no'],
      ];
    case 'loop_depth':
      return [
        ['limit', own(test.limit, 'budget.steps_per_request', plain)],
        ['creep', test.creep === null ? 'no' : `ratio ${test.creep.ratio}, z ${test.creep.z}, min_requests ${test.creep.minRequests}`],
        ['window', windows(test.widths)],
      ];
    case 'per_trace':
      return [
        ...(test.steps === null ? [] : ([['steps', own(test.steps, 'budget.steps_per_request', plain)]] as const)),
        ...(test.tokens === null ? [] : ([['tokens', own(test.tokens, 'budget.tokens_per_request', plain)]] as const)),
        ...(test.nanos === null ? [] : ([['cost', own(test.nanos, 'budget.per_request', money)]] as const)),
        ['window', windows(test.widths)],
      ];
    case 'safety':
      return [['window', windows(test.widths)]];
    case 'queue_depth':
      return [
        ['limit', plain(test.limit)],
        ['per_worker', test.perWorker ? 'yes' : 'no'],
      ];
    case 'burn_rate': {
      const { factor, longMs, shortMs, minEvents } = test.params;
      return [
        ['objective', own(test.objective, 'sla.availability', formatShare)],
        ['factor', plain(factor)],
        ['window', humanDuration(longMs)],
        ['short_window', humanDuration(shortMs)],
        ['min_events', plain(minEvents)],
      ];
    }
    case 'provider_outage': {
      const { share, ratio, z, minBad, minCalls, probes } = test.params;
      return [
        ['providers', test.providers.length === 0 ? 'all' : listOf(test.providers)],
        ['share', formatShare(share)],
        ['ratio', plain(ratio)],
        ['z', plain(z)],
        ['min_errors', plain(minBad)],
        ['min_calls', plain(minCalls)],
        ['probes', plain(probes)],
        ['window', windows(test.widths)],
      ];
    }
    default:
      return [];
  }
};

/** What fires and ends at once is not said to wait for less than a millisecond. */
const lasting = (ms: number): string => (ms === 0 ? '0 s' : humanDuration(ms));

/** Everything that a rule decides by, by the names that the manifest has for it. */
export const ruleParameters = ({ test, timing, remind }: Rule): readonly Parameter[] => [
  ...ofTest(test),
  ['for', lasting(timing.forMs)],
  ['keep_firing_for', lasting(timing.keepFiringMs)],
  ['no_data', timing.onNoData],
  ...(remind === null ? [] : ([['remind', `every ${humanDuration(remind.everyMs)}, ${remind.most} times at most`]] as const)),
];

/** A rule as every document has it. */
export const ruleFacts = (rule: Rule) => ({
  rule: rule.name,
  description: rule.description,
  type: rule.test.type,
  severity: rule.severity,
  category: rule.category,
  test: testSentence(rule),
  parameters: Object.fromEntries(ruleParameters(rule)),
});

/** Figures of a decision as documents have them: money in dollars, under the name it has there. */
export const numberFacts = (numbers: Readonly<Record<string, number | null>>, isMoney: boolean): Readonly<Record<string, number | null>> =>
  isMoney
    ? Object.fromEntries(
        Object.entries(numbers).map(([name, value]) =>
          ['value', 'limit', 'recovery'].includes(name) ? [`${name}_usd`, value === null ? null : toUsd(Math.round(value))] : [name, value],
        ),
      )
    : numbers;
