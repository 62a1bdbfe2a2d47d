import type { ChainReport } from '../ground/audit/verify-chain.ts';
import { markdownText } from '../ground/output/escape.ts';
import { isoTime, jsonDocument } from '../ground/output/json.ts';
import { renderMarkdownTable } from '../ground/output/markdown.ts';
import { listOf } from '../ground/output/phrases.ts';
import { humanDuration } from '../ground/units/duration.ts';
import { causeSentence } from '../response/incidents/cause.ts';
import type { IncidentReport } from '../response/incidents/collect-incident.ts';
import type { Milestones } from '../response/incidents/timeline.ts';
import { diffWords } from './act-words.ts';
import { burntWords } from './incident.ts';
import { incidentFacts } from './incident-facts.ts';
import { timelineTable } from './incident-timeline.ts';

/** The answer of `agentops incident postmortem`. */
export interface Postmortem extends IncidentReport {
  readonly chain: Pick<ChainReport, 'records' | 'last' | 'broken'>;
}

const stages: readonly (readonly [keyof Milestones, string])[] = [
  ['started', 'Began'],
  ['detected', 'Detected'],
  ['acked', 'Looked after'],
  ['contained', 'Contained'],
  ['quiet', 'Traces silent'],
  ['verified', 'Verified'],
  ['reverted', 'Everything taken back'],
  ['resolved', 'Resolved'],
];

const blank = '_For a person to fill in._';

const milestoneTable = (milestones: Milestones): string =>
  renderMarkdownTable(
    [{ title: 'What' }, { title: 'When (UTC)' }, { title: 'After it began' }],
    stages.map(([stage, word]) => {
      const at = milestones[stage];
      return [
        word,
        at === null ? 'not yet' : isoTime(at),
        at === null || stage === 'started' ? '' : humanDuration(at - milestones.started),
      ];
    }),
  );

/** A list of Markdown, or a sentence where there is nothing; items are raw text. */
const list = (items: readonly string[], none: string): string =>
  items.length === 0 ? none : items.map((item) => `- ${markdownText(item)}`).join('\n');

const chainSentence = ({ records, last, broken }: Postmortem['chain']): string => {
  if (broken !== null) return `**The audit chain is broken**: ${markdownText(broken.message)}. Do not rely on this time line.`;
  return last === null ? 'Nothing is recorded.' : `The audit chain is whole: ${records} records, head \`${last.hash}\`.`;
};

/** A draft of the review, in Markdown: what is known is filled in from the audit chain, what is not is left to people. */
export const renderPostmortem = (report: Postmortem): string => {
  const { incident, timeline, burnt, freezes, chain } = report;
  const cause = causeSentence(incident.cause);
  const inForce = timeline.inForce.map(
    ({ action, target, expiresAt }) =>
      `${[action, target].filter((word) => word !== null).join(' ')}, ${expiresAt === null ? 'until somebody takes it back' : `until ${isoTime(expiresAt)}`}`,
  );
  const frozen = freezes.map(
    ({ agent, until, reason }) => `automatic actions of ${agent ?? 'the whole fleet'}, until ${isoTime(until)}: ${reason}`,
  );
  const sections: readonly (readonly [string, string])[] = [
    ['Summary', blank],
    [
      'Impact',
      [
        `- Agent: ${markdownText(incident.agent ?? 'the whole fleet')}`,
        `- Burnt until it was contained: ${burnt === null ? 'not known' : markdownText(burntWords(burnt))}`,
        '- Who noticed, and what they saw: _for a person to fill in_',
      ].join('\n'),
    ],
    ['How it was detected', cause === null ? 'A person opened the incident.' : `${markdownText(cause)}.`],
    ['Milestones', milestoneTable(timeline.milestones)],
    ['What happened', timelineTable(timeline.acts)],
    [
      'What was changed',
      list(
        timeline.changes.map(
          ({ target, action, from, to, status }) => `${target ?? action ?? 'a step'}: ${diffWords(from, to, '→')} (${status})`,
        ),
        'Nothing was changed.',
      ),
    ],
    [
      'Who approved',
      list(
        timeline.approvals.map(
          ({ at, by, runbook, planHash }) =>
            `${listOf(by)}: ${runbook ?? 'a runbook'}${planHash === null ? '' : `, plan ${planHash}`}, ${isoTime(at)}`,
        ),
        'Nothing was approved by a person.',
      ),
    ],
    ['What is still active', list([...inForce, ...frozen], 'Nothing.')],
    ['Root cause', blank],
    ['What went well, and what did not', blank],
    ['What will be done', '| What | Who | Until |\n| --- | --- | --- |\n| | | |'],
    ['Where this comes from', `${chainSentence(chain)} \`agentops audit verify\` looks again.`],
  ];
  const head = `# ${markdownText(`${incident.id}: ${incident.title}`)}\n\n*Draft, ${isoTime(report.generatedAt)}. Class ${incident.class}, ${incident.status}.*`;
  return `${[head, ...sections.map(([title, text]) => `## ${title}\n\n${text}`)].join('\n\n')}\n`;
};

/** Every format of `agentops incident postmortem`. */
export const postmortemFormats = (report: Postmortem) => ({
  markdown: () => renderPostmortem(report),
  json: () =>
    jsonDocument(report.fleet, report.generatedAt, { incident: incidentFacts(report.incident), markdown: renderPostmortem(report) }),
});
