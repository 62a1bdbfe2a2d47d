import { chainOf } from '../../agents/providers/chain.ts';
import { providersOf } from '../../agents/providers/provider.ts';
import { standingMitigations } from '../../controls/actions/mitigations.journal.ts';
import type { QueueFacts } from '../../controls/queues/port.ts';
import { queueName } from '../../controls/queues/queue-name.ts';
import { depthOf, type QueueSample, sampleOf, waitOf } from '../../controls/queues/queue-sample.ts';
import { readQueues } from '../../controls/queues/read-queues.ts';
import { forgetWrite, readSamples, sampleWrite } from '../../controls/queues/samples.journal.ts';
import type { Agent, Fleet } from '../../fleet/agent.ts';
import type { Slot } from '../../fleet/slots.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { readOpenAlerts } from '../../oversight/alerts/alerts.journal.ts';
import { rulesOf } from '../../oversight/alerts/rules.ts';
import { findRuns } from '../runbooks/runs.journal.ts';
import { readActs } from './acts.journal.ts';
import { ruleOf } from './agent-rule.ts';
import { actsOfRuns, actsWindowMs, inOrder } from './past-acts.ts';
import { ratesOf, rateWindowMs } from './queue-rates.ts';
import { readReplicas } from './read-replicas.ts';
import { restraintsOf } from './restraints.ts';
import { confirmMs, decide, gapMs, type Sample } from './scale-rule.ts';
import type { ScaleView } from './scale-view.ts';
import { type Replicas, whyUnknown, workersOf } from './worker-count.ts';

export interface ScaleRequest {
  readonly agents: readonly Agent[];
  /** Looks again after a few seconds where nobody looked lately, because one look decides nothing. */
  readonly looksTwice: boolean;
  /** Whose controls are looked at: of all agents, or of those alone that say in the manifest how they scale. */
  readonly controls: 'all' | 'declared';
}

export type ScaleEvent = { readonly event: 'looking'; readonly queues: number } | { readonly event: 'again'; readonly inMs: number };

/** What was seen, and what kept anything from being seen: a sentence each, untrusted and masked. */
export interface ScaleReport {
  /** In the order that was asked for; without agents that have no queue. */
  readonly views: readonly ScaleView[];
  readonly problems: readonly string[];
}

const mostRuns = 1000;

const hasQueue = (agent: Agent): agent is Agent & { readonly queue: Slot } => agent.queue !== undefined && agent.queue !== null;

/** Looks at queues and at their workers, keeps what was seen, and decides by the rule of each agent what is to become of the number of its workers. */
export const collectScale = async (
  ctx: Context,
  fleet: Fleet,
  { agents, looksTwice, controls }: ScaleRequest,
  on: (event: ScaleEvent) => void,
): Promise<ScaleReport> => {
  const journal = await ctx.journal();
  const queued = agents.filter(hasQueue);
  if (queued.length === 0) return { views: [], problems: [] };
  on({ event: 'looking', queues: queued.length });
  const controlled = queued.filter(({ scale }) => controls === 'all' || (scale !== undefined && scale !== null));
  const replicas = await readReplicas(ctx, fleet, controlled);
  const look = async () => keep(ctx, queued, replicas, await readQueues(ctx, queued));
  let seen = await look();
  let pasts = await readPasts(ctx, queued);
  if (looksTwice && queued.some(({ name }) => !wasSeenBefore(pasts.get(name) ?? [], seen.at))) {
    on({ event: 'again', inMs: confirmMs });
    await ctx.clock.sleep(confirmMs, ctx.signal);
    seen = await look();
    pasts = await readPasts(ctx, queued);
  }
  const now = ctx.clock.now();
  const runs = (await findRuns(journal, { since: now - actsWindowMs, open: false }, mostRuns)).filter(
    ({ isUnbegun }) => isUnbegun !== true,
  );
  const [alerts, rules, mitigations] = [await readOpenAlerts(journal), rulesOf(fleet), await standingMitigations(journal)];
  const firstProvider = (agent: Agent) => chainOf(providersOf(fleet), agent)[0]?.provider ?? null;
  const views: ScaleView[] = [];
  for (const agent of queued) {
    const { name, scale } = agent;
    const facts = seen.facts.get(name);
    if (facts === undefined) continue;
    const past = pasts.get(name) ?? [];
    const told = await readActs(journal, name, now - actsWindowMs);
    const acts = inOrder(actsOfRuns(runs, name), told);
    const rule = ruleOf(agent);
    const workers = workersOf(facts, replicas.get(name) ?? null, scale?.consumers ?? 1, told.at(-1) ?? null, now);
    const scene = {
      now,
      workers: workers.count,
      samples: past.map(seenOf),
      acts,
      ...restraintsOf({ name, provider: firstProvider(agent) }, alerts, rules, mitigations),
    };
    const decision = decide(rule, scene);
    const why = decision.cause === 'unknown' ? (whyUnknown(facts, workers) ?? decision.why) : decision.why;
    views.push({
      agent: name,
      queue: queueName(agent.queue),
      kind: agent.queue.kind,
      at: seen.at,
      facts,
      rates: ratesOf(past),
      workers,
      rule,
      decision: { ...decision, why },
      lastAct: acts.at(-1) ?? null,
      control: agent.controls.scale?.kind ?? null,
      isAuto: scale?.auto ?? false,
    });
  }
  return { views, problems: seen.problems };
};

/** What was seen of queues, as far back as a decision or a rate may look. */
const readPasts = async (ctx: Pick<Context, 'journal' | 'clock'>, agents: readonly Agent[]) => {
  const [journal, now] = [await ctx.journal(), ctx.clock.now()];
  const pasts = new Map<string, readonly QueueSample[]>();
  for (const agent of agents) {
    const since = now - Math.max(rateWindowMs, ruleOf(agent).forMs) - gapMs;
    pasts.set(agent.name, await readSamples(journal, agent.name, since));
  }
  return pasts;
};

const wasSeenBefore = (past: readonly QueueSample[], now: number): boolean =>
  past.some(({ at }) => now - at >= confirmMs && now - at <= gapMs);

const seenOf = (sample: QueueSample): Sample => ({ at: sample.at, depth: depthOf(sample), waitMs: waitOf(sample) });

interface Seen {
  /** UTC epoch ms. */
  readonly at: number;
  readonly facts: ReadonlyMap<string, QueueFacts>;
  readonly problems: readonly string[];
}

const keep = async (
  ctx: Pick<Context, 'journal' | 'clock'>,
  agents: readonly Agent[],
  replicas: ReadonlyMap<string, Replicas>,
  { facts, problems }: Pick<Seen, 'facts' | 'problems'>,
): Promise<Seen> => {
  const at = ctx.clock.now();
  const countOf = (agent: string) => {
    const found = replicas.get(agent);
    return found !== undefined && 'count' in found ? found.count : null;
  };
  const writes = agents.flatMap(({ name }) => {
    const seen = facts.get(name);
    return seen === undefined ? [] : [sampleWrite(name, sampleOf(at, seen, countOf(name)))];
  });
  if (writes.length > 0) await (await ctx.journal()).commit([...writes, forgetWrite(at)], 'kill');
  return { at, facts, problems };
};
