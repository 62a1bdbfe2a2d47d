import type { Fleet } from '../../fleet/agent.ts';
import { plural } from '../../ground/output/phrases.ts';
import { formatDuration } from '../../ground/units/duration.ts';
import type { Rule } from '../../oversight/alerts/rule.ts';
import { rulesOf } from '../../oversight/alerts/rules.ts';
import { type LeftOut, type PrometheusCondition, translate } from './prometheus-alerts.ts';
import { watchdogAlerts } from './prometheus-watchdogs.ts';
import { selector } from './promql.ts';
import { type Yaml, yamlText } from './yaml-text.ts';

/** What became of a rule of the manifest. */
export interface ExportedRule {
  readonly rule: string;
  /** Its name in Prometheus. */
  readonly alert: string;
  /** How many of its conditions Prometheus judges by itself. */
  readonly judged: number;
  /** What Prometheus cannot judge, and why; it passes on what a tick says of it. */
  readonly leftOut: readonly LeftOut[];
}

export interface PrometheusExport {
  readonly text: string;
  readonly rules: readonly ExportedRule[];
}

export interface PrometheusWish {
  /** The scrape job of `agentops serve`; null: any. */
  readonly job: string | null;
}

/** Rules for Prometheus that say of a fleet what its own say, on the metrics of `agentops serve`. */
export const prometheusRules = (fleet: Fleet, { job }: PrometheusWish): PrometheusExport => {
  const rules = rulesOf(fleet);
  const names = alertNames(rules.map(({ name }) => name));
  const translated = rules.map((rule, at) => {
    const alert = names[at] ?? '';
    return { rule, alert, ...translate(rule, { fleet, job, alertName: alert }) };
  });
  const exported = translated.map(({ rule, alert, conditions, leftOut }) => ({
    rule: rule.name,
    alert,
    judged: conditions.length,
    leftOut,
  }));
  // Rules of a group are evaluated in their order: what is reckoned first is as new as what is judged by it.
  const own = translated.flatMap(({ rule, alert, recordings, conditions, leftOut }): readonly Yaml[] => [
    ...recordings.map(({ record, expr, labels }) => ({ record, expr, labels })),
    ...conditions.map((condition) => alertOf(fleet, rule, alert, condition)),
    ...leftOut.map((left) => relayOf(fleet, rule, alert, left, job)),
  ]);
  const watching = watchdogAlerts(fleet, { job, relays: exported.some(({ leftOut }) => leftOut.length > 0), rules });
  const groups: readonly Yaml[] = [
    ...(own.length === 0 ? [] : [{ name: `agentops ${fleet.name}`, rules: own }]),
    { name: `agentops ${fleet.name}: whether it can be believed`, rules: watching },
  ];
  return { text: yamlText(introduction(fleet, exported, job), { groups }), rules: exported };
};

/** `budget-hour` → `AgentopsBudgetHour`; of two that would be called the same, the second says so. */
const alertNames = (rules: readonly string[]): readonly string[] => {
  const taken = new Map<string, number>();
  return rules.map((rule) => {
    const words = rule.split(/[^a-z0-9]+/).filter((word) => word !== '');
    const name = `Agentops${words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')}`;
    const before = taken.get(name) ?? 0;
    taken.set(name, before + 1);
    return before === 0 ? name : `${name}_${before + 1}`;
  });
};

/** Text that Prometheus would take for a template stands for itself. */
const untemplated = (text: string): string => text.replaceAll('{{', '{{ "{{" }}').replaceAll(/\s+/g, ' ');

const explainCommand = (rule: string): string => `agentops alerts explain ${rule} {{ $labels.agent }}`;

const told = ({ name, description }: Rule, label: string) => ({
  summary: `{{ $labels.agent }}${label === '' ? '' : ` (${label})`}: ${description === '' ? `rule ${name}` : untemplated(description)}`,
  next: explainCommand(name),
});

const standing = (fleet: Fleet, { name, category, inhibitedByParents }: Rule) => ({
  fleet: fleet.name,
  rule: name,
  category,
  ...(inhibitedByParents ? { inhibited_by_parents: 'true' } : {}),
});

const alertOf = (fleet: Fleet, rule: Rule, alert: string, { label, severity, expr, agent }: PrometheusCondition): Yaml => {
  const { forMs, keepFiringMs } = rule.timing;
  return {
    alert,
    expr,
    ...(forMs === 0 ? {} : { for: formatDuration(forMs) }),
    ...(keepFiringMs === 0 ? {} : { keep_firing_for: formatDuration(keepFiringMs) }),
    labels: { ...standing(fleet, rule), ...(agent === undefined ? {} : { agent }), ...(label === '' ? {} : { label }), severity },
    annotations: told(rule, label),
  };
};

/** What a tick judged: its own `for` has passed already, and its severity is that of the alert. */
const relayOf = (fleet: Fleet, rule: Rule, alert: string, { label }: LeftOut, job: string | null): Yaml => {
  const state = selector('agentops_alert_state', {
    rule: rule.name,
    ...(label === null ? {} : { label }),
    state: ['firing', 'recovering'],
    ...(job === null ? {} : { job }),
  });
  return {
    alert,
    expr: `max without (state) (${state}) > 0`,
    labels: { ...standing(fleet, rule), judged_by: 'agentops' },
    annotations: told(rule, label ?? ''),
  };
};

const introduction = (fleet: Fleet, rules: readonly ExportedRule[], job: string | null): string => {
  const left = rules.flatMap(({ rule, leftOut }) =>
    leftOut.map(({ label, reason }) => `- ${rule}${label === null || label === '' ? '' : ` (${label})`}: ${reason}`),
  );
  return [
    `Alert rules of the fleet ${fleet.name} for Prometheus 2.42 or newer, made by: agentops export prometheus`,
    '',
    'They judge by the metrics of agentops serve, which has to be scraped, with a token of the manifest where it has tokens:',
    '  scrape_configs:',
    `    - job_name: ${job ?? 'agentops'}`,
    '      scrape_interval: 30s',
    '      authorization: { credentials_file: /etc/prometheus/agentops-token }',
    '      static_configs: [{ targets: ["127.0.0.1:4318"] }]',
    '',
    'Alertmanager keeps quiet what a red agent explains that the alerting one depends on, with:',
    '  inhibit_rules:',
    "    - source_matchers: ['alertname = AgentopsParentRed']",
    "      target_matchers: ['inhibited_by_parents = true']",
    '      equal: [fleet, agent]',
    '',
    left.length === 0
      ? 'Prometheus judges every rule by itself.'
      : `What Prometheus cannot judge (${plural(left.length, 'condition')}); it passes on what agentops tick says of:`,
    ...left,
    '',
    'What differs: silences, acknowledgements, reminders and maintenance are those of Alertmanager; a moment without',
    'enough data ends what is pending, and holds what fires where no_data is keep.',
  ].join('\n');
};
