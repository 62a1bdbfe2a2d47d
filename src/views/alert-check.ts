import { githubData } from '../ground/output/escape.ts';
import { renderAnnotation } from '../ground/output/github.ts';
import { isoTime, jsonDocument } from '../ground/output/json.ts';
import { renderLine, renderParagraph } from '../ground/output/line.ts';
import { plural } from '../ground/output/phrases.ts';
import { writtenAlert } from '../oversight/alerts/alert-name.ts';
import type { Judged } from '../oversight/alerts/collect-judgements.ts';
import { alertSigns, judgementFacts } from './alert-facts.ts';
import { symbolOf, type ViewOptions } from './words.ts';

/** An alert that a check found, with the next thing to type. */
export interface FoundAlert extends Judged {
  readonly next: string;
}

/** The answer of `agentops alerts check`. */
export interface AlertCheck {
  readonly fleet: string;
  readonly generatedAt: number;
  /** How many rules were judged, and on how many agents. */
  readonly rules: number;
  readonly agents: number;
  readonly firing: readonly FoundAlert[];
  /** What breaches, and not yet for as long as its rule wants. */
  readonly pending: readonly FoundAlert[];
  /** Judgements for which there is too little data. */
  readonly unknown: number;
  /** What keeps this from being the whole truth; raw. */
  readonly problems: readonly string[];
}

const named = ({ rule, agent, label }: FoundAlert): string => writtenAlert({ rule: rule.name, agent, label });

const block = (found: FoundAlert, { look }: ViewOptions): readonly string[] => {
  const sign = alertSigns[found.instance.state];
  return [
    renderLine(look, 0, [
      { text: `${symbolOf(look, sign)} ${found.instance.state.padEnd(10)} `, tone: sign.tone },
      { text: `${named(found)}  `, tone: 'strong' },
      { text: `${found.severity}, ${found.rule.category}`, tone: 'dim' },
    ]),
    ...renderParagraph(look, { indent: 13, hang: 0, maxLines: 4 }, [{ text: found.judgement.reason }]),
    renderLine(look, 13, [{ text: found.next, tone: 'strong' }]),
  ];
};

const summary = ({ rules, agents, firing, pending, unknown }: AlertCheck): string =>
  [
    `${plural(rules, 'rule')} on ${plural(agents, 'agent')}: ${firing.length === 0 ? 'nothing would fire' : `${firing.length} would fire`}`,
    ...(pending.length === 0 ? [] : [`${pending.length} would be pending`]),
    ...(unknown === 0 ? [] : [`${plural(unknown, 'judgement')} lack data`]),
  ].join(', ');

const renderCheck = (check: AlertCheck, options: ViewOptions): string =>
  [
    ...[...check.firing, ...check.pending].flatMap((found) => [...block(found, options), '']),
    ...check.problems.map((problem) => renderLine(options.look, 0, [{ text: problem, tone: 'warn' }])),
    renderLine(options.look, 0, [{ text: summary(check) }]),
    '',
  ].join('\n');

const facts = (found: FoundAlert) => {
  const { rule, agent, label, severity, judgement, exemplar, instance, next } = found;
  return {
    rule: rule.name,
    agent,
    label,
    severity,
    category: rule.category,
    said: judgement.said,
    ...judgementFacts(judgement),
    trace_id: exemplar,
    state: instance.state,
    judged_at: isoTime(found.at),
    next,
  };
};

/** Every format of `agentops alerts check`. */
export const alertCheckFormats = (check: AlertCheck) => ({
  text: (options: ViewOptions) => renderCheck(check, options),
  json: () =>
    jsonDocument(check.fleet, check.generatedAt, {
      rules: check.rules,
      agents: check.agents,
      firing: check.firing.map(facts),
      pending: check.pending.map(facts),
      unknown: check.unknown,
      problems: check.problems,
    }),
  github: () => {
    const lines = [...check.firing, ...check.pending].map((found) =>
      renderAnnotation({
        level: found.instance.state === 'pending' ? 'warning' : 'error',
        title: `alert ${named(found)}`,
        message: found.judgement.reason,
      }),
    );
    return [...lines, githubData(summary(check)), ''].join('\n');
  },
});
