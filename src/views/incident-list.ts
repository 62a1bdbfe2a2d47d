import { jsonDocument } from '../ground/output/json.ts';
import { renderLine } from '../ground/output/line.ts';
import { ago, localTime } from '../ground/output/phrases.ts';
import { renderTable } from '../ground/output/table.ts';
import type { Incident } from '../response/incidents/incident.ts';
import type { NextCommand } from '../response/incidents/next-commands.ts';
import { headline, nextLines } from './incident.ts';
import { incidentFacts } from './incident-facts.ts';
import type { ViewOptions } from './words.ts';

/** The answer of `agentops incident list`. */
export interface IncidentList {
  readonly fleet: string;
  readonly generatedAt: number;
  /** Newest first. */
  readonly incidents: readonly Incident[];
  /** Whether resolved ones are among them. */
  readonly withResolved: boolean;
}

const renderList = ({ incidents, withResolved, generatedAt }: IncidentList, { look, zone }: ViewOptions): string => {
  if (incidents.length === 0)
    return withResolved ? 'there was no incident yet\n' : 'no incident is open; agentops incident list --all shows those that were\n';
  const { head, rows } = renderTable(
    look,
    [{ title: 'Id' }, { title: 'Status' }, { title: 'Agent' }, { title: 'Class' }, { title: 'Opened' }, { title: 'What', flexible: true }],
    incidents.map(({ id, status, agent, class: of, openedAt, title, severity }) => [
      { text: id },
      { text: status, tone: status === 'resolved' ? 'dim' : severity === 'page' ? 'bad' : 'warn' },
      { text: agent ?? 'the fleet' },
      { text: of },
      { text: status === 'resolved' ? localTime(openedAt, zone) : ago(openedAt, generatedAt) },
      { text: title },
    ]),
  );
  return [head, ...rows].map((line) => `${line}\n`).join('');
};

/** Every format of `agentops incident list`. */
export const incidentListFormats = (list: IncidentList) => ({
  text: (options: ViewOptions) => renderList(list, options),
  json: () => jsonDocument(list.fleet, list.generatedAt, { incidents: list.incidents.map(incidentFacts) }),
});

/** The answer of `agentops incident open`, `ack`, `note` and `resolve`. */
export interface IncidentAnswer {
  readonly fleet: string;
  readonly generatedAt: number;
  readonly incident: Incident;
  /** What was done, in a few words. */
  readonly done: string;
  readonly next: readonly NextCommand[];
}

/** Every format of the commands that change an incident. */
export const incidentAnswerFormats = ({ fleet, generatedAt, incident, done, next }: IncidentAnswer) => ({
  text: ({ look }: ViewOptions) =>
    [
      headline(look, incident),
      renderLine(look, 2, [{ text: done }]),
      ...(next.length === 0 ? [] : ['', look.paint('strong', 'Next'), ...nextLines(look, next)]),
      '',
    ].join('\n'),
  json: () => jsonDocument(fleet, generatedAt, { incident: incidentFacts(incident), done, next }),
});
