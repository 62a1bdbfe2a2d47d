import type { Fleet } from '../../fleet/agent.ts';
import type { Rule } from '../../oversight/alerts/rule.ts';
import { selector } from './promql.ts';
import type { Yaml } from './yaml-text.ts';

export interface Watchdogs {
  readonly job: string | null;
  /** Whether some rules are judged by ticks alone. */
  readonly relays: boolean;
  readonly rules: readonly Rule[];
}

/** Figures, and judgements of a tick, that are older say nothing of now; seconds. */
const staleSeconds = 900;
/** So long nobody may answer a scrape. */
const silent = '5m';

/** Alerts without which silence would pass for health: nobody answers, the journal cannot be read, nothing new is known, nobody judges. */
export const watchdogAlerts = (fleet: Fleet, { job, relays, rules }: Watchdogs): readonly Yaml[] => {
  const of = (metric: string) => selector(metric, job === null ? {} : { job });
  const age = (metric: string) => `time() - ${of(metric)} > ${staleSeconds}`;
  const alert = (name: string, expr: string, wait: string | null, severity: string, summary: string, next: string): Yaml => ({
    alert: name,
    expr,
    ...(wait === null ? {} : { for: wait }),
    labels: { fleet: fleet.name, category: 'availability', severity },
    annotations: { summary, next },
  });
  return [
    alert(
      'AgentopsSilent',
      `absent(${of('agentops_figures_timestamp_seconds')})`,
      silent,
      'page',
      'agentops serve does not answer: none of its rules is judged',
      'agentops serve',
    ),
    alert(
      'AgentopsJournalAway',
      `${of('agentops_journal_up')} == 0`,
      silent,
      'page',
      'agentops serve cannot read the journal: states are unknown, and no rule about checks or budgets is judged',
      'agentops doctor',
    ),
    alert(
      'AgentopsTracesStale',
      age('agentops_traces_known_timestamp_seconds'),
      silent,
      'notify',
      'What {{ $labels.backend }} was asked last is {{ $value | humanizeDuration }} old: what happened since is not judged',
      'agentops sync',
    ),
    ...(relays
      ? [
          alert(
            'AgentopsTickLate',
            `${age('agentops_alerts_judged_timestamp_seconds')}\nor\nabsent(${of('agentops_alerts_judged_timestamp_seconds')})`,
            silent,
            'page',
            'Nobody ticks: what Prometheus cannot judge by itself is not judged at all',
            'agentops watch',
          ),
        ]
      : []),
    ...(rules.some(({ inhibitedByParents }) => inhibitedByParents) && fleet.agents.some(({ dependsOn }) => dependsOn.length > 0)
      ? [
          alert(
            'AgentopsParentRed',
            `${of('agentops_agent_parent_red')} > 0`,
            null,
            'none',
            '{{ $labels.agent }} depends on an agent that is red: for Alertmanager to keep quiet what follows from that',
            'agentops status',
          ),
        ]
      : []),
  ];
};
