import type { Timing } from './alert-state.ts';
import type { Category, Rule, RuleTest, RuleType, Severity } from './rule.ts';
import type { ParsedRule } from './rule-fields.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** What a type of rule is for where its author does not say: cost and safety wake somebody, quality goes to chat. */
const usual: Readonly<
  Record<RuleType, { readonly severity: Severity; readonly category: Category; readonly forMs: number; readonly keepFiringMs: number }>
> = {
  error_rate: { severity: 'page', category: 'errors', forMs: 5 * minuteMs, keepFiringMs: 30 * minuteMs },
  latency: { severity: 'notify', category: 'latency', forMs: 10 * minuteMs, keepFiringMs: 30 * minuteMs },
  quality: { severity: 'notify', category: 'quality', forMs: 0, keepFiringMs: hourMs },
  cost_per_request: { severity: 'page', category: 'cost', forMs: 10 * minuteMs, keepFiringMs: 30 * minuteMs },
  spend: { severity: 'page', category: 'cost', forMs: 0, keepFiringMs: 0 },
  loop_depth: { severity: 'notify', category: 'cost', forMs: 0, keepFiringMs: 30 * minuteMs },
  per_trace: { severity: 'page', category: 'cost', forMs: 0, keepFiringMs: 15 * minuteMs },
  safety: { severity: 'page', category: 'safety', forMs: 0, keepFiringMs: 0 },
  agent_red: { severity: 'page', category: 'availability', forMs: 0, keepFiringMs: 0 },
  heartbeat: { severity: 'page', category: 'availability', forMs: 0, keepFiringMs: 0 },
  drift: { severity: 'notify', category: 'quality', forMs: 0, keepFiringMs: 0 },
  mitigation_overdue: { severity: 'page', category: 'availability', forMs: 5 * minuteMs, keepFiringMs: 0 },
  queue_depth: { severity: 'notify', category: 'queue', forMs: 5 * minuteMs, keepFiringMs: 5 * minuteMs },
  burn_rate: { severity: 'page', category: 'errors', forMs: 0, keepFiringMs: 5 * minuteMs },
  // Until its failures have left the windows of what its agents promise: else they would be told of once it is over.
  provider_outage: { severity: 'page', category: 'availability', forMs: minuteMs, keepFiringMs: 20 * minuteMs },
};

/** What a rule of a type is where its author does not say. */
export const usualOf = (type: RuleType): Pick<Rule, 'severity' | 'category' | 'timing'> => {
  const { severity, category, ...timing } = usual[type];
  return { severity, category, timing: { ...timing, onNoData: 'keep' } };
};

/** Windows from the narrowest to the widest, each twice as wide as the one before. */
export const widening = (fromMs: number, toMs: number): readonly number[] => {
  const widths = [fromMs];
  for (let width = fromMs * 2; width < toMs; width *= 2) widths.push(width);
  return toMs > fromMs ? [...widths, toMs] : widths;
};

/**
 * One-sided. A window that slides from minute to minute is looked at a thousand times a day: these quantiles keep simulated agents that keep
 * their promises from being told of more than once in two weeks (`npm run bench -- alarms`), which those of a single look do not.
 */
export const usualZ = { error_rate: 3.3, latency: 3.1, quality: 2.6, provider_outage: 3.3 } as const;

/** The rule that an entry of the manifest describes, with everything it leaves out filled in. */
export const ruleOf = (parsed: ParsedRule): Rule => {
  const fallback = usual[parsed.type];
  const severity = parsed.severity ?? fallback.severity;
  const timing: Timing = {
    forMs: parsed.for ?? fallback.forMs,
    keepFiringMs: parsed.keep_firing_for ?? fallback.keepFiringMs,
    onNoData: parsed.no_data,
  };
  return {
    name: parsed.rule,
    description: parsed.description ?? '',
    test: testOf(parsed),
    severity,
    category: parsed.category ?? fallback.category,
    timing,
    agents: { names: parsed.agents ?? [], tags: parsed.tags ?? [], tiers: parsed.tiers ?? [] },
    inhibitedByParents: parsed.inhibit,
    remind: parsed.remind === undefined ? null : { everyMs: parsed.remind.every, most: parsed.remind.most },
  };
};

const testOf = (parsed: ParsedRule): RuleTest => {
  switch (parsed.type) {
    case 'error_rate':
      return {
        type: 'error_rate',
        method: parsed.method,
        errorType: parsed.error_type ?? null,
        threshold: parsed.threshold,
        params: { z: parsed.z ?? usualZ.error_rate, minBad: parsed.min_errors, minRequests: parsed.min_requests },
        recovery: parsed.recovery ?? 1,
        widths: widening(parsed.window ?? 15 * minuteMs, parsed.widen_to ?? 4 * hourMs),
      };
    case 'latency':
      return {
        type: 'latency',
        method: parsed.method,
        slowerThanMs: parsed.slower_than,
        threshold: parsed.threshold,
        params: { z: parsed.z ?? usualZ.latency, minBad: parsed.min_slow, minRequests: parsed.min_requests },
        recovery: parsed.recovery ?? 1,
        widths: widening(parsed.window ?? 15 * minuteMs, parsed.widen_to ?? 4 * hourMs),
      };
    case 'quality':
      return {
        type: 'quality',
        score: parsed.score ?? null,
        threshold: parsed.threshold,
        params: { z: parsed.z ?? usualZ.quality, minScores: parsed.min_scores },
        widths: widening(parsed.window ?? hourMs, parsed.widen_to ?? 24 * hourMs),
      };
    case 'cost_per_request': {
      const ratio = parsed.ratio ?? (parsed.method === 'ratio' ? 2 : 1.5);
      return {
        type: 'cost_per_request',
        method: parsed.method,
        params: {
          z: parsed.z,
          ratio,
          recovery: parsed.recovery ?? (parsed.method === 'ratio' ? ratio : Math.min(ratio, 1.25)),
          wanted: parsed.wanted,
          minRequests: parsed.min_requests,
          minDays: parsed.min_days,
          minSpread: parsed.min_spread,
        },
        capNanos: parsed.cap ?? null,
        widths: widening(parsed.window ?? hourMs, parsed.widen_to ?? 6 * hourMs),
      };
    }
    case 'spend':
      return { type: 'spend', per: parsed.per, limit: parsed.limit, stages: parsed.stages ?? [1], forecast: parsed.forecast };
    case 'loop_depth':
      return {
        type: 'loop_depth',
        limit: parsed.limit,
        creep: parsed.creep
          ? {
              z: parsed.z,
              ratio: parsed.ratio,
              recovery: Math.min(parsed.ratio, 1.25),
              minRequests: parsed.min_requests,
              minDays: parsed.min_days,
            }
          : null,
        widths: widening(parsed.window ?? hourMs, parsed.widen_to ?? hourMs),
      };
    case 'per_trace':
      return {
        type: 'per_trace',
        steps: parsed.steps ?? null,
        tokens: parsed.tokens ?? null,
        nanos: parsed.cost ?? null,
        widths: [parsed.window ?? 15 * minuteMs],
      };
    case 'safety':
      return { type: 'safety', widths: [parsed.window ?? 15 * minuteMs] };
    case 'queue_depth':
      return { type: 'queue_depth', limit: parsed.limit, perWorker: parsed.per_worker };
    case 'burn_rate': {
      const longMs = parsed.window ?? hourMs;
      return {
        type: 'burn_rate',
        params: { factor: parsed.factor, longMs, shortMs: parsed.short_window ?? Math.round(longMs / 12), minEvents: parsed.min_events },
        objective: parsed.objective,
      };
    }
    case 'provider_outage':
      return {
        type: 'provider_outage',
        providers: parsed.providers ?? [],
        params: {
          ...{ share: parsed.share, ratio: parsed.ratio, z: parsed.z ?? usualZ.provider_outage },
          ...{ minBad: parsed.min_errors, minCalls: parsed.min_calls, probes: parsed.probes },
        },
        widths: widening(parsed.window ?? 5 * minuteMs, parsed.widen_to ?? 30 * minuteMs),
      };
    default:
      return { type: parsed.type };
  }
};
