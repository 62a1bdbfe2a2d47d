import type { CallsBy } from '../../agents/providers/dependents.ts';
import type { Fleet } from '../../fleet/agent.ts';
import type { Context } from '../../ground/runtime/context.ts';
import type { Alert } from './alert.ts';
import type { Episode, Letter } from './episode.ts';
import type { AlertTransition } from './evaluation.ts';
import { isAtRest, keyText } from './fold.ts';
import { noOwnPast, type OwnPast } from './open-own-past.ts';
import { type Outcome, outcomeOf } from './outcome.ts';
import type { Past } from './past.ts';
import { callsIn } from './provider-inhibition.ts';
import type { Rule } from './rule.ts';
import { nothingSeen } from './samples.ts';
import { allProviders, providersSubject, type Subject } from './subject.ts';
import { trackerOf } from './tracking.ts';
import { windowEdges } from './window-edges.ts';

/** What is judged again. */
export interface ReplayRequest {
  readonly rules: readonly Rule[];
  /** Agents with traces, and the fleet as a whole where it is judged; others have no past here. */
  readonly agents: readonly Subject[];
  readonly pasts: ReadonlyMap<string, Past>;
  /** What the journal held, read on as the moments go; absent: nothing. */
  readonly own?: OwnPast;
  /** First and last moment, UTC epoch ms, whole minutes. */
  readonly from: number;
  readonly until: number;
  readonly stepMs: number;
  /** How long after a moment it is judged: as long as traces take, and the pause between two ticks. */
  readonly lagMs: number;
}

/** What was said at one moment, as it is replayed. */
export interface ReplayedMoment {
  readonly moment: number;
  readonly outcome: Outcome;
}

/** So many moments later somebody may interrupt, and is told how far it is. */
const pauseEvery = 500;

/**
 * Judges moments of the past one after the other as an evaluation judges them live: the same rules, states, routes and announcements, over
 * what is known now, with nothing written and nobody told. Throws when the signal fires.
 */
export const replayAlerts = async (
  ctx: Pick<Context, 'signal' | 'clock'>,
  fleet: Pick<Fleet, 'agents' | 'budget' | 'notify' | 'sections'>,
  { rules, agents, pasts, own = noOwnPast, from, until, stepMs, lagMs }: ReplayRequest,
  on: (event: ReplayedMoment | { readonly event: 'progress'; readonly moment: number }) => void,
): Promise<void> => {
  const isAtEdge = windowEdges(rules);
  let standing: readonly Alert[] = [];
  let count = 0;
  const red = new Set<string>();
  let calls: CallsBy = new Map();
  for (let moment = from; moment <= until; moment += stepMs) {
    count += 1;
    if (count % pauseEvery === 0) {
      on({ event: 'progress', moment });
      // Lets a signal arrive, and whoever shows progress do so.
      await ctx.clock.sleep(0, ctx.signal);
    }
    const open = new Set(standing.map(({ agent }) => agent));
    // An agent at rest of which nothing new is seen stays at rest.
    const due = isAtEdge(moment - stepMs, moment)
      ? agents
      : agents.filter(({ name }) => open.has(name) || pasts.get(name)?.hasNews(moment - stepMs, moment) === true);
    // Traces are known so late; this machine's own records at once.
    const at = moment + lagMs;
    if (own.reached() < at) await own.reach(at);
    const isFirst = moment === from;
    const ownDue = [...fleet.agents, providersSubject].filter(
      ({ name }) => isFirst || open.has(name) || own.hasNews(name, at - stepMs, at),
    );
    if (due.length + ownDue.length === 0) continue;
    const tracker = trackerOf(rules, standing);
    tracker.judge('traces', due, (name) => pasts.get(name)?.at(moment) ?? nothingSeen, moment);
    const samplesOf = own.at(at);
    tracker.judge('own', ownDue, samplesOf, at);
    if (ownDue.includes(providersSubject)) calls = callsIn(samplesOf(allProviders).providers() ?? []);
    for (const { name } of ownDue)
      if ((samplesOf(name).red() ?? []).length > 0) red.add(name);
      else red.delete(name);
    if (tracker.tracked.size === 0 && standing.length === 0) continue;
    const outcome = outcomeOf({ at, fleet, rules, standing, tracked: tracker.tracked, silences: [], red, calls });
    standing = outcome.alerts.filter((alert) => !isAtRest(alert));
    on({ moment, outcome });
  }
};

/** Collects what is replayed as episodes. */
export interface EpisodeSink {
  take(replayed: ReplayedMoment): void;
  /** Those that began at or after a moment, oldest first. */
  episodes(since: number): readonly Episode[];
}

type Open = { -readonly [Key in keyof Episode]: Episode[Key] } & { letters: Letter[] };

/** Takes what would have gone to the outbox, and keeps it in memory. */
export const episodeSink = (lagMs: number): EpisodeSink => {
  const all: Open[] = [];
  const open = new Map<string, Open>();
  const begin = ({ rule, agent, label, category, severity, at, reason, exemplar }: AlertTransition): void => {
    const episode: Open = {
      ...{ rule, agent, label, category, severity, firedAt: at, resolvedAt: null, toldAt: null, quiet: null, reason, exemplar },
      letters: [],
    };
    all.push(episode);
    open.set(keyText(episode), episode);
  };
  return {
    take({ moment, outcome }) {
      for (const transition of outcome.transitions) {
        if (transition.to === 'firing') begin(transition);
        const known = open.get(keyText(transition));
        if (transition.to === 'resolved' && known !== undefined) known.resolvedAt = transition.at;
      }
      for (const announcement of outcome.announcements) {
        const episode = open.get(keyText(announcement));
        if (episode === undefined) continue;
        const at = moment + lagMs;
        if (announcement.kind === 'fire') episode.toldAt ??= at;
        episode.letters.push(...announcement.channels.map((channel) => ({ kind: announcement.kind, channel, at })));
      }
      for (const alert of outcome.alerts) {
        const episode = open.get(keyText(alert));
        if (episode !== undefined && episode.toldAt === null)
          episode.quiet = alert.quiet === null ? null : `${alert.quiet.by}: ${alert.quiet.because}`;
      }
    },
    episodes: (since) => all.filter(({ firedAt }) => firedAt >= since),
  };
};
