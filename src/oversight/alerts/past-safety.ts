import { lookedBackUs, type SafetyEvidence } from '../../telemetry/stats/safety.cache.ts';
import { itemsBetween } from './in-order.ts';

/** What may be a safety event: a request into which a guardrail stepped, calls of a tool that is not allowed, or a score that failed. */
export interface PastSafety {
  readonly kind: 'blocked' | 'tool' | 'score';
  /** Of the tool or score. */
  readonly name: string;
  readonly count: number;
  /** When its request began, and from when to when it counts; UTC epoch ms. */
  readonly startAt: number;
  readonly from: number;
  readonly to: number;
}

/** The safety events of one agent, asked as of moments. */
export interface SafetyPast {
  /** Events are added in the order of `startAt`. */
  add(event: PastSafety): void;
  /** Whether a score was given from one instant to before another: the other events come and go with their requests. */
  hasNews(from: number, to: number): boolean;
  /** What counts in a window that ends at a moment, as stats/safety reads it live; UTC epoch ms. */
  at(since: number, moment: number): SafetyEvidence;
}

const lookedBackMs = lookedBackUs / 1000;

export const openSafetyPast = (): SafetyPast => {
  const events: PastSafety[] = [];
  const begunIn = (from: number, to: number) => itemsBetween(events, ({ startAt }) => startAt, from, to);
  return {
    add: (event) => void events.push(event),
    hasNews: (from, to) =>
      begunIn(from - lookedBackMs, to).some((event) => event.kind === 'score' && event.from >= from && event.from < to),
    at: (since, moment) => {
      const [toolCalls, failedScores] = [new Map<string, number>(), new Map<string, number>()];
      let blocked = 0;
      for (const { kind, name, count, from, to } of begunIn(since - lookedBackMs, moment)) {
        if (from >= moment || to < since) continue;
        const named = kind === 'tool' ? toolCalls : failedScores;
        if (kind === 'blocked') blocked += count;
        else named.set(name, (named.get(name) ?? 0) + count);
      }
      return { toolCalls, blocked, failedScores };
    },
  };
};
