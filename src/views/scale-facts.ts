import { isoTime } from '../ground/output/json.ts';
import type { ScaleView } from '../response/scale/scale-view.ts';
import type { Sign } from './words.ts';

/** How a decision looks. */
export const moveSigns: Readonly<Record<ScaleView['decision']['move'] | 'unknown', Sign>> = {
  up: { symbol: '▲', ascii: '^', tone: 'warn' },
  down: { symbol: '▼', ascii: 'v', tone: 'good' },
  hold: { symbol: '=', ascii: '=', tone: 'plain' },
  unknown: { symbol: '?', ascii: '?', tone: 'unknown' },
};

/** A decision in a few words: `3 to 9`, `stays at 3`. */
export const moveWords = ({ decision, workers }: Pick<ScaleView, 'decision' | 'workers'>): string => {
  if (decision.move !== 'hold') return `${workers.count} to ${decision.wanted}`;
  return decision.wanted === null ? 'stays as it is' : `stays at ${decision.wanted}`;
};

const rounded = (value: number | null): number | null => (value === null ? null : Math.round(value * 100) / 100);
const roundedMs = (value: number | null): number | null => (value === null ? null : Math.round(value));

/** The queue of an agent and the decision about its workers, as JSON says it. */
export const scaleFacts = (view: ScaleView) => {
  const { facts, rates, workers, rule, decision, lastAct } = view;
  return {
    agent: view.agent,
    queue: view.queue,
    queue_kind: view.kind,
    at: isoTime(view.at),
    depth: facts.depth,
    ready: facts.ready,
    in_flight: facts.inFlight,
    oldest_ms: roundedMs(facts.oldestMs),
    wait_ms: roundedMs(facts.waitMs),
    in_per_minute: rounded(rates.inPerMinute),
    out_per_minute: rounded(rates.outPerMinute),
    drain_per_minute: rounded(rates.drainPerMinute),
    drain_time_ms: roundedMs(rates.emptyMs),
    workers: workers.count,
    workers_by: workers.by,
    consumers: facts.workers,
    unknown: facts.unknown,
    move: decision.move,
    desired_workers: decision.wanted,
    cause: decision.cause,
    why: decision.why,
    rule: {
      up_at: rule.upAt,
      down_at: rule.downAt,
      for_ms: rule.forMs,
      wait_ms: rule.waitMs,
      cool_down_ms: rule.coolDownMs,
      step: rule.step,
      min: rule.min,
      max: rule.max,
    },
    last_change: lastAct === null ? null : { at: isoTime(lastAct.at), from: lastAct.from, to: lastAct.to },
    control: view.control,
    auto: view.isAuto,
  };
};
