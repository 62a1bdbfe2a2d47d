import { isoTime, jsonDocument } from '../ground/output/json.ts';
import { renderParagraph } from '../ground/output/line.ts';
import { renderMarkdownTable } from '../ground/output/markdown.ts';
import { clockTime } from '../ground/output/phrases.ts';
import type { IncidentReport } from '../response/incidents/collect-incident.ts';
import type { RecordedAct } from '../response/runbooks/acts.ts';
import { actSentence } from './act-words.ts';
import { headline } from './incident.ts';
import { incidentFacts, milestoneFacts } from './incident-facts.ts';
import type { ViewOptions } from './words.ts';

const actFacts = (act: RecordedAct) => ({
  seq: act.seq,
  at: isoTime(act.at),
  actor: act.actor,
  kind: act.kind,
  subject: act.subject,
  said: actSentence(act),
  run: act.run,
  step: act.step,
  status: act.status,
  from: act.from,
  to: act.to,
});

const renderText = ({ incident, timeline }: IncidentReport, { look, zone }: ViewOptions): string =>
  [
    headline(look, incident),
    ...timeline.acts.flatMap((act) =>
      renderParagraph(look, { indent: 2, hang: 10, maxLines: 3 }, [
        { text: `${clockTime(act.at, zone)}  `, tone: 'dim' },
        { text: actSentence(act) },
        { text: `  ${act.actor}`, tone: 'dim' },
      ]),
    ),
    '',
  ].join('\n');

/** The acts as a table of Markdown, times in UTC. */
export const timelineTable = (acts: readonly RecordedAct[]): string =>
  renderMarkdownTable(
    [{ title: 'When (UTC)' }, { title: 'What' }, { title: 'Who' }, { title: 'Record', align: 'right' }],
    acts.map((act) => [isoTime(act.at), actSentence(act), act.actor, String(act.seq)]),
  );

/** Every format of `agentops incident timeline`. */
export const incidentTimelineFormats = (report: IncidentReport) => ({
  text: (options: ViewOptions) => renderText(report, options),
  markdown: () => `${timelineTable(report.timeline.acts)}\n`,
  json: () =>
    jsonDocument(report.fleet, report.generatedAt, {
      incident: incidentFacts(report.incident),
      milestones: milestoneFacts(report.timeline.milestones),
      acts: report.timeline.acts.map(actFacts),
    }),
});
