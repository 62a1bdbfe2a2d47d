import { dirname } from 'node:path';
import { loadListPrices } from '../../agents/prices/load-list-prices.ts';
import { openPricer } from '../../agents/prices/span-cost.ts';
import type { Fleet } from '../../fleet/agent.ts';
import { seededRandom } from '../../ground/math/seeded.ts';
import type { Context } from '../../ground/runtime/context.ts';
import type { Cache } from '../../ground/store/port.ts';
import { type Range, widthUs } from '../../ground/units/window.ts';
import { openFreshCache } from '../stats/open-fresh-cache.ts';
import type { AdviceReport, Saved } from './advice-report.ts';
import { callsOf, type Evidence } from './call.ts';
import { readTraceIds } from './calls.cache.ts';
import { combinedSaving } from './combined.ts';
import type { Advice, Draft } from './draft.ts';
import { drawDays, spentOf } from './estimate.ts';
import { judgeAgent } from './judge-agent.ts';
import { limitAdvice } from './limit-advice.ts';
import { nextStep } from './next-step.ts';
import type { PriceOf } from './pricing.ts';
import { readEvidence } from './read-evidence.ts';
import { readRequests } from './read-requests.ts';
import { type Finding, type Strategy, strategies } from './saving.ts';
import { savedByPromptCache } from './strategies/prompt-cache.ts';

export interface AdviceQuery {
  /** Names; empty: every agent. */
  readonly agents: readonly string[];
  /** Microseconds. The UTC day that it begins in is looked at whole. */
  readonly window: Range;
  /** Empty: all. */
  readonly strategies?: readonly Strategy[];
}

/** How far it is. */
export type AdviceEvent = { readonly kind: 'reading' } | { readonly kind: 'judging'; readonly agent: string };

/** Ways to spend less on agents, from what the cache knows of their calls: the same for the same cache and instant. */
export const collectAdvice = async (
  ctx: Context,
  fleet: Fleet,
  { agents: named, window: asked, strategies: only = [] }: AdviceQuery,
  on: (event: AdviceEvent) => void = () => undefined,
): Promise<AdviceReport> => {
  const cache = await openFreshCache(ctx);
  const window = { fromUs: Math.floor(asked.fromUs / widthUs.day) * widthUs.day, toUs: asked.toUs };
  const names = fleet.agents.flatMap(({ name }) => (named.length === 0 || named.includes(name) ? [name] : []));
  const isWanted = (strategy: Strategy): boolean => only.length === 0 || only.includes(strategy);
  const price = await loadPrice(fleet);
  const draws = drawDays(seededRandom(1));
  on({ kind: 'reading' });
  const evidence = strategies.some((each) => each !== 'budget' && isWanted(each)) ? readEvidence(cache, fleet, names, window) : [];
  const judged = evidence.map((each) => {
    on({ kind: 'judging', agent: each.agent });
    return { agent: each.agent, advice: judgeAgent(each, price, draws, isWanted) };
  });
  if (isWanted('budget'))
    for (const each of readRequests(cache, names, window)) judged.push({ agent: each.evidence.agent, advice: limitAdvice(each, draws) });
  const findings = wordedFindings(
    cache,
    fleet,
    judged.flatMap(({ advice }) => advice.drafts),
  );
  const spent = new Map(evidence.map((each) => [each.agent, spentOf(each.days, each.span)]));
  return {
    fleet: fleet.name,
    generatedAt: ctx.clock.now(),
    window,
    findings,
    combined: combinedSaving(findings, spent),
    spent: [...spent.values()].reduce((sum, cost) => sum + cost, 0),
    saved: isWanted('prompt-cache') ? savedAlready(evidence, price) : [],
    problems: shortfalls(names, judged),
    sampled: sampledShare(evidence),
  };
};

/** Prices calls as a sync does, but never by what a source says they cost. */
const loadPrice = async (fleet: Fleet): Promise<PriceOf> => {
  const pricer = openPricer(fleet.prices, await loadListPrices(), false);
  return ({ provider, model }, { input, output, cachedRead, cachedWrite, cachedWrite1h }, atUs) =>
    pricer({
      provider,
      model,
      tokens: { input, output, cachedRead, cachedWrite, cachedWrite1h, reasoning: null },
      startUs: atUs,
      serviceTier: null,
      reportedCostNanos: null,
    }).nanos;
};

/** Drafts with the ids of their traces and the next step, what saves most first. */
const wordedFindings = (cache: Cache, fleet: Fleet, drafts: readonly Draft[]): readonly Finding[] => {
  const ids = readTraceIds(
    cache,
    drafts.flatMap(({ traces }) => traces),
  );
  return drafts
    .map(({ traces, step, ...draft }): Finding => {
      const agent = fleet.agents.find(({ name }) => name === draft.agent);
      const next = nextStep(step, agent ?? { name: draft.agent, endpoint: null, evals: [] }, dirname(fleet.path));
      return { strategy: step.kind, ...draft, exemplars: traces.flatMap((number) => ids.get(number) ?? []), next };
    })
    .sort((a, b) => b.saving.mid - a.saving.mid || (a.agent < b.agent ? -1 : 1));
};

const savedAlready = (evidence: readonly Evidence[], price: PriceOf): readonly Saved[] =>
  evidence.flatMap((each): readonly Saved[] => {
    const dollars = savedByPromptCache(each, price);
    return dollars === null || dollars === 0 ? [] : [{ agent: each.agent, strategy: 'prompt-cache', dollars }];
  });

type Judged = readonly { readonly agent: string; readonly advice: Advice }[];

const shortfalls = (names: readonly string[], judged: Judged): AdviceReport['problems'] => {
  const silent = names.filter((name) => judged.every(({ agent }) => agent !== name));
  return [
    ...judged.flatMap(({ agent, advice }) => advice.lacks.map((lack) => ({ agent, ...lack }))),
    ...silent.map((agent) => ({ agent, strategy: null, missing: 'nothing is known of what it asked models' })),
  ];
};

/** Of what was spent, the share of the calls that were looked at one by one. */
const sampledShare = (evidence: readonly Evidence[]): number => {
  let [seen, spent] = [0, 0];
  for (const each of evidence) {
    for (const { costNanos } of each.days) spent += costNanos;
    for (const { costNanos } of callsOf(each)) seen += costNanos;
  }
  return spent === 0 ? 1 : Math.min(1, seen / spent);
};
