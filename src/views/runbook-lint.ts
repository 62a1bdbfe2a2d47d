import { relative } from 'node:path';
import { type Annotation, renderAnnotation } from '../ground/output/github.ts';
import { jsonDocument } from '../ground/output/json.ts';
import { renderLine, renderParagraph } from '../ground/output/line.ts';
import { plural } from '../ground/output/phrases.ts';
import type { LintedRunbook } from '../response/runbooks/collect-lint.ts';
import type { LintFinding } from '../response/runbooks/lint.ts';
import { stateSigns, symbolOf, type ViewOptions } from './words.ts';

/** The answer of `agentops runbook lint`. */
export interface LintAnswer {
  readonly fleet: string;
  /** UTC epoch ms. */
  readonly generatedAt: number;
  /** The folder that paths are shown from. */
  readonly base: string;
  readonly linted: readonly LintedRunbook[];
}

const near = (base: string, file: string): string => {
  const short = relative(base, file);
  return short.startsWith('..') ? file : short;
};

const placeOf = (base: string, { at }: LintFinding): string => `${near(base, at.file)}:${at.line}:${at.column}`;

const countsOf = ({ linted }: LintAnswer) => {
  const all = linted.flatMap(({ findings }) => findings);
  const errors = all.filter(({ severity }) => severity === 'error').length;
  return { errors, warnings: all.length - errors };
};

const summaryOf = (answer: LintAnswer): string => {
  const { errors, warnings } = countsOf(answer);
  const found = errors + warnings === 0 ? 'nothing found' : `${plural(errors, 'error')}, ${plural(warnings, 'warning')}`;
  return `${plural(answer.linted.length, 'runbook')}: ${found}`;
};

const renderText = (answer: LintAnswer, { look }: ViewOptions): string => {
  const lines = answer.linted.flatMap(({ name, findings }) =>
    findings.flatMap((finding) => {
      const sign = finding.severity === 'error' ? stateSigns.red : stateSigns.yellow;
      return [
        ...renderParagraph(look, { indent: 0, hang: 4, maxLines: 12 }, [
          { text: `${symbolOf(look, sign)} `, tone: sign.tone },
          { text: placeOf(answer.base, finding), tone: 'strong' },
          { text: ` ${finding.severity} `, tone: sign.tone },
          { text: `${finding.rule}: `, tone: 'dim' },
          { text: `${name}: ${finding.message}` },
        ]),
        ...(finding.hint === null
          ? []
          : renderParagraph(look, { indent: 4, hang: 2, maxLines: 4 }, [{ text: `hint: ${finding.hint}`, tone: 'dim' }])),
      ];
    }),
  );
  const { errors, warnings } = countsOf(answer);
  const sign = errors > 0 ? stateSigns.red : warnings > 0 ? stateSigns.yellow : stateSigns.green;
  const last = renderLine(look, 0, [{ text: `${symbolOf(look, sign)} ${summaryOf(answer)}`, tone: sign.tone }]);
  return [...lines, ...(lines.length === 0 ? [] : ['']), last, ''].join('\n');
};

const annotation = (answer: LintAnswer, { name, findings }: LintedRunbook): readonly Annotation[] =>
  findings.map((finding) => ({
    level: finding.severity,
    title: `${name}: ${finding.rule}`,
    message: finding.hint === null ? finding.message : `${finding.message} (${finding.hint})`,
    place: { file: near(answer.base, finding.at.file), line: finding.at.line, column: finding.at.column },
  }));

/** Every format of `agentops runbook lint`. */
export const lintFormats = (answer: LintAnswer) => ({
  text: (options: ViewOptions) => renderText(answer, options),
  github: () => [...answer.linted.flatMap((linted) => annotation(answer, linted)).map(renderAnnotation), summaryOf(answer), ''].join('\n'),
  json: () =>
    jsonDocument(answer.fleet, answer.generatedAt, {
      ...countsOf(answer),
      runbooks: answer.linted.map(({ name, origin, file, findings }) => ({
        runbook: name,
        origin,
        file: near(answer.base, file),
        findings: findings.map((finding) => ({
          rule: finding.rule,
          severity: finding.severity,
          file: near(answer.base, finding.at.file),
          line: finding.at.line,
          column: finding.at.column,
          message: finding.message,
          hint: finding.hint,
        })),
      })),
    }),
});
