import type { Fleet } from '../../fleet/agent.ts';
import { type Alert, aboutKey } from '../../oversight/alerts/alert.ts';
import { agentNamed } from '../../oversight/alerts/subject.ts';
import type { Message, Outgoing } from '../../oversight/notify/port.ts';
import { routeOf, routesOf } from '../../oversight/notify/route.ts';
import { type Asking, proposalMessage } from '../runbooks/proposal.ts';
import type { RunHead } from '../runbooks/run.ts';

/** Why a runbook that was to start by itself did not. */
export interface Hold {
  readonly runbook: string;
  /** What kind of reason it is: people are told once of each. */
  readonly code: string;
  /** Untrusted. */
  readonly why: string;
  /** What a person may type instead. */
  readonly next: string;
}

type Routed = Pick<Fleet, 'name' | 'agents' | 'notify' | 'sections'>;

/** A word on an alert reaches those who know of it, and those it would reach now. @param at UTC epoch ms */
const channelsOf = (fleet: Routed, alert: Alert, at: number): readonly string[] => {
  const { rule, category, severity, told } = alert;
  const agent = fleet.agents.find(({ name }) => name === alert.agent) ?? null;
  const now = routeOf(routesOf(fleet), { category, severity, rule, agent, at }).channels;
  return [...new Set([...(told?.channels ?? []).filter((name) => name in fleet.notify), ...now])];
};

/** Receivers join it to what was said of the alert, so that nobody is woken for it a second time. */
const about = (alert: Alert): NonNullable<Message['about']> => ({ key: aboutKey(alert), phase: 'goes-on', since: firedAtOf(alert) });

const firedAtOf = ({ instance }: Alert): number => instance.firedAt ?? instance.since;

/** Asks for the approval of a run. @param at UTC epoch ms */
export const askingLetters = (
  fleet: Routed,
  alert: Alert,
  run: RunHead,
  asking: Pick<Asking, 'runbook' | 'doubt'>,
  at: number,
): readonly Outgoing[] => {
  const { severity, judgement } = alert;
  const message = proposalMessage(run, { ...asking, fleet: fleet.name, severity, about: about(alert), reason: judgement.reason });
  return channelsOf(fleet, alert, at).map((channel) => ({ channel, dedupKey: `${run.id}/approve`, message }));
};

/** Tells that a runbook did not start by itself, and why: once a firing and reason. @param at UTC epoch ms */
export const heldLetters = (fleet: Routed, alert: Alert, { runbook, code, why, next }: Hold, at: number): readonly Outgoing[] => {
  const dedupKey = `${aboutKey(alert)}/${firedAtOf(alert)}/held/${runbook}/${code}`;
  const agent = agentNamed(alert.agent);
  const message: Message = {
    event: 'runbook.held',
    about: about(alert),
    severity: alert.severity,
    fleet: fleet.name,
    agent,
    title: `Runbook ${runbook}${agent === null ? '' : ` on ${agent}`} did not start by itself: ${why}`,
    text: `It was called for by ${alert.rule}: ${alert.judgement.reason}\nIt starts once nothing holds it any more, if that still fires. A person may start it now.`,
    next,
    facts: { runbook, rule: alert.rule, label: alert.label, code, why },
  };
  return channelsOf(fleet, alert, at).map((channel) => ({ channel, dedupKey, message }));
};
