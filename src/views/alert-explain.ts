import { isoTime, jsonDocument } from '../ground/output/json.ts';
import { renderLine, renderParagraph } from '../ground/output/line.ts';
import type { Look } from '../ground/output/look.ts';
import { localTime } from '../ground/output/phrases.ts';
import { figuresOfJudgement } from '../oversight/alerts/alert-figures.ts';
import { writtenAlert } from '../oversight/alerts/alert-name.ts';
import type { Judged } from '../oversight/alerts/collect-judgements.ts';
import type { Rule } from '../oversight/alerts/rule.ts';
import { alertSigns, figureWords, judgementFacts } from './alert-facts.ts';
import { numberFacts, ruleFacts, ruleParameters, testSentence } from './rule-facts.ts';
import { joined, symbolOf, type ViewOptions } from './words.ts';

/** One decision with what would change it. */
export interface Explained extends Judged {
  /** What would make it fire, in a sentence. */
  readonly wouldFire: string;
}

/** The answer of `agentops alerts explain`. */
export interface AlertExplanation {
  readonly fleet: string;
  readonly generatedAt: number;
  readonly rule: Rule;
  readonly judged: readonly Explained[];
  readonly notJudged: readonly { readonly agent: string; readonly why: string }[];
}

const saidWords = { breach: 'breaches', between: 'between its two limits', clear: 'clear', unknown: 'too little data' } as const;

const numberWord = (value: number | null): string =>
  value === null ? '-' : Number.isInteger(value) ? value.toLocaleString('en-US') : String(Number(value.toPrecision(4)));

const decision = (explained: Explained, { look, zone }: ViewOptions): readonly string[] => {
  const { rule, agent, label, judgement, instance, wouldFire, exemplar, at } = explained;
  const sign = alertSigns[instance.state];
  const numbers = Object.entries(numberFacts(judgement.numbers, judgement.unit === 'nanos'));
  const width = Math.max(0, ...numbers.map(([name]) => name.length));
  return [
    '',
    renderLine(look, 0, [
      { text: `${symbolOf(look, sign)} ${writtenAlert({ rule: rule.name, agent, label })}  `, tone: sign.tone },
      { text: joined(look, [instance.state, saidWords[judgement.said], `as of ${localTime(at, zone)}`]), tone: 'dim' },
    ]),
    ...paragraph(look, judgement.reason),
    ...figureLine(look, explained),
    ...numbers.map(([name, value]) => renderLine(look, 4, [{ text: `${name.padEnd(width)}  `, tone: 'dim' }, { text: numberWord(value) }])),
    ...(exemplar === null ? [] : [renderLine(look, 2, [{ text: `agentops traces show ${exemplar}`, tone: 'strong' }])]),
    ...paragraph(look, wouldFire === 'it fires' ? 'It fires.' : `It would fire at: ${wouldFire}.`),
  ];
};

const figureLine = (look: Look, { judgement }: Explained): readonly string[] => {
  const words = figureWords(figuresOfJudgement(judgement));
  return words.length === 0 ? [] : [renderLine(look, 2, [{ text: joined(look, words), tone: 'dim' }])];
};

const paragraph = (look: Look, text: string): readonly string[] => renderParagraph(look, { indent: 2, hang: 0, maxLines: 4 }, [{ text }]);

const renderExplanation = ({ rule, judged, notJudged }: AlertExplanation, options: ViewOptions): string => {
  const { look } = options;
  const parameters = ruleParameters(rule);
  const width = Math.max(...parameters.map(([name]) => name.length));
  return [
    renderLine(look, 0, [
      { text: `${rule.name}  `, tone: 'strong' },
      { text: joined(look, [rule.severity, rule.category, rule.test.type]), tone: 'dim' },
    ]),
    ...(rule.description === '' ? [] : paragraph(look, rule.description)),
    ...paragraph(look, testSentence(rule)),
    ...parameters.map(([name, value]) => renderLine(look, 4, [{ text: `${name.padEnd(width)}  `, tone: 'dim' }, { text: value }])),
    ...judged.flatMap((each) => decision(each, options)),
    ...(notJudged.length === 0 ? [] : ['', look.paint('strong', 'Not judged')]),
    ...notJudged.map(({ agent, why }) => renderLine(look, 2, [{ text: `${agent}: ` }, { text: why, tone: 'dim' }])),
    '',
  ].join('\n');
};

/** Every format of `agentops alerts explain`. */
export const alertExplainFormats = (explanation: AlertExplanation) => ({
  text: (options: ViewOptions) => renderExplanation(explanation, options),
  json: () =>
    jsonDocument(explanation.fleet, explanation.generatedAt, {
      rule: ruleFacts(explanation.rule),
      agents: explanation.judged.map(({ agent, label, severity, instance, judgement, wouldFire, exemplar, at }) => ({
        agent,
        label,
        severity,
        judged_at: isoTime(at),
        state: instance.state,
        said: judgement.said,
        ...judgementFacts(judgement),
        numbers: numberFacts(judgement.numbers, judgement.unit === 'nanos'),
        would_fire: wouldFire,
        trace_id: exemplar,
      })),
      not_judged: explanation.notJudged,
    }),
});
