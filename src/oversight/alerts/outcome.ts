import type { CallsBy } from '../../agents/providers/dependents.ts';
import { providersOf } from '../../agents/providers/provider.ts';
import type { Fleet } from '../../fleet/agent.ts';
import { type Destination, routeOf, routesOf } from '../notify/route.ts';
import type { Alert, Silence } from './alert.ts';
import { catchUp, type Timing } from './alert-state.ts';
import type { AlertAnnouncement, AlertTransition } from './evaluation.ts';
import { atRest, type Folded, foldAlert, isAtRest, keyText, type Standing } from './fold.ts';
import type { SeenAlert, StandingAlert } from './inputs.journal.ts';
import { agentsBehind, providersOut } from './provider-inhibition.ts';
import { makesRed, quietingOf, redAbove } from './quieting.ts';
import type { Rule } from './rule.ts';
import { agentNamed, allProviders, subjectsOf } from './subject.ts';
import type { Tracked } from './tracking.ts';

/** What an evaluation decides by, when everything was judged. */
export interface Decisive {
  /** UTC epoch ms. */
  readonly at: number;
  readonly fleet: Pick<Fleet, 'agents' | 'budget' | 'notify' | 'sections'>;
  readonly rules: readonly Rule[];
  readonly standing: readonly Alert[];
  readonly tracked: ReadonlyMap<string, Tracked>;
  readonly silences: readonly Silence[];
  /** Agents whose checks make them red. */
  readonly red: ReadonlySet<string>;
  /** Who called which provider of late. */
  readonly calls: CallsBy;
}

/** One alert before and after an evaluation. */
export interface Changed {
  readonly alert: Alert;
  /** Null: it is gone from the manifest. */
  readonly rule: Rule | null;
  readonly before: Standing;
  readonly folded: Folded;
  /** Where the routes of this moment lead, and what is told of together there. */
  readonly destinations: readonly Destination[];
}

export interface Outcome {
  readonly changed: readonly Changed[];
  readonly alerts: readonly Alert[];
  readonly transitions: readonly AlertTransition[];
  readonly announcements: readonly AlertAnnouncement[];
  /** For the journal: see `EvaluationInput`. */
  readonly seen: readonly SeenAlert[];
  readonly before: readonly StandingAlert[];
}

/** An alert that nobody judges any more ends at once. */
const withoutRule: Timing = { forMs: 0, keepFiringMs: 0, onNoData: 'ok' };

/** Draws the conclusions of what was seen: states first, since who is told of one alert depends on how others stand. */
export const outcomeOf = ({ at, fleet, rules, standing, tracked, silences, red, calls }: Decisive): Outcome => {
  const byName = new Map(rules.map((rule) => [rule.name, rule]));
  const agents = new Map(fleet.agents.map((agent) => [agent.name, agent]));
  const subjects = new Set([...subjectsOf(fleet).map(({ name }) => name), allProviders]);
  const known = new Map(standing.map((alert) => [keyText(alert), alert]));
  const judged = [...new Set([...known.keys(), ...tracked.keys()])].map((key) => {
    const [alert, seen] = [known.get(key) ?? null, tracked.get(key) ?? null];
    const before: Standing = alert === null || isAtRest(alert) ? atRest : { instance: alert.instance, told: alert.told };
    const rule = seen?.rule ?? byName.get(alert?.rule ?? '') ?? null;
    const isGone = seen === null && (rule === null || !subjects.has(alert?.agent ?? ''));
    const timing = isGone ? withoutRule : (rule?.timing ?? withoutRule);
    const observations = isGone ? [{ at, said: 'clear' as const }] : (seen?.observations ?? []);
    return {
      alert,
      seen,
      rule,
      before,
      timing,
      observations,
      now: standAs(isGone ? unjudged(alert, rule) : alert, seen, catchUp(before.instance, observations, timing).instance),
    };
  });
  const routes = routesOf(fleet);
  const redAgents = new Set([...red, ...judged.filter(({ now }) => makesRed(now)).map(({ now }) => now.agent)]);
  const redParents = redAbove(fleet.agents, redAgents);
  const outProviders = agentsBehind(fleet.agents, providersOf(fleet), calls, providersOut(judged.map(({ now }) => now)));
  const changed = judged.map(({ rule, before, timing, observations, now }): Changed & { readonly seen: SeenAlert } => {
    const agent = agents.get(now.agent) ?? null;
    const quiet = quietingOf({ now: at, alert: now, rule, agent, silences, redParents, outProviders });
    const { channels, destinations } = routeOf(routes, { category: now.category, severity: now.severity, rule: now.rule, agent, at });
    const seen: SeenAlert = {
      ...{ rule: now.rule, agent: now.agent, label: now.label, severity: now.severity },
      ...{ timing, remind: rule?.remind ?? null, observations, quiet, route: channels },
    };
    const folded = foldAlert(before, seen, at);
    return { alert: { ...now, instance: folded.instance, told: folded.told, quiet }, rule, before, folded, destinations, seen };
  });
  return {
    changed: changed.filter(({ before, alert }) => !isAtRest(before) || !isAtRest(alert)),
    alerts: changed.map(({ alert }) => alert),
    transitions: changed.flatMap(transitionsOf),
    announcements: changed.flatMap(announcementsOf),
    seen: changed.filter(({ before, alert }) => !isAtRest(before) || !isAtRest(alert)).map(({ seen }) => seen),
    before: standing
      .filter((alert) => !isAtRest(alert))
      .map(({ rule, agent, label, instance, told }) => ({ rule, agent, label, instance, told })),
  };
};

/** An alert that ends for want of a judge says so: nobody is to take it for the end of what it told of. */
const unjudged = (alert: Alert | null, rule: Rule | null): Alert | null => {
  if (alert === null) return null;
  const why = `nobody judges it any more: ${rule === null ? `rule ${alert.rule}` : (agentNamed(alert.agent) ?? 'a budget of the fleet')} is no longer in the manifest`;
  const { judgement } = alert;
  // One that flaps ends over several evaluations.
  return judgement.reason.endsWith(why) ? alert : { ...alert, judgement: { ...judgement, reason: `${judgement.reason}; ${why}` } };
};

/** The alert as it was, with what was seen of it now. One of the two is there. */
const standAs = (alert: Alert | null, seen: Tracked | null, instance: Alert['instance']): Alert => {
  const seenAt = seen?.observations.at(-1)?.at ?? Number.NEGATIVE_INFINITY;
  // What fires as spans arrive is ahead of traces: a moment before that says nothing of it.
  const latest = alert !== null && seenAt <= alert.instance.judgedAt ? null : (seen?.latest ?? null);
  const base = alert ?? (seen === null || latest === null ? null : freshAlert(seen, latest));
  if (base === null) throw new RangeError('an alert that is neither known nor seen');
  const isSame = instance.firedAt === base.instance.firedAt;
  return {
    ...base,
    instance,
    ...(seen === null ? {} : { category: seen.rule.category }),
    ...(latest === null ? {} : { severity: latest.severity, judgement: latest.judgement }),
    exemplar: latest?.exemplar ?? (isSame ? base.exemplar : null),
  };
};

const freshAlert = ({ rule, agent, label }: Tracked, { severity, judgement }: NonNullable<Tracked['latest']>): Alert => ({
  ...{ rule: rule.name, agent, label, severity, category: rule.category, judgement },
  ...{ instance: atRest.instance, exemplar: null, told: null, quiet: null, ack: null },
});

const transitionsOf = ({ alert, folded }: Changed): readonly AlertTransition[] =>
  folded.transitions.map((transition) => ({
    ...{ rule: alert.rule, agent: alert.agent, label: alert.label, severity: alert.severity, category: alert.category },
    ...transition,
    reason: alert.judgement.reason,
    exemplar: alert.exemplar,
    quiet: alert.quiet === null ? null : `${alert.quiet.by}: ${alert.quiet.because}`,
  }));

const announcementsOf = ({ alert: { rule, agent, label }, folded }: Changed): readonly AlertAnnouncement[] =>
  folded.announcements.map(({ kind, channels }) => ({ rule, agent, label, kind, channels, told: folded.told }));
