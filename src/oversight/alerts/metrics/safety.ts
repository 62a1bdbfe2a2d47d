import type { Agent, Fleet } from '../../../fleet/agent.ts';
import { plural } from '../../../ground/output/phrases.ts';
import type { Cache } from '../../../ground/store/port.ts';
import { readSafety, type SafetyEvidence, type SafetyQuery } from '../../../telemetry/stats/safety.cache.ts';
import type { Fact } from '../samples.ts';
import { windowBack } from './buckets-back.ts';
import type { TrafficSamples } from './traffic.ts';

/** Whether an agent may call a tool. */
export const mayCall = ({ tools }: Pick<Agent, 'tools'>, tool: string): boolean =>
  !tools.deny.includes(tool) && (tools.allow === null || tools.allow.includes(tool));

/** What traces tell of the safety of an agent, each a reason of its own. @param toolCalls only of tools that it may not call */
export const safetyReasons = ({ blocked, toolCalls, failedScores }: SafetyEvidence): readonly string[] => [
  ...(blocked > 0 ? [`a guardrail ended ${plural(blocked, 'request')}`] : []),
  ...[...toolCalls].map(
    ([tool, calls]) => `it called ${tool}, which its tools do not allow, ${calls === 1 ? 'once' : plural(calls, 'time')}`,
  ),
  ...[...failedScores].map(([score, n]) => `${score} failed ${n === 1 ? 'once' : plural(n, 'time')}`),
];

/** As `safetyReasons`, of all the tools that an agent called. */
export const safetyEventsOf = (agent: Pick<Agent, 'tools'>, seen: SafetyEvidence): readonly string[] =>
  safetyReasons({ ...seen, toolCalls: new Map([...seen.toolCalls].filter(([tool]) => !mayCall(agent, tool))) });

/** @param newest a request that a guardrail ended: it shows the first reason */
export const safetyFacts = (reasons: readonly string[], newest: Fact | undefined): readonly Fact[] =>
  reasons.map((reason, at) => (at === 0 && newest !== undefined ? { ...newest, reason } : { reason, since: null }));

const nothing: SafetyEvidence = { toolCalls: new Map(), blocked: 0, failedScores: new Map() };

/** What to look for in the traces of a fleet's agents. */
export const safetyQueryOf = ({ agents }: Pick<Fleet, 'agents'>): SafetyQuery => ({
  toolsOf: agents.filter(({ tools }) => tools.allow !== null || tools.deny.length > 0).map(({ name }) => name),
  scoresOf: new Map(agents.filter(({ safetyScores }) => safetyScores.length > 0).map(({ name, safetyScores }) => [name, safetyScores])),
});

/** Safety events in the traces of every agent as of a moment (UTC epoch ms), read once for the whole fleet. */
export const safetyAt = (cache: Cache, { agents }: Pick<Fleet, 'agents'>, moment: number) => {
  const byName = new Map(agents.map((agent) => [agent.name, agent]));
  const query = safetyQueryOf({ agents });
  const known = new Map<number, ReadonlyMap<string, SafetyEvidence>>();
  const seenIn = (windowMs: number) => {
    const found = known.get(windowMs) ?? readSafety(cache, { fromUs: (moment - windowMs) * 1000, toUs: moment * 1000 }, query);
    known.set(windowMs, found);
    return found;
  };
  return (name: string, traffic: Pick<TrafficSamples, 'blocked'>) =>
    (widthMs: number): readonly Fact[] => {
      const agent = byName.get(name);
      if (agent === undefined) return [];
      const seen = seenIn(windowBack(moment, widthMs).windowMs).get(name) ?? nothing;
      const blocked = traffic.blocked(widthMs);
      const [newest] = blocked;
      const reasons = safetyEventsOf(agent, { ...seen, blocked: Math.max(seen.blocked, blocked.length) });
      return safetyFacts(reasons, newest);
    };
};
