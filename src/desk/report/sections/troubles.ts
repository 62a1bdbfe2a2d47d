import { type Html, html } from '../../../ground/output/html.ts';
import { plural } from '../../../ground/output/phrases.ts';
import { grouped } from '../../../ground/units/amount.ts';
import { humanDuration } from '../../../ground/units/duration.ts';
import { agentNamed } from '../../../oversight/alerts/subject.ts';
import type { Incident } from '../../../response/incidents/incident.ts';
import { groupedBy } from '../../../telemetry/stats/rollup.ts';
import { stateSigns } from '../../../views/words.ts';
import type { Episode } from '../alert-episodes.ts';
import { renderTrack } from '../charts/track.ts';
import type { FleetReport } from '../report.ts';
import { blindWords, momentWord, quietWords } from '../report-words.ts';
import { renderTable } from './table.ts';

const [mostIncidents, mostAlerts] = [15, 20];

/** What went wrong: incidents, and alerts with how often and how long they fired. */
export const renderTroubles = (report: FleetReport): Html => {
  const { alerts, incidents, journalTrouble } = report;
  if (journalTrouble !== null)
    return html`<section id="alerts"><h2>Alerts and incidents</h2>
<p>${stateSigns.unknown.symbol} ${blindWords(journalTrouble)}</p>
</section>`;
  const open = incidents.filter(({ status }) => status !== 'resolved').length;
  const firing = alerts.filter(({ resolvedAt }) => resolvedAt === null).length;
  const facts = [
    incidents.length === 0 ? 'No incident' : `${plural(incidents.length, 'incident')}, ${open} not resolved`,
    alerts.length === 0 ? quietWords(report) : `alerts fired ${plural(alerts.length, 'time')}, ${firing} fire now`,
  ];
  return html`<section id="alerts"><h2>Alerts and incidents</h2>
<p class="soft">${facts.join(' · ')}. A track is the whole time of this report.</p>
${incidents.length === 0 ? null : html`<h3>Incidents</h3>${incidentTable(report)}`}
${alerts.length === 0 ? null : html`<h3>Alerts</h3>${alertTable(report)}`}
</section>`;
};

const lasted = (from: number, to: number | null, now: number): string =>
  to === null ? `${humanDuration(now - from)} so far` : humanDuration(to - from);

const incidentTable = ({ incidents, window }: FleetReport): Html => {
  const cut = incidents.length - mostIncidents;
  return html`${renderTable(
    'Incidents',
    [
      { title: 'Incident', isName: true, look: 'nowrap', cell: ({ id }: Incident) => id },
      { title: 'Status', look: 'nowrap', cell: ({ status, severity }) => statusOf(status, severity) },
      { title: 'What', look: 'why', cell: ({ title }) => title },
      { title: 'Agent', cell: ({ agent }) => agent ?? 'the fleet' },
      { title: 'Began, UTC', look: 'nowrap', isWide: true, cell: ({ startedAt }) => momentWord(startedAt) },
      { title: 'Lasted', isNumber: true, cell: ({ startedAt, resolvedAt }) => lasted(startedAt, resolvedAt, window.to) },
      {
        ...{ title: '', look: 'bar', isWide: true },
        cell: ({ startedAt, resolvedAt, severity }) =>
          renderTrack(window, [{ from: startedAt, to: resolvedAt ?? window.to }], severityColour(severity)),
      },
    ],
    incidents.slice(0, mostIncidents),
  )}${cut <= 0 ? null : html`<p class="soft">and ${grouped(cut)} earlier</p>`}`;
};

const severityColour = (severity: Episode['severity']): string => (severity === 'page' ? 's-red' : 's-yellow');

const statusOf = (status: Incident['status'], severity: Incident['severity']): Html => {
  const { symbol, tone } = status === 'resolved' ? stateSigns.green : severity === 'page' ? stateSigns.red : stateSigns.yellow;
  return html`<span class="${tone}">${symbol} ${status}</span>`;
};

/** All firings of one alert. */
interface FiredAlert {
  readonly newest: Episode;
  readonly episodes: readonly Episode[];
  readonly firingMs: number;
}

const alertTable = ({ alerts, window }: FleetReport): Html => {
  const fired = [...groupedBy(alerts, ({ rule, agent, label }) => JSON.stringify([rule, agent, label])).values()]
    .flatMap((episodes): readonly FiredAlert[] => {
      const [newest] = episodes;
      return newest === undefined ? [] : [{ newest, episodes, firingMs: episodes.reduce((sum, each) => sum + firingMs(each, window), 0) }];
    })
    .sort((a, b) => Number(a.newest.resolvedAt !== null) - Number(b.newest.resolvedAt !== null) || b.firingMs - a.firingMs);
  const cut = fired.length - mostAlerts;
  return html`${renderTable(
    'Alerts',
    [
      {
        ...{ title: 'Alert', isName: true },
        cell: ({ newest: { rule, agent, label } }: FiredAlert) =>
          html`${rule}${label === '' ? '' : ` ${label}`}<br><span class="soft">${agentNamed(agent) ?? 'the fleet'}</span>`,
      },
      { title: 'Now', look: 'nowrap', cell: ({ newest }) => nowOf(newest) },
      { title: 'Fired', isNumber: true, cell: ({ episodes }) => plural(episodes.length, 'time') },
      { title: 'For', isNumber: true, cell: ({ firingMs }) => humanDuration(firingMs) },
      { title: 'Told', isExtra: true, cell: ({ episodes }) => toldOf(episodes) },
      { title: 'Last because', look: 'why', isWide: true, cell: ({ newest }) => newest.reason },
      {
        ...{ title: '', look: 'bar', isWide: true },
        cell: ({ episodes, newest }) =>
          renderTrack(
            window,
            episodes.map(({ firedAt, resolvedAt }) => ({ from: firedAt ?? window.from, to: resolvedAt ?? window.to })),
            severityColour(newest.severity),
          ),
      },
    ],
    fired.slice(0, mostAlerts),
  )}${cut <= 0 ? null : html`<p class="soft">and ${grouped(cut)} more that fired for less long</p>`}`;
};

const firingMs = ({ firedAt, resolvedAt }: Episode, { from, to }: FleetReport['window']): number =>
  Math.max(0, (resolvedAt ?? to) - Math.max(from, firedAt ?? from));

const nowOf = ({ resolvedAt, severity, acked }: Episode): Html => {
  if (resolvedAt !== null) return html`<span class="soft">over</span>`;
  const { symbol, tone } = severity === 'page' ? stateSigns.red : stateSigns.yellow;
  return html`<span class="${tone}">${symbol} fires${acked ? ', taken on' : ''}</span>`;
};

const toldOf = (episodes: readonly Episode[]): string => {
  const told = episodes.filter((each) => each.told).length;
  return told === 0 ? 'nobody' : told === episodes.length ? 'yes' : `${told} of ${episodes.length}`;
};
