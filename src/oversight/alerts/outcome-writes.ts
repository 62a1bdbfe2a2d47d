import type { Fleet } from '../../fleet/agent.ts';
import { listOf } from '../../ground/output/phrases.ts';
import type { Cache, Write } from '../../ground/store/port.ts';
import { outboxWrites } from '../notify/outbox.journal.ts';
import type { Outgoing } from '../notify/port.ts';
import type { Alert, AlertEvent } from './alert.ts';
import { alertLetters, firingOf } from './alert-message.ts';
import { alertWrite, eventWrite } from './alerts.journal.ts';
import type { Announcement } from './announcement.ts';
import type { EvaluationRequest } from './evaluation.ts';
import { type EvaluationInput, forgetInputsWrite, inputWrite } from './inputs.journal.ts';
import { readExemplars } from './metrics/exemplars.cache.ts';
import type { Changed, Outcome } from './outcome.ts';

/** What one commit is made of. */
export interface Committing {
  readonly fleet: Pick<Fleet, 'name' | 'agents'>;
  readonly outcome: Outcome;
  readonly input: EvaluationInput;
  /** When the evaluation before was made, UTC epoch ms; null: there was none. */
  readonly previous: number | null;
  readonly cache: Cache;
  readonly suggest: EvaluationRequest['suggest'];
  readonly mask: (text: string) => string;
}

/** What evaluations saw is kept for so long. */
const keptMs = 30 * 86_400_000;
const hourMs = 3_600_000;

/** Everything that one evaluation writes, for one commit: the input goes first, so that of two at once one fails whole. */
export const outcomeWrites = ({ fleet, outcome, input, previous, cache, suggest, mask }: Committing): readonly Write[] => {
  const forget = input.standing === null ? [] : [forgetInputsWrite(input.at - keptMs)];
  const alerts = outcome.changed.map((changed): { readonly alert: Alert; readonly outgoing: readonly Outgoing[] } => {
    const exemplars = changed.folded.announcements.length === 0 ? [] : exemplarsOf(cache, fleet, changed);
    const alert = { ...changed.alert, exemplar: changed.alert.exemplar ?? exemplars[0] ?? null };
    const outgoing = changed.folded.announcements.flatMap(({ kind, channels }) =>
      alertLetters(
        {
          ...{ fleet: fleet.name, now: input.at, alert, kind, exemplars, suggested: kind === 'resolve' ? null : suggest(alert) },
          description: changed.rule?.description ?? '',
          firedAt: firingOf(changed.before.told, changed.folded.told),
          reminders: changed.folded.told?.reminders ?? 0,
          isLate: changed.folded.transitions.some(({ to, late }) => to === 'firing' && late),
        },
        // Who was told of the beginning is told of the end, wherever routes lead meanwhile.
        channels.map((channel) => changed.destinations.find((each) => each.channel === channel) ?? { channel, group: null }),
      ),
    );
    return { alert, outgoing };
  });
  return [
    inputWrite(input, previous),
    ...forget,
    ...alerts.map(({ alert }) => alertWrite(alert)),
    ...outcome.changed.flatMap((changed) => eventsOf(changed, input.at).map(eventWrite)),
    ...outboxWrites(
      alerts.flatMap(({ outgoing }) => outgoing),
      { at: input.at, mask },
    ),
  ];
};

const exemplarsOf = (cache: Cache, { agents }: Pick<Fleet, 'agents'>, { alert, rule }: Changed): readonly string[] => {
  const { instance, judgement, exemplar } = alert;
  if (rule === null) return [];
  const until = instance.judgedAt;
  const from = (instance.breachedSince ?? instance.firedAt ?? until) - (judgement.numbers['window_ms'] ?? hourMs);
  const judged = agents.find(({ name }) => name === alert.agent) ?? null;
  const found = readExemplars(cache, rule.test, { agent: alert.agent, judged, from, to: until });
  return [...new Set([...(exemplar === null ? [] : [exemplar]), ...found])];
};

const eventKinds = { fire: 'told', remind: 'reminded', resolve: 'told-end' } as const satisfies Record<
  Announcement['kind'],
  AlertEvent['kind']
>;

const eventsOf = ({ alert: { rule, agent, label, judgement }, folded }: Changed, at: number): readonly AlertEvent[] => [
  ...folded.transitions.map(
    ({ to, at: eventAt, late }): AlertEvent => ({ rule, agent, label, kind: to, eventAt, at, isLate: late, detail: judgement.reason }),
  ),
  ...folded.announcements.map(
    ({ kind, channels }): AlertEvent => ({
      ...{ rule, agent, label, kind: eventKinds[kind], eventAt: at, at, isLate: false },
      detail: listOf(channels),
    }),
  ),
];
