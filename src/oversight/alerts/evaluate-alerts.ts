import type { Fleet } from '../../fleet/agent.ts';
import { hashText } from '../../fleet/snapshot.ts';
import { isoTime } from '../../ground/output/json.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { Conflict } from '../../ground/store/conflict.ts';
import type { Cache, Journal } from '../../ground/store/port.ts';
import { humanDuration } from '../../ground/units/duration.ts';
import { openFreshCache } from '../../telemetry/stats/open-fresh-cache.ts';
import { sourceOfAgent } from '../../telemetry/traces/fleet-ownership.ts';
import { latestLate } from '../../telemetry/traces/late.cache.ts';
import { readProgress } from '../../telemetry/traces/spans.cache.ts';
import { flapping } from './alert-state.ts';
import { readOpenAlerts, readStandingAlerts } from './alerts.journal.ts';
import { collectNews, type News } from './collect-news.ts';
import { collectOwnSamples, outageWidths, traceSamples } from './collect-samples.ts';
import type { ProviderSample } from './conditions/provider-outage.ts';
import type { Evaluation, EvaluationEvent, EvaluationRequest } from './evaluation.ts';
import { readInputBefore, readLastInput } from './inputs.journal.ts';
import { newestTrace } from './metrics/cells.cache.ts';
import { lateArrivals, lateHeldMs } from './metrics/late-arrivals.ts';
import { type Missed, missedMoments, momentOf, watermarkOf } from './metrics/moments.ts';
import { readProviderPast } from './metrics/read-providers.ts';
import { type Outcome, outcomeOf } from './outcome.ts';
import { outcomeWrites } from './outcome-writes.ts';
import { callsIn } from './provider-inhibition.ts';
import { rulesOf } from './rules.ts';
import { readSilences } from './silences.journal.ts';
import { agentNamed, allProviders, fleetSubject, providersSubject, type Subject, wholeFleet } from './subject.ts';
import { trackerOf, type Word } from './tracking.ts';
import { windowEdges } from './window-edges.ts';

/** What an evaluation may touch. */
export type Evaluating = Pick<Context, 'journal' | 'cache' | 'clock' | 'secrets' | 'signal'>;

/** Where own records stand among the sources of traces. */
const ownSource = '';
/** What is known so late is worth a word. */
const lateMs = 15 * 60_000;

/**
 * Judges every rule on every agent at each moment that was not judged yet, and keeps what came of it in one commit: states, time lines, what
 * was seen, and the messages to people. Of several evaluators at once one does so, and the others change nothing. Throws when the signal fires.
 */
export const evaluateAlerts = async (
  ctx: Evaluating,
  fleet: Fleet,
  request: EvaluationRequest,
  on: (event: EvaluationEvent) => void,
): Promise<Evaluation> => {
  const [cache, journal] = [await openFreshCache(ctx), await ctx.journal()];
  const now = ctx.clock.now();
  const last = await readLastInput(journal);
  const rules = rulesOf(fleet);
  const sources = sourcesOf(cache, fleet, last?.judged ?? {}, now);
  const oldest = Math.min(now, ...sources.flatMap(({ last }) => last ?? []));
  const standing = await readStandingAlerts(journal, oldest - flapping.windowMs);
  const tracker = trackerOf(rules, standing);
  const moments = [...new Set(sources.flatMap(({ missed }) => missed.moments))].sort((a, b) => a - b);
  const samplesAt = traceSamples(cache, fleet);
  // Who was never evaluated knows of nothing yet, so that all that has arrived is new.
  const held = (await readInputBefore(journal, now - lateHeldMs)) ?? { arrived: 0, noted: null };
  const [arrived, noted] = [newestTrace(cache), latestLate(cache)];
  const isAtEdge = windowEdges(rules);
  const news = moments.length < 2 ? nothingNew : await collectNews({ cache, journal }, fleet, { after: moments[0] ?? now, until: now });
  /** Those of some agents that can be seen otherwise than at the moment before. */
  const changed = <Each extends Subject>(word: Word, agents: readonly Each[], before: number, moment: number): readonly Each[] => {
    const of = news(word, before, moment);
    const open = new Set([...standing, ...tracker.tracked.values()].map(({ agent }) => agent));
    return agents.filter(({ name }) => agentNamed(name) === null || open.has(name) || of.has(name));
  };
  const ownMoments = sourceMoments(sources, ownSource);
  const widths = outageWidths(rules);
  const from = (ownMoments[0] ?? now) - Math.max(0, ...widths);
  // One moment reads what it looks at; several share it.
  const calls = ownMoments.length < 2 || widths.length === 0 ? null : readProviderPast(cache, fleet, { from, to: now });
  let red: ReadonlySet<string> = new Set();
  let providers: readonly ProviderSample[] = [];
  for (const [at, moment] of moments.entries()) {
    ctx.signal.throwIfAborted();
    on({ event: 'judging', at: at + 1, moment, of: moments.length });
    const due = sources.filter(({ missed }) => missed.moments.includes(moment));
    const traced = due.filter(({ name }) => name !== ownSource);
    const seen = traced.length === 0 ? null : samplesAt(moment);
    for (const { name, agents, missed, last } of traced) {
      const isNewest = moment === missed.moments.at(-1);
      const since = { arrived: held.arrived ?? arrived, noted: held.noted ?? noted };
      const isLate = name !== wholeFleet && isNewest && (arrived > since.arrived || noted.run > since.noted.run);
      const query = { moment, afterTrace: since.arrived, noted: since.noted, judgedTo: last };
      const late = isLate ? lateArrivals(cache, fleet, query) : undefined;
      const before = missed.moments[missed.moments.indexOf(moment) - 1];
      const judged =
        before === undefined || late !== undefined || isAtEdge(before, moment) ? agents : changed('traces', agents, before, moment);
      if (seen !== null) tracker.judge('traces', judged, seen, moment, late);
    }
    if (!due.some(({ name }) => name === ownSource)) continue;
    // What waits in a queue is known of now alone.
    const queues = moment === now ? (request.queues ?? new Map()) : new Map();
    const before = ownMoments[ownMoments.indexOf(moment) - 1];
    // Of now everybody is judged: who is red keeps others quiet.
    const agents = before === undefined || moment === now ? fleet.agents : changed('own', fleet.agents, before, moment);
    const own = await collectOwnSamples({ cache, journal }, fleet, { moment, rules, queues, agents, calls });
    tracker.judge('own', [...agents, providersSubject], own, moment);
    providers = own(allProviders).providers() ?? [];
    red = new Set(fleet.agents.filter(({ name }) => (own(name).red() ?? []).length > 0).map(({ name }) => name));
  }
  const at = Math.max(now, (last?.at ?? 0) + 1);
  const silences = await readSilences(journal, at);
  const outcome = outcomeOf({ at, fleet, rules, standing, tracked: tracker.tracked, silences, red, calls: callsIn(providers) });
  const watermarks = sources.filter(({ name }) => name !== ownSource && name !== wholeFleet).flatMap(({ watermark }) => watermark ?? []);
  const watermark = watermarks.length === 0 ? null : Math.min(...watermarks);
  const input = {
    at,
    watermark,
    judged: Object.fromEntries(sources.flatMap(({ name, last, missed }) => judgedOf(name, missed.moments.at(-1) ?? last))),
    arrived,
    noted,
    rules: hashText(JSON.stringify(rules)),
    seen: outcome.seen,
    queues: Object.fromEntries([...(request.queues ?? [])].map(([agent, { depth, workers }]) => [agent, { depth, workers }])),
    standing: isNewDay(last?.at ?? null, at) ? outcome.before : null,
  };
  const problems = sources.flatMap((source) => problemsOf(source, now));
  const done = { at, watermark, moments: Math.max(0, ...sources.map(({ missed }) => missed.moments.length)) };
  try {
    await journal.commit(
      outcomeWrites({ fleet, outcome, input, previous: last?.at ?? null, cache, suggest: request.suggest, mask: ctx.secrets.mask }),
    );
  } catch (thrown) {
    if (!(thrown instanceof Conflict)) throw thrown;
    return {
      ...done,
      ...(await nothingOf(journal)),
      problems: [...problems, 'another evaluation was made meanwhile: this one changed nothing'],
    };
  }
  for (const transition of outcome.transitions) on({ event: 'transition', transition });
  return { ...done, ...shownOf(outcome), problems };
};

const nothingNew: News = () => new Set();

const sourceMoments = (sources: readonly Source[], name: string): readonly number[] =>
  sources.find((source) => source.name === name)?.missed.moments ?? [];

/** Where an agent's word comes from: one backend of traces, or this machine's own records. What all of them tell is the word on the fleet as a whole. */
interface Source {
  readonly name: string;
  readonly agents: readonly Subject[];
  /** Up to when it is known, UTC epoch ms; null: nothing ever came. */
  readonly watermark: number | null;
  /** The newest moment of it that was judged. */
  readonly last: number | null;
  readonly missed: Missed;
}

const sourcesOf = (cache: Cache, fleet: Fleet, judged: Readonly<Record<string, number>>, now: number): readonly Source[] => {
  const agents = new Map<string, Subject[]>([[ownSource, [...fleet.agents]]]);
  for (const agent of fleet.agents) {
    const name = sourceOfAgent({ agents: [agent], backends: fleet.backends }, agent.name);
    if (name === null) continue;
    const known = agents.get(name);
    if (known === undefined) agents.set(name, [agent]);
    else known.push(agent);
  }
  const sourceOf = (name: string, members: readonly Subject[], watermark: number | null): Source => {
    const last = judged[name] ?? null;
    // What ended a moment ago is seen now: only traces are complete by the minute.
    const newest = watermark === null || name === ownSource ? watermark : momentOf(watermark);
    const missed = newest === null ? { moments: [], leftOutMs: 0 } : missedMoments(last, newest);
    return { name, agents: members, watermark, last, missed };
  };
  const sources = [...agents].map(([name, members]) =>
    sourceOf(name, members, name === ownSource ? now : watermarkOf(readProgress(cache, name), now)),
  );
  const whole = fleetSubject(fleet);
  if (whole === null) return sources;
  // What was spent is spent, however late others are: a backend that stands still must not keep the fleet from being judged.
  const known = sources.flatMap(({ name, watermark }) => (name === ownSource ? [] : (watermark ?? [])));
  return [...sources, sourceOf(wholeFleet, [whole], known.length === 0 ? null : Math.max(...known))];
};

const judgedOf = (name: string, moment: number | null): readonly (readonly [string, number])[] => (moment === null ? [] : [[name, moment]]);

const problemsOf = ({ name, watermark, missed: { leftOutMs, moments } }: Source, now: number): readonly string[] => {
  // Its sources tell what they lack.
  if (name === wholeFleet) return [];
  const what = name === ownSource ? 'checks' : `traces of ${name}`;
  const leftOut =
    leftOutMs === 0
      ? []
      : [`nobody judged ${what} for ${humanDuration(leftOutMs)} before ${isoTime(moments[0] ?? now)}: too long to be made up for`];
  if (watermark === null || now - watermark <= lateMs) return leftOut;
  return [
    ...leftOut,
    `${what} are known up to ${isoTime(watermark)} only, ${humanDuration(now - watermark)} ago: what happened since is not judged yet`,
  ];
};

const dayMs = 86_400_000;
/** Whether an evaluation is the first of its UTC day; it keeps how every alert stood before it. */
export const isNewDay = (last: number | null, at: number): boolean => last === null || Math.floor(last / dayMs) !== Math.floor(at / dayMs);

const shownOf = ({ alerts, transitions, announcements }: Outcome) => {
  const open = alerts.filter(({ instance: { state } }) => state !== 'inactive' && state !== 'resolved');
  return { open, firing: open.filter(({ instance }) => instance.state !== 'pending'), transitions, announcements };
};

const nothingOf = async (journal: Journal) => {
  const alerts = await readOpenAlerts(journal);
  return shownOf({ alerts, transitions: [], announcements: [], seen: [], before: [], changed: [] });
};
