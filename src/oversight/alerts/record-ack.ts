import type { Fleet } from '../../fleet/agent.ts';
import { actorOf } from '../../ground/audit/actor.ts';
import { type Acting, recordAct } from '../../ground/audit/record-act.ts';
import { refusedError } from '../../ground/errors.ts';
import { keptText } from '../../ground/redaction/kept-text.ts';
import { type Alert, aboutKey, isAcked } from './alert.ts';
import { isNamed, writtenAlert } from './alert-name.ts';
import { isFiring } from './alert-state.ts';
import { ackWrite, eventWrite, readAlerts } from './alerts.journal.ts';
import { requireAlertName } from './require-alert.ts';

/**
 * Somebody takes on what fires: reminders of these firings end. One that is taken on already is left with who did.
 * @param typed `RULE[/AGENT[/LABEL]]`
 * @param note what they say to it; null: nothing
 * @returns every alert that was meant, as it stands now. Throws a refusal where none of them fires.
 */
export const recordAlertAck = (ctx: Acting, fleet: Fleet, typed: string, note: string | null): Promise<readonly Alert[]> =>
  recordAct<readonly Alert[]>(ctx, async (journal) => {
    const alerts = await readAlerts(journal);
    const name = requireAlertName(fleet, alerts, typed);
    const firing = alerts.filter((alert) => isNamed(alert, name) && isFiring(alert.instance));
    if (firing.length === 0)
      throw refusedError({
        code: 'alert_not_firing',
        message: `${typed} does not fire, so that there is nothing to take on`,
        hint: `agentops alerts show ${typed} tells what it did`,
      });
    const at = await journal.now();
    const actor = actorOf(ctx.env, () => ctx.process.owner());
    const kept = note === null ? null : keptText(ctx.secrets.mask(note));
    const taken = firing
      .filter((alert) => !isAcked(alert))
      .map((alert) => ({ ...alert, ack: { actor, at, firedAt: alert.instance.firedAt ?? alert.instance.since, note: kept } }));
    return {
      writes: taken.flatMap((alert) => {
        const { rule, agent, label, ack } = alert;
        const detail = kept === null ? actor : `${actor}: ${kept}`;
        return [ackWrite(alert, ack), eventWrite({ rule, agent, label, kind: 'acked', eventAt: at, at, isLate: false, detail })];
      }),
      act:
        taken.length === 0
          ? null
          : taken.map((alert) => ({ kind: 'alert.ack', subject: alert.agent, body: { alert: aboutKey(alert), note: kept } })),
      answer: firing.map((alert) => taken.find((each) => writtenAlert(each) === writtenAlert(alert)) ?? alert),
    };
  });
