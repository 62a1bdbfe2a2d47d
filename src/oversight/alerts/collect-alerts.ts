import type { Fleet } from '../../fleet/agent.ts';
import type { Context } from '../../ground/runtime/context.ts';
import type { Journal } from '../../ground/store/port.ts';
import { undelivered } from '../notify/outbox.journal.ts';
import type { AlertEvent } from './alert.ts';
import { byUrgency } from './alert-figures.ts';
import { isNamed } from './alert-name.ts';
import type { Observation } from './alert-state.ts';
import { readAlerts, readEvents, readOpenAlerts } from './alerts.journal.ts';
import { readInputs, readLastInput } from './inputs.journal.ts';
import { type ListedAlert, listed, type Suggest, type Surroundings } from './listed.ts';
import { requireAlertName } from './require-alert.ts';
import type { Rule } from './rule.ts';
import { concerns, rulesOf } from './rules.ts';
import { readSilences } from './silences.journal.ts';

/** When rules were last evaluated, and up to when traces were complete then; UTC epoch ms. Null: never. */
export interface Evaluated {
  readonly at: number | null;
  readonly watermark: number | null;
}

/** The answer of `agentops alerts list`. */
export interface AlertListing {
  readonly fleet: string;
  readonly generatedAt: number;
  readonly evaluated: Evaluated;
  /** What is most urgent first. */
  readonly alerts: readonly ListedAlert[];
  /** Whether those that are over are among them. */
  readonly withOver: boolean;
}

export interface AlertQuery {
  /** Null: all of them. */
  readonly agent: string | null;
  readonly rule: string | null;
  readonly withOver: boolean;
}

/** The alerts that are pending, firing or recovering, and on request those that are over. */
export const collectAlerts = async (
  ctx: Pick<Context, 'journal' | 'clock'>,
  fleet: Fleet,
  { agent, rule, withOver }: AlertQuery,
  suggest: Suggest,
): Promise<AlertListing> => {
  const journal = await ctx.journal();
  const now = ctx.clock.now();
  const alerts = await (withOver ? readAlerts(journal) : readOpenAlerts(journal));
  const meant = alerts.filter((alert) => (agent === null || alert.agent === agent) && (rule === null || alert.rule === rule));
  return {
    fleet: fleet.name,
    generatedAt: now,
    evaluated: await evaluatedOf(ctx),
    alerts: meant.toSorted(byUrgency).map(listed(await surroundingsOf(journal, now, suggest))),
    withOver,
  };
};

/** Messages that were given up longer ago are no news, ms. */
const givenUpMs = 7 * 86_400_000;

/** What goes on around the alerts of a journal. @param now UTC epoch ms */
export const surroundingsOf = async (journal: Journal, now: number, suggest: Suggest): Promise<Surroundings> => ({
  silences: await readSilences(journal, now),
  undelivered: await undelivered(journal, now - givenUpMs),
  ...{ now, suggest },
});

const evaluatedOf = async (ctx: Pick<Context, 'journal'>): Promise<Evaluated> => {
  const last = await readLastInput(await ctx.journal());
  // What is evaluated of single requests in between judges no other rule.
  return { at: last?.judged[''] ?? null, watermark: last?.watermark ?? null };
};

/** What one evaluation saw of an alert at one moment. */
export interface SeenMoment extends Observation {
  readonly agent: string;
  readonly label: string;
  /** When it was seen, UTC epoch ms. */
  readonly evaluatedAt: number;
}

/** The answer of `agentops alerts show`. */
export interface AlertHistory {
  readonly fleet: string;
  readonly generatedAt: number;
  readonly evaluated: Evaluated;
  readonly name: string;
  /** Null: the manifest has it no more. */
  readonly rule: Rule | null;
  /** Agents it is about that were never seen to breach it. */
  readonly quietAgents: readonly string[];
  readonly alerts: readonly ListedAlert[];
  /** Oldest first. */
  readonly events: readonly AlertEvent[];
  /** The newest moments that were judged, oldest first. */
  readonly moments: readonly SeenMoment[];
  /** From when on events are told, UTC epoch ms. */
  readonly since: number;
}

/** How far back what evaluations saw is looked for, ms; events go back as far as is asked. */
const momentsMs = 3_600_000;
const mostMoments = 20;

/** All that is known of the alerts of a name. @param typed `RULE[/AGENT[/LABEL]]` @param since UTC epoch ms */
export const collectAlertHistory = async (
  ctx: Pick<Context, 'journal' | 'clock'>,
  fleet: Fleet,
  { typed, since }: { readonly typed: string; readonly since: number },
  suggest: Suggest,
): Promise<AlertHistory> => {
  const journal = await ctx.journal();
  const now = ctx.clock.now();
  const all = await readAlerts(journal);
  const name = requireAlertName(fleet, all, typed);
  const alerts = all.filter((alert) => isNamed(alert, name));
  const rule = rulesOf(fleet).find((each) => each.name === name.rule) ?? null;
  const events = await readEvents(journal, { since, rule: name.rule, agent: name.agent });
  const inputs = await readInputs(journal, { from: now - momentsMs, to: now + 1 });
  const moments = inputs.flatMap(({ at, seen }) =>
    seen
      .filter((each) => isNamed(each, name))
      .flatMap(({ agent, label, observations }) => observations.map((each) => ({ ...each, agent, label, evaluatedAt: at }))),
  );
  const breached = new Set(alerts.map(({ agent }) => agent));
  return {
    fleet: fleet.name,
    generatedAt: now,
    evaluated: await evaluatedOf(ctx),
    name: typed,
    rule,
    quietAgents: fleet.agents
      .filter((agent) => rule !== null && concerns(rule, agent) && !breached.has(agent.name))
      .map((agent) => agent.name)
      .filter((agent) => name.agent === null || agent === name.agent),
    alerts: alerts.toSorted(byUrgency).map(listed(await surroundingsOf(journal, now, suggest))),
    events: events.filter((event) => isNamed(event, name)),
    moments: moments.slice(-mostMoments),
    since,
  };
};
