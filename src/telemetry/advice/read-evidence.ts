import type { Fleet } from '../../fleet/agent.ts';
import type { Cache } from '../../ground/store/port.ts';
import { type Range, widthUs } from '../../ground/units/window.ts';
import { splitPair } from '../traces/codes.ts';
import { type Dictionary, dictionaryOf } from '../traces/dictionary.cache.ts';
import type { Call, Day, Evidence, Stretch } from './call.ts';
import { type AgentCall, type AgentDay, readAgentDays, readCallsBetween, readCallsOfPrompts } from './calls.cache.ts';
import { mostOfPrompts, samplingOf } from './sampling.ts';

/** What the cache tells of the model calls of some agents in a window; agents without one are left out. Run `rebuildRollups` first. */
export const readEvidence = (cache: Cache, fleet: Fleet, names: readonly string[], window: Range): readonly Evidence[] => {
  const words = dictionaryOf(cache);
  const numbers = new Map(
    names.flatMap((name) => {
      const number = words.find('agent', name);
      return number === null ? [] : [[number, name] as const];
    }),
  );
  const days = readAgentDays(cache, window).filter(({ agent, calls }) => numbers.has(agent) && calls > 0);
  if (days.length === 0) return [];
  const agents = [...new Set(days.map(({ agent }) => agent))];
  const plan = samplingOf(
    window,
    days.reduce((sum, { calls }) => sum + calls, 0),
  );
  const stretches = plan.ranges.map((range) => ({ range, byAgent: byAgent(readCallsBetween(cache, range, agents)) }));
  const prompts =
    plan.promptsEvery === null
      ? null
      : byAgent(readCallsOfPrompts(cache, window, agents, { every: plan.promptsEvery, most: 2 * mostOfPrompts }));
  return agents.map((number) => {
    const own = stretches.map(({ range, byAgent: calls }): Stretch => ({ range, calls: calls.get(number) ?? [] }));
    return evidenceOf({
      agent: numbers.get(number) ?? '',
      tags: fleet.agents.find(({ name }) => name === numbers.get(number))?.tags ?? [],
      days: days.filter(({ agent }) => agent === number),
      stretches: own,
      prompts: prompts === null ? null : { range: window, calls: prompts.get(number) ?? [] },
      window,
      words,
    });
  });
};

const byAgent = (found: Iterable<AgentCall>): ReadonlyMap<number, readonly Call[]> => {
  const calls = new Map<number, Call[]>();
  for (const { agent, call } of found) {
    const known = calls.get(agent);
    if (known === undefined) calls.set(agent, [call]);
    else known.push(call);
  }
  for (const each of calls.values()) each.sort((a, b) => a.startUs - b.startUs || a.trace - b.trace);
  return calls;
};

interface Found extends Pick<Evidence, 'agent' | 'tags' | 'stretches'> {
  readonly days: readonly AgentDay[];
  readonly prompts: Stretch | null;
  readonly window: Range;
  readonly words: Dictionary;
}

const evidenceOf = ({ agent, tags, days: found, stretches: all, prompts: sampled, window, words }: Found): Evidence => {
  const firstDay = found[0]?.day ?? 0;
  const lastDay = Math.max(firstDay, Math.ceil(window.toUs / widthUs.day) - 1);
  const costs = new Map(found.map(({ day, costNanos }) => [day, costNanos]));
  const days: Day[] = [];
  for (let day = firstDay; day <= lastDay; day++) days.push({ startUs: day * widthUs.day, costNanos: costs.get(day) ?? 0 });
  const since = { fromUs: Math.max(window.fromUs, firstDay * widthUs.day), toUs: window.toUs };
  const within = ({ range, calls }: Stretch): Stretch => ({
    range: { fromUs: Math.max(range.fromUs, since.fromUs), toUs: range.toUs },
    calls: calls.filter(({ startUs }) => startUs >= since.fromUs && startUs < since.toUs),
  });
  const stretches = all.filter(({ range }) => range.toUs > since.fromUs).map(within);
  const sums = found.reduce((sum, { priced, unpriced }) => ({ priced: sum.priced + priced, all: sum.all + priced + unpriced }), {
    priced: 0,
    all: 0,
  });
  return {
    ...{ agent, tags, days, stretches },
    prompts: sampled === null ? (stretches[0] ?? { range: since, calls: [] }) : within(sampled),
    span: (since.toUs - since.fromUs) / widthUs.day,
    priced: sums.all === 0 ? 0 : sums.priced / sums.all,
    word: (number) => words.word(number),
    model: (number) => {
      const [provider, model] = splitPair(words.word(number));
      return model === null ? null : { provider, model };
    },
  };
};
