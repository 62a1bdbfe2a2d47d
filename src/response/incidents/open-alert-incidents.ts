import type { Fleet } from '../../fleet/agent.ts';
import type { Acting } from '../../ground/audit/record-act.ts';
import type { Alert } from '../../oversight/alerts/alert.ts';
import { agentNamed } from '../../oversight/alerts/subject.ts';
import type { RunbookClass } from '../runbooks/runbook.ts';
import type { Incident } from './incident.ts';
import { openIncident } from './open-incident.ts';

/** Opens an incident for every alert that is one, and answers those that were not open before. */
export const openAlertIncidents = async (
  ctx: Acting,
  fleet: Pick<Fleet, 'name' | 'notify'>,
  firing: readonly Alert[],
): Promise<readonly Incident[]> => {
  const opened: Incident[] = [];
  for (const alert of firing.filter(isIncident)) {
    const firedAt = alert.instance.firedAt ?? alert.instance.since;
    const { incident, isNew } = await openIncident(ctx, fleet, {
      title: `${agentNamed(alert.agent) ?? fleet.name}: ${alert.judgement.reason}`,
      agent: agentNamed(alert.agent),
      class: classOf(alert),
      severity: alert.severity,
      startedAt: alert.instance.breachedSince ?? firedAt,
      cause: {
        kind: 'alert',
        rule: alert.rule,
        label: alert.label,
        fired_at: firedAt,
        reason: alert.judgement.reason,
        trace: alert.exemplar,
      },
      isTold: true,
    });
    if (isNew) opened.push(incident);
  }
  return opened;
};

/** Money and safety that wake somebody want a time line; what people chose not to hear of does not. */
const isIncident = ({ severity, category, quiet }: Alert): boolean =>
  severity === 'page' && (category === 'cost' || category === 'safety') && (quiet === null || quiet.by === 'ack');

/** Steps and tokens of one request that are too many are a loop; dollars may be a dear model. */
const classOf = ({ category, label }: Pick<Alert, 'category' | 'label'>): RunbookClass => {
  if (category === 'safety') return 'safety';
  return label === 'steps' || label === 'tokens' ? 'loop' : 'cost';
};
