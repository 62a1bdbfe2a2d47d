import type { Fleet } from '../../fleet/agent.ts';
import type { Context } from '../../ground/runtime/context.ts';
import type { Cache } from '../../ground/store/port.ts';
import { openFreshCache } from '../../telemetry/stats/open-fresh-cache.ts';
import { sourceOfAgent } from '../../telemetry/traces/fleet-ownership.ts';
import { readProgress } from '../../telemetry/traces/spans.cache.ts';
import { type AlertInstance, catchUp, quietInstance } from './alert-state.ts';
import { readOpenAlerts } from './alerts.journal.ts';
import { collectOwnSamples, type SamplesOf, traceSamples } from './collect-samples.ts';
import type { QueueFacts } from './evaluation.ts';
import { keyText } from './fold.ts';
import type { Labelled } from './judge-rule.ts';
import { missedMoments, momentOf, watermarkOf } from './metrics/moments.ts';
import type { Rule } from './rule.ts';
import { concerns } from './rules.ts';
import { type Subject, wholeFleet } from './subject.ts';
import { decidesOn, labelledBy, type Word } from './tracking.ts';

/** What a rule says of an agent now, and what would become of it. */
export interface Judged extends Labelled {
  readonly rule: Rule;
  readonly agent: string;
  /** The moment that was judged, UTC epoch ms: as far as its source is known. */
  readonly at: number;
  /** As it would stand after an evaluation of now. */
  readonly instance: AlertInstance;
}

/** A rule that says nothing of an agent that it is about. */
export interface Unjudged {
  readonly rule: Rule;
  readonly agent: Subject;
  /** No trace of it was ever read, and the rule looks at traces. */
  readonly isUnseen: boolean;
}

/** What every rule says of every agent and of the fleet as a whole, with nothing kept and nobody told. */
export interface Judgements {
  /** UTC epoch ms. */
  readonly at: number;
  readonly judged: readonly Judged[];
  readonly unjudged: readonly Unjudged[];
}

export interface JudgementQuery {
  readonly rules: readonly Rule[];
  readonly agents: readonly Subject[];
  /** Whether alerts of the journal go on from where they stand; else each begins anew, as those of rules that were never in force. */
  readonly goesOn: boolean;
  /** Queues as they were just read, by agent. */
  readonly queues: ReadonlyMap<string, QueueFacts>;
}

const minuteMs = 60_000;

/**
 * Judges rules as of now without keeping anything. What breaches is followed back over the time that its rule wants it to hold, so that
 * what has lasted long enough is known to fire though nobody evaluated it meanwhile.
 */
export const collectJudgements = async (
  ctx: Pick<Context, 'cache' | 'journal' | 'clock' | 'signal'>,
  fleet: Fleet,
  { rules, agents, goesOn, queues }: JudgementQuery,
): Promise<Judgements> => {
  const [cache, journal] = [await openFreshCache(ctx), await ctx.journal()];
  const now = ctx.clock.now();
  const open = goesOn ? await readOpenAlerts(journal) : [];
  const before = new Map(open.map((alert) => [keyText(alert), alert.instance]));
  const samplesAt = traceSamples(cache, fleet);
  const traces = memo((moment: number) => Promise.resolve(samplesAt(moment)));
  const own = memo((moment: number) =>
    // What waits in a queue is known of now alone.
    collectOwnSamples({ cache, journal }, fleet, { moment, rules, queues: moment === now ? queues : new Map() }),
  );
  const judged: Judged[] = [];
  const unjudged: Unjudged[] = [];
  for (const agent of agents) {
    ctx.signal.throwIfAborted();
    const known = knownUpTo(cache, fleet, agent, now);
    for (const rule of rules.filter((each) => concerns(each, agent))) {
      const found: Judged[] = [];
      for (const [word, moment, samples] of [
        ['traces', known, traces],
        ['own', now, own],
      ] as const) {
        if (moment === null || !decidesOn(word, rule)) continue;
        for (const each of labelledBy(word, rule, agent, (await samples(moment))(agent.name))) {
          const was = before.get(keyText({ rule: rule.name, agent: agent.name, label: each.label })) ?? quietInstance;
          found.push({
            ...each,
            rule,
            agent: agent.name,
            at: moment,
            instance: await followed(was, { word, rule, agent, each, moment }, samples),
          });
        }
      }
      judged.push(...found);
      if (found.length === 0) unjudged.push({ rule, agent, isUnseen: known === null && decidesOn('traces', rule) });
    }
  }
  return { at: now, judged, unjudged };
};

/** The newest moment that is known of the traces of an agent, or of any; null: none was ever read. */
const knownUpTo = (cache: Cache, fleet: Fleet, { name }: Subject, now: number): number | null => {
  if (name === wholeFleet) {
    const known = fleet.agents.flatMap((agent) => knownUpTo(cache, fleet, agent, now) ?? []);
    return known.length === 0 ? null : Math.max(...known);
  }
  const source = sourceOfAgent(fleet, name);
  const watermark = source === null ? null : watermarkOf(readProgress(cache, source), now);
  return watermark === null ? null : momentOf(watermark);
};

interface Followed {
  readonly word: Word;
  readonly rule: Rule;
  readonly agent: Subject;
  readonly each: Labelled;
  readonly moment: number;
}

/** The state that the last moments lead to. Only of what breaches, and is to do so for a while, more than one moment counts. */
const followed = async (
  was: AlertInstance,
  { word, rule, agent, each, moment }: Followed,
  samplesAt: (moment: number) => Promise<SamplesOf>,
): Promise<AlertInstance> => {
  const { timing } = rule;
  const isLong = each.judgement.said === 'breach' && timing.forMs > 0;
  const from = Math.max(was.judgedAt, moment - timing.forMs - minuteMs);
  const moments = isLong ? missedMoments(from, moment).moments : [moment];
  const observations = [];
  for (const at of moments) {
    const seen =
      at === moment ? each : labelledBy(word, rule, agent, (await samplesAt(at))(agent.name)).find(({ label }) => label === each.label);
    observations.push({ at, said: seen?.judgement.said ?? ('unknown' as const) });
  }
  return catchUp(was, observations, timing).instance;
};

const memo = <Value>(make: (key: number) => Promise<Value>): ((key: number) => Promise<Value>) => {
  const known = new Map<number, Promise<Value>>();
  return (key) => {
    const value = known.get(key) ?? make(key);
    known.set(key, value);
    return value;
  };
};
