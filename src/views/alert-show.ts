import { isoTime, jsonDocument } from '../ground/output/json.ts';
import { renderLine, renderParagraph } from '../ground/output/line.ts';
import type { Look } from '../ground/output/look.ts';
import { listOf, localTime, plural } from '../ground/output/phrases.ts';
import { writtenAlert } from '../oversight/alerts/alert-name.ts';
import type { AlertHistory } from '../oversight/alerts/collect-alerts.ts';
import { alertFacts, evaluatedFacts } from './alert-facts.ts';
import { alertBlock, evaluatedLine } from './alert-list.ts';
import { ruleFacts, testSentence } from './rule-facts.ts';
import type { ViewOptions } from './words.ts';

const eventWords: Readonly<Record<AlertHistory['events'][number]['kind'], string>> = {
  pending: 'pending',
  firing: 'firing',
  resolved: 'resolved',
  inactive: 'not any more',
  told: 'told',
  reminded: 'reminded',
  'told-end': 'told the end',
  acked: 'taken on',
};

const fewAgents = 8;

const renderHistory = (history: AlertHistory, options: ViewOptions): string => {
  const { alerts, events, moments, rule, quietAgents, evaluated, generatedAt, name, since } = history;
  const { look, zone } = options;
  const ruleLines =
    rule === null
      ? [renderLine(look, 0, [{ text: `the manifest has no rule of ${name} any more`, tone: 'warn' }])]
      : [
          renderLine(look, 0, [
            { text: `${rule.name}  `, tone: 'strong' },
            { text: rule.description, tone: 'dim' },
          ]),
          ...renderParagraph(look, { indent: 2, hang: 0, maxLines: 3 }, [{ text: testSentence(rule) }]),
        ];
  const calm =
    quietAgents.length === 0
      ? []
      : [`never breached by ${quietAgents.length > fewAgents ? plural(quietAgents.length, 'agent') : listOf(quietAgents)}`];
  return [
    ...ruleLines,
    ...section(
      look,
      'Alerts',
      [...alerts.flatMap((alert) => alertBlock(alert, generatedAt, options)), ...calm].map((line) => `  ${line}`),
    ),
    ...section(
      look,
      `Since ${localTime(since, zone)}`,
      events.map(({ kind, eventAt, isLate, detail, ...key }) =>
        renderLine(look, 2, [
          { text: `${localTime(eventAt, zone)}  `, tone: 'dim' },
          { text: `${eventWords[kind].padEnd(12)} ` },
          { text: `${writtenAlert(key)}  ` },
          { text: detail, tone: 'dim' },
          { text: isLate ? ' (seen late)' : '', tone: 'warn' },
        ]),
      ),
    ),
    ...section(
      look,
      'Judged of late',
      moments.map(({ at, said, agent, label }) =>
        renderLine(look, 2, [
          { text: `${localTime(at, zone)}  `, tone: 'dim' },
          { text: `${said.padEnd(8)} `, tone: said === 'breach' ? 'bad' : 'plain' },
          { text: label === '' ? agent : `${agent}/${label}`, tone: 'dim' },
        ]),
      ),
    ),
    '',
    evaluatedLine(look, evaluated, generatedAt),
    '',
  ].join('\n');
};

const section = (look: Look, title: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : ['', look.paint('strong', title), ...lines];

/** Every format of `agentops alerts show`. */
export const alertShowFormats = (history: AlertHistory) => ({
  text: (options: ViewOptions) => renderHistory(history, options),
  json: () =>
    jsonDocument(history.fleet, history.generatedAt, {
      ...evaluatedFacts(history.evaluated),
      name: history.name,
      rule: history.rule === null ? null : ruleFacts(history.rule),
      never_breached_by: history.quietAgents,
      alerts: history.alerts.map(alertFacts),
      since: isoTime(history.since),
      events: history.events.map(({ rule, agent, label, kind, eventAt, at, isLate, detail }) => ({
        rule,
        agent,
        label,
        kind,
        at: isoTime(eventAt),
        seen_at: isoTime(at),
        late: isLate,
        detail,
      })),
      moments: history.moments.map(({ agent, label, at, said, evaluatedAt }) => ({
        agent,
        label,
        at: isoTime(at),
        said,
        evaluated_at: isoTime(evaluatedAt),
      })),
    }),
});
