import { jsonDocument } from '../ground/output/json.ts';
import { renderLine, renderParagraph } from '../ground/output/line.ts';
import type { Cell, Look } from '../ground/output/look.ts';
import { ago, clockTime, localTime, plural } from '../ground/output/phrases.ts';
import { formatMoney } from '../ground/units/amount.ts';
import { humanDuration } from '../ground/units/duration.ts';
import { causeSentence } from '../response/incidents/cause.ts';
import type { IncidentReport } from '../response/incidents/collect-incident.ts';
import type { Incident } from '../response/incidents/incident.ts';
import type { NextCommand } from '../response/incidents/next-commands.ts';
import type { Milestones } from '../response/incidents/timeline.ts';
import { diffWords } from './act-words.ts';
import { freezeLine } from './freeze.ts';
import { reportFacts } from './incident-facts.ts';
import { joined, missing, stateSigns, symbolOf, type ViewOptions } from './words.ts';

/** Commands with what each is good for: one under the other where they do not fit beside it. */
export const nextLines = (look: Look, next: readonly NextCommand[]): readonly string[] =>
  next.flatMap(({ command, why }) => [
    renderLine(look, 2, [{ text: command, tone: 'strong' }]),
    renderLine(look, 6, [{ text: why, tone: 'dim' }]),
  ]);

/** One line that says which incident it is and how it stands. */
export const headline = (look: Look, { id, title, status, severity }: Incident): string => {
  const sign = status === 'resolved' ? stateSigns.green : severity === 'page' ? stateSigns.red : stateSigns.yellow;
  return renderLine(look, 0, [
    { text: `${symbolOf(look, sign)} ${id} `, tone: sign.tone },
    { text: `${title} `, tone: 'strong' },
    { text: `(${status})`, tone: 'dim' },
  ]);
};

const stages: readonly (readonly [keyof Milestones, string])[] = [
  ['started', 'began'],
  ['detected', 'detected'],
  ['acked', 'looked after'],
  ['contained', 'contained'],
  ['quiet', 'quiet'],
  ['verified', 'verified'],
  ['reverted', 'taken back'],
  ['resolved', 'resolved'],
];

const stageLines = (look: Look, milestones: Milestones, zone: string): readonly string[] =>
  stages.map(([stage, word]) => {
    const at = milestones[stage];
    const sinceStart = at === null || stage === 'started' ? '' : `  ${humanDuration(at - milestones.started)} after it began`;
    return renderLine(look, 2, [
      { text: word.padEnd(14), tone: 'dim' },
      { text: at === null ? missing : clockTime(at, zone) },
      { text: sinceStart, tone: 'dim' },
    ]);
  });

const renderText = (report: IncidentReport, { look, zone }: ViewOptions): string => {
  const { incident, timeline, burnt, freezes, next, generatedAt } = report;
  const paragraph = (...pieces: readonly Cell[]) => renderParagraph(look, { indent: 2, hang: 2, maxLines: 4 }, pieces);
  const title = (text: string) => look.paint('strong', text);
  const arrow = look.unicode ? '→' : '->';
  const cause = causeSentence(incident.cause);
  const facts = [incident.agent ?? 'the whole fleet', incident.class, incident.severity, `opened ${ago(incident.openedAt, generatedAt)}`];
  return [
    title('Next'),
    ...nextLines(look, next),
    '',
    headline(look, incident),
    ...paragraph({ text: joined(look, facts), tone: 'dim' }),
    ...(cause === null ? [] : paragraph({ text: cause })),
    ...stageLines(look, timeline.milestones, zone),
    ...(burnt === null ? [] : paragraph({ text: 'burnt         ', tone: 'dim' }, { text: burntWords(burnt) })),
    ...section(
      title('Changed'),
      timeline.changes.flatMap(({ target, action, from, to, status }) =>
        paragraph({ text: `${target ?? action ?? missing}: ` }, { text: diffWords(from, to, arrow) }, { text: `  ${status}`, tone: 'dim' }),
      ),
    ),
    ...section(
      title('In force'),
      timeline.inForce.flatMap(({ action, target, expiresAt }) =>
        paragraph(
          { text: [action, target].filter((word) => word !== null).join(' ') },
          {
            text: expiresAt === null ? '  until somebody takes it back' : `  until ${localTime(expiresAt, zone)}`,
            tone: 'dim',
          },
        ),
      ),
    ),
    ...section(
      title('Frozen'),
      freezes.map((freeze) => freezeLine(look, freeze, zone)),
    ),
    '',
  ].join('\n');
};

const section = (title: string, lines: readonly string[]): readonly string[] => (lines.length === 0 ? [] : ['', title, ...lines]);

/** What its requests cost, with what is not known of it. */
export const burntWords = ({ costNanos, requests, unpriced }: NonNullable<IncidentReport['burnt']>): string =>
  `${formatMoney(costNanos)} in ${plural(requests, 'request')}${unpriced === 0 ? '' : `, and ${plural(unpriced, 'call')} without a known price`}`;

/** Every format of `agentops incident show`. */
export const incidentFormats = (report: IncidentReport) => ({
  text: (options: ViewOptions) => renderText(report, options),
  json: () => jsonDocument(report.fleet, report.generatedAt, reportFacts(report)),
});
