import type { Mitigation } from '../../controls/actions/mitigation.ts';
import { endedMitigations, standingMitigations } from '../../controls/actions/mitigations.journal.ts';
import type { Agent, Fleet } from '../../fleet/agent.ts';
import type { Context } from '../../ground/runtime/context.ts';
import type { Journal } from '../../ground/store/port.ts';
import { freshUntil } from '../../quality/health/due.ts';
import { beatsBetween, resultsBetween } from '../../quality/health/past-results.journal.ts';
import { lastBeat } from '../../quality/health/results.journal.ts';
import { foldDepth } from '../../quality/health/streak.ts';
import { openCheckPast } from './check-past.ts';
import type { SamplesOf } from './collect-samples.ts';
import { countUpTo } from './in-order.ts';
import { type KeptQueues, readKeptQueues } from './inputs.journal.ts';
import { checkSamples } from './metrics/check-facts.ts';
import { overdueFact, wasOverdue } from './metrics/overdue.ts';
import type { Rule } from './rule.ts';
import { nothingSeen } from './samples.ts';

/** What the journal held, asked as of one moment after the other: checks, heartbeats, mitigations, and queues as far as ticks wrote them down. */
export interface OwnPast {
  /** Reads what moments up to one (UTC epoch ms) look at; must be waited for before they are asked. */
  reach(moment: number): Promise<void>;
  /** How far it was read, UTC epoch ms. */
  readonly reached: () => number;
  /** Whether an agent can be seen otherwise at a moment than at one before: else what is at rest stays at rest. */
  hasNews(agent: string, before: number, moment: number): boolean;
  at(moment: number): SamplesOf;
  /** What was found so far. */
  readonly found: () => OwnFound;
}

/** When the first of each was that was found, UTC epoch ms; null: none was. */
export interface OwnFound {
  readonly results: number | null;
  readonly beats: number | null;
  /** Looks of ticks at queues. */
  readonly queues: number | null;
}

/** Of a journal that holds nothing. */
export const noOwnPast: OwnPast = {
  reach: async () => undefined,
  reached: () => Number.POSITIVE_INFINITY,
  hasNews: () => false,
  at: () => () => nothingSeen,
  found: () => nothingFound,
};

const nothingFound: OwnFound = { results: null, beats: null, queues: null };

const dayMs = 86_400_000;
/** So much is in memory at once. */
const pieceMs = dayMs;
/** Results older than that say nothing of how a check stands. */
const mostBackMs = 35 * dayMs;
/** What a tick read of a queue counts for so long. */
const queueHeldMs = 2 * 60_000;

const nowhere = Number.NEGATIVE_INFINITY;

/** @param from the first moment that will be asked for, UTC epoch ms @param stepMs how far apart they are */
export const openOwnPast = async (
  ctx: Pick<Context, 'journal'>,
  { agents }: Pick<Fleet, 'agents'>,
  { rules, from, stepMs }: { readonly rules: readonly Rule[]; readonly from: number; readonly stepMs: number },
): Promise<OwnPast> => {
  const journal = await ctx.journal();
  const widths = rules.flatMap(({ test }) => (test.type === 'safety' ? test.widths : []));
  const wantsQueues = rules.some(({ test }) => test.type === 'queue_depth');
  const known = new Map(agents.map((agent) => [agent.name, openAgent(agent, widths)]));
  const mitigations = byAgent([...(await standingMitigations(journal)), ...(await endedMitigations(journal, from))]);
  let queues: readonly KeptQueues[] = [];
  let reached = nowhere;
  let found = nothingFound;
  const read = async (after: number, until: number): Promise<void> => {
    for (const each of known.values()) {
      const taken = await takePiece(journal, each, { after, until, isFirst: reached === nowhere });
      found = { ...found, results: earlier(found.results, taken.results), beats: earlier(found.beats, taken.beats) };
    }
    if (!wantsQueues) return;
    const more = await readKeptQueues(journal, { from: after + 1, to: until + 1 });
    queues = [...queues.filter(({ at }) => at > after - queueHeldMs - stepMs), ...more];
    found = { ...found, queues: earlier(found.queues, more[0]?.at ?? null) };
  };
  const queueAt = (agent: string, moment: number) =>
    queues.findLast((each) => each.at <= moment && each.at > moment - Math.max(queueHeldMs, stepMs) && agent in each.queues)?.queues[
      agent
    ] ?? null;
  return {
    async reach(moment) {
      while (reached < moment) {
        const after = reached === nowhere ? from - 1 : reached;
        const until = Math.max(moment, after + pieceMs);
        await read(after, until);
        reached = until;
      }
    },
    reached: () => reached,
    hasNews: (agent, before, moment) =>
      mitigations.has(agent) || (wantsQueues && queueAt(agent, moment) !== null) || known.get(agent)?.hasEdge(before, moment) === true,
    at: (moment) => (name) => {
      const each = known.get(name);
      const overdue = (mitigations.get(name) ?? []).filter((mitigation) => wasOverdue(mitigation, moment));
      return {
        ...nothingSeen,
        ...(each === undefined || each.checks.length === 0 ? {} : each.at(moment)),
        overdue: () => overdue.map(overdueFact),
        queue: () => queueAt(name, moment),
      };
    },
    found: () => found,
  };
};

type AgentPast = ReturnType<typeof openAgent>;

const openAgent = (agent: Agent, safetyWidths: readonly number[]) => {
  const checks = agent.checks.map((check) => ({ check, past: openCheckPast(check, safetyWidths) }));
  let edges: readonly number[] = [];
  return {
    agent,
    checks,
    hasEdge: (before: number, moment: number): boolean => countUpTo(edges, itself, moment) > countUpTo(edges, itself, before),
    refreshEdges: (after: number): void => {
      const later = edges.filter((edge) => edge > after);
      edges = [...later, ...checks.flatMap(({ past }) => past.edges())].sort((a, b) => a - b);
    },
    at: (moment: number) =>
      checkSamples(
        agent,
        checks.map(({ past }) => past.at(moment)),
        moment,
      ),
  };
};

/** The earlier of two instants, where there are two. */
const earlier = (one: number | null, other: number | null): number | null =>
  one === null ? other : other === null ? one : Math.min(one, other);

const itself = (instant: number): number => instant;

/** What came after one instant and up to another; of what came before the first piece, what moments still look at. */
const takePiece = async (
  journal: Journal,
  { agent, checks, refreshEdges }: AgentPast,
  { after, until, isFirst }: { readonly after: number; readonly until: number; readonly isFirst: boolean },
): Promise<Pick<OwnFound, 'results' | 'beats'>> => {
  if (checks.length === 0) return nothingFound;
  const since = isFirst ? after - backOf(agent, after) : after;
  const results = await resultsBetween(journal, agent.name, { after: since, until });
  let firstBeat: number | null = null;
  for (const { check, past } of checks) {
    past.forget(after);
    const last = isFirst && check.heartbeat !== null ? await lastBeat(journal, agent.name, check.id, since) : null;
    const beats = check.heartbeat === null ? [] : await beatsBetween(journal, agent.name, check.id, { after: since, until });
    const known = last === null ? beats : [last, ...beats];
    firstBeat = earlier(firstBeat, known[0]?.at ?? null);
    past.take(
      results.filter((result) => result.check === check.id),
      known,
    );
  }
  refreshEdges(after);
  return { results: results[0]?.endedAt ?? null, beats: firstBeat };
};

/** How long before an instant (UTC epoch ms) results still tell how a check of an agent stands, ms. */
const backOf = ({ checks }: Agent, instant: number): number =>
  Math.min(mostBackMs, Math.max(dayMs, ...checks.map((check) => foldDepth(check) * (freshUntil(check, instant) - instant))));

const byAgent = (mitigations: readonly Mitigation[]): ReadonlyMap<string, readonly Mitigation[]> =>
  new Map([...new Set(mitigations.map(({ agent }) => agent))].map((name) => [name, mitigations.filter(({ agent }) => agent === name)]));
