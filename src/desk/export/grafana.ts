import type { Fleet } from '../../fleet/agent.ts';
import { bands, type Json, lines, type Panel, type States, type Steps, stat, table } from './grafana-panels.ts';

/** Versions of Grafana bring older dashboards up to their own when they load them: 39 is that of Grafana 10.4. */
const schemaVersion = 39;

const columns = 24;

/** Names of dashboards that stay the same from export to export: at most 40 characters of a small alphabet. */
const uidOf = (fleet: string): string =>
  `agentops-${fleet
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')}`.slice(0, 40);

const states: States = [
  [0, 'green', 'green'],
  [1, 'unknown', 'purple'],
  [2, 'yellow', 'yellow'],
  [3, 'red', 'red'],
];

const job = 'job=~"$job"';
const chosen = `${job}, agent=~"$agent"`;

/** One number for the state of an agent: the words are those of `states`. */
const stateExpr = `sum by (agent) (
  agentops_agent_state{${chosen}, state="unknown"}
  + ignoring (state) 2 * agentops_agent_state{${chosen}, state="yellow"}
  + ignoring (state) 3 * agentops_agent_state{${chosen}, state="red"}
)`;

/** An agent that nobody asked anything has no rate of errors. */
const errorRatio = (of: string): string =>
  `sum by (agent) (agentops_window_errors{${of}}) / (sum by (agent) (agentops_window_requests{${of}}) > 0)`;

/** No alert is only then none where a tick has looked. */
const firing = `count(agentops_alert_state{${job}, state=~"firing|recovering"}) or 0 * max(agentops_alerts_judged_timestamp_seconds{${job}})`;

const fine: Steps = [
  ['green', null],
  ['red', 1],
];
const ageSteps: Steps = [
  ['green', null],
  ['yellow', 300],
  ['red', 900],
];
const usedSteps: Steps = [
  ['green', null],
  ['yellow', 0.8],
  ['red', 1],
];
const max = (metric: string, more = ''): string => `max by (agent) (${metric}{${chosen}${more}})`;

const fleetPanels: readonly Panel[] = [
  stat(
    'Agents by state',
    'Checks, traces and alerts fused: agentops status says why.',
    { w: 8, h: 4 },
    (['red', 'yellow', 'unknown', 'green'] as const).map((state) => ({
      expr: `sum(agentops_agent_state{${job}, state="${state}"})`,
      legend: state,
    })),
    { unit: 'none' },
  ),
  stat('Alerts that fire', 'By the rules of the manifest: agentops alerts list.', { w: 4, h: 4 }, [{ expr: firing, legend: '' }], {
    ...{ unit: 'none', steps: fine },
  }),
  stat(
    'How old this is',
    'Since when figures were read, and up to when the requests of each source are known. Above a quarter of an hour nothing here says how the fleet is now.',
    { w: 6, h: 4 },
    [
      { expr: `time() - min(agentops_figures_timestamp_seconds{${job}})`, legend: 'figures' },
      { expr: `time() - min by (backend) (agentops_traces_known_timestamp_seconds{${job}})`, legend: '{{backend}}' },
    ],
    { unit: 's', decimals: 0, steps: ageSteps },
  ),
  stat(
    'Spent',
    'By all agents in the UTC day so far; of the month where the fleet has a budget.',
    { w: 6, h: 4 },
    [
      { expr: `sum(agentops_spent_dollars{${job}, period="day"})`, legend: 'today' },
      { expr: `agentops_fleet_spent_dollars{${job}, period="month"}`, legend: 'this month' },
      { expr: `agentops_fleet_budget_dollars{${job}}`, legend: 'budget a {{period}}' },
    ],
    { unit: 'currencyUSD', decimals: 2 },
  ),
  table('Agents', 'The window of the fleet, and what was spent today.', { w: 24, h: 10 }, 'agent', [
    { name: 'State', expr: stateExpr, unit: 'none', states },
    { name: 'Requests', expr: max('agentops_window_requests'), unit: 'short', decimals: 0 },
    { name: 'Errors', expr: errorRatio(chosen), unit: 'percentunit', decimals: 1 },
    { name: 'p95', expr: max('agentops_window_latency_seconds', ', quantile="0.95"'), unit: 's' },
    { name: 'Cost', expr: max('agentops_window_cost_dollars'), unit: 'currencyUSD', decimals: 2 },
    { name: 'Quality', expr: max('agentops_window_quality_score'), unit: 'none', decimals: 2 },
    { name: 'Deepest', expr: max('agentops_window_steps_max'), unit: 'short', decimals: 0 },
    { name: 'Today', expr: max('agentops_spent_dollars', ', period="day"'), unit: 'currencyUSD', decimals: 2 },
    {
      name: 'Of its budget',
      expr: `max by (agent) (agentops_spent_dollars{${chosen}, period="day"} / agentops_budget_dollars{${chosen}, period="day"})`,
      ...{ unit: 'percentunit', decimals: 0, steps: usedSteps },
    },
    {
      name: 'Alerts',
      expr: `count by (agent) (agentops_alert_state{${chosen}, state=~"firing|recovering"})`,
      ...{ unit: 'none', steps: fine },
    },
  ]),
  bands('States', 'What each agent was, in time.', { w: 24, h: 8 }, { expr: stateExpr, legend: '{{agent}}' }, states),
  lines(
    'Spent today',
    'By agent; the dashed line is what all may spend.',
    { w: 12, h: 8 },
    [
      { expr: `sum by (agent) (agentops_spent_dollars{${chosen}, period="day"})`, legend: '{{agent}}' },
      { expr: `agentops_fleet_budget_dollars{${job}, period="day"}`, legend: 'budget of the fleet' },
    ],
    { unit: 'currencyUSD' },
  ),
  lines(
    'Errors',
    'Share of the requests in the window that failed.',
    { w: 12, h: 8 },
    [{ expr: errorRatio(chosen), legend: '{{agent}}' }],
    {
      unit: 'percentunit',
    },
  ),
];

const half = { w: 12, h: 8 } as const;

/** Of the agent that the row is repeated for. */
const agentPanels: readonly Panel[] = [
  lines(
    'Requests',
    'In the window, and how many of them failed, by type.',
    half,
    [
      { expr: `agentops_window_requests{${chosen}}`, legend: 'requests' },
      { expr: `agentops_window_errors{${chosen}}`, legend: 'failed' },
      { expr: `agentops_window_typed_errors{${chosen}}`, legend: 'failed: {{error_type}}' },
    ],
    { unit: 'short' },
  ),
  lines(
    'Latency',
    'Quantiles of the requests in the window.',
    half,
    [
      { expr: `agentops_window_latency_seconds{${chosen}}`, legend: 'p{{quantile}}' },
      { expr: `agentops_window_first_token_seconds{${chosen}}`, legend: 'first token p{{quantile}}' },
      { expr: `agentops_promised_latency_seconds{${chosen}}`, legend: 'promised p0.95' },
    ],
    { unit: 's' },
  ),
  lines(
    'Spend against budget',
    'Of the last hour and of the UTC day so far.',
    half,
    [
      { expr: `agentops_spent_dollars{${chosen}, period=~"hour|day"}`, legend: 'a {{period}}' },
      { expr: `agentops_budget_dollars{${chosen}, period=~"hour|day"}`, legend: 'budget a {{period}}' },
    ],
    { unit: 'currencyUSD' },
  ),
  lines(
    'Quality',
    'Mean of the score that stands for it, in the window.',
    half,
    [
      { expr: `agentops_window_quality_score{${chosen}}`, legend: 'quality' },
      { expr: `agentops_promised_quality_score{${chosen}}`, legend: 'promised' },
    ],
    { unit: 'none', max: 1 },
  ),
  lines(
    'Loop depth',
    'Steps of the deepest request in the window.',
    half,
    [
      { expr: `agentops_window_steps_max{${chosen}}`, legend: 'deepest' },
      { expr: `agentops_request_cap_steps{${chosen}}`, legend: 'limit' },
    ],
    { unit: 'short' },
  ),
  lines(
    'Tokens',
    'In the window; cached ones are part of the input.',
    half,
    [{ expr: `agentops_window_tokens{${chosen}}`, legend: '{{direction}}' }],
    {
      unit: 'short',
    },
  ),
];

/** Puts panels in lines, from left to right, from a height on. */
const placed = (panels: readonly Panel[], firstId: number, top: number): { readonly panels: readonly Json[]; readonly bottom: number } => {
  let [x, y, tall] = [0, top, 0];
  const made = panels.map(({ w, h, transformations, targets, ...panel }, at): Json => {
    if (x + w > columns) [x, y, tall] = [0, y + tall, 0];
    const gridPos = { x, y, w, h };
    [x, tall] = [x + w, Math.max(tall, h)];
    return {
      id: firstId + at,
      ...panel,
      datasource: { type: 'prometheus', uid: '${datasource}' },
      gridPos,
      targets,
      ...(transformations === undefined ? {} : { transformations }),
    };
  });
  return { panels: made, bottom: y + tall };
};

const variable = (name: string, label: string, query: string, more: { readonly [key: string]: Json }): Json => ({
  ...{ name, label, type: 'query', datasource: { type: 'prometheus', uid: '${datasource}' } },
  query: { query, refId: `variable-${name}` },
  ...{ refresh: 2, sort: 1, includeAll: true, multi: true, options: [], regex: '', skipUrlSync: false, hide: 0 },
  current: { selected: true, text: ['All'], value: ['$__all'] },
  ...more,
});

const variables: readonly Json[] = [
  {
    ...{ name: 'datasource', label: 'Prometheus', type: 'datasource', query: 'prometheus', hide: 0, includeAll: false, multi: false },
    ...{ options: [], refresh: 1, regex: '', skipUrlSync: false },
  },
  variable('job', 'Scrape job', 'label_values(agentops_figures_timestamp_seconds, job)', { allValue: '.+' }),
  variable('agent', 'Agent', `label_values(agentops_agent_info{${job}}, agent)`, { allValue: '.+' }),
];

const annotation = (name: string, iconColor: string, expr: string, titleFormat: string, isTimed: boolean): Json => ({
  ...{ name, datasource: { type: 'prometheus', uid: '${datasource}' }, enable: true, hide: false, iconColor, expr, step: '60s' },
  ...{ titleFormat, textFormat: '', tagKeys: 'agent', ...(isTimed ? { useValueForTime: 'on' } : {}) },
});

/** A dashboard of Grafana on the metrics of `agentops serve`: the fleet, and a row for each agent that is chosen. */
export const grafanaDashboard = ({ name }: Pick<Fleet, 'name'>): string => {
  const fleet = placed(fleetPanels, 1, 0);
  const agent = placed(agentPanels, fleetPanels.length + 2, fleet.bottom + 1);
  const row = {
    ...{ id: fleetPanels.length + 1, type: 'row', title: '$agent', collapsed: false, panels: [] },
    ...{ repeat: 'agent', gridPos: { x: 0, y: fleet.bottom, w: columns, h: 1 } },
  };
  const dashboard = {
    ...{ id: null, uid: uidOf(name), title: `agentops: ${name}`, tags: ['agentops'], schemaVersion, version: 1 },
    description: 'Made by agentops export grafana, on what Prometheus scrapes from agentops serve.',
    ...{ editable: true, graphTooltip: 1, timezone: 'browser', refresh: '1m', fiscalYearStartMonth: 0, links: [] },
    time: { from: 'now-24h', to: 'now' },
    timepicker: {},
    templating: { list: variables },
    annotations: {
      list: [
        annotation('Releases', 'blue', `agentops_release_timestamp_seconds{${chosen}} * 1000`, '{{agent}}: release', true),
        annotation('Alerts', 'red', `max by (agent, rule) (agentops_alert_state{${chosen}, state="firing"})`, '{{agent}}: {{rule}}', false),
      ],
    },
    panels: [...fleet.panels, row, ...agent.panels],
  };
  return `${JSON.stringify(dashboard, null, 2)}\n`;
};
