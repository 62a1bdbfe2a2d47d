import { renderLine, renderParagraph } from '../ground/output/line.ts';
import type { Look } from '../ground/output/look.ts';
import type { CaseDetail, EvalReport } from '../quality/evals/report.ts';
import {
  casesOf,
  errorTexts,
  exampleLines,
  factsOf,
  headlineOf,
  reasonOf,
  regressionText,
  subjectOf,
  tallyText,
  verdictSigns,
} from './eval-facts.ts';
import { statusSigns, symbolOf, type ViewOptions } from './words.ts';

/** Lines that one remark may take in a terminal. */
const remarkLines = 4;
/** Others than regressions that are shown unless everything is asked for. */
const shownOthers = 10;
/** Of these so many with what was got, where nothing got worse and they are all there is to see. */
const exemplified = 3;

const exampleParagraphs = (look: Look, detail: CaseDetail): readonly string[] =>
  exampleLines(detail).flatMap(({ label, text }) =>
    renderParagraph(look, { indent: 4, hang: 10, maxLines: remarkLines }, [{ text: label.padEnd(10), tone: 'dim' }, { text }]),
  );

const otherLines = (look: Look, detail: CaseDetail, whole: boolean): readonly string[] => {
  const sign =
    detail.passes === 0 && detail.errors === detail.trials
      ? statusSigns.error
      : detail.passes === 0
        ? statusSigns.fail
        : statusSigns.degraded;
  return [
    renderLine(look, 2, [
      { text: `${symbolOf(look, sign)} `, tone: sign.tone },
      { text: detail.caseId, tone: 'strong' },
      { text: `  ${tallyText(detail)}${detail.severity === 'normal' ? '' : `, ${detail.severity}`}`, tone: 'dim' },
    ]),
    ...(whole ? exampleParagraphs(look, detail) : []),
  ];
};

/** The verdict first, then the figures, then each regression with what was expected and got. */
export const renderEvalText = (report: EvalReport, { look, verbose }: ViewOptions): string => {
  const sign = verdictSigns[report.gate.verdict];
  const { regressions, others } = casesOf(report);
  const facts = factsOf(report);
  const shown = verbose ? others : others.slice(0, shownOthers);
  const cut = others.length - shown.length + report.detailsCut;
  const worse = regressions.flatMap(({ regression, detail }) => [
    ...renderParagraph(look, { indent: 2, hang: 4, maxLines: remarkLines }, [
      { text: `${symbolOf(look, statusSigns.fail)} `, tone: 'bad' },
      { text: regression.caseId, tone: 'strong' },
      { text: `  ${regressionText(regression)}` },
    ]),
    ...(detail === null ? [] : exampleParagraphs(look, detail)),
  ]);
  return [
    ...renderParagraph(look, { indent: 0, hang: 2, maxLines: remarkLines }, [
      { text: `${symbolOf(look, sign)} `, tone: sign.tone },
      { text: headlineOf(report), tone: 'strong' },
      { text: `  ${subjectOf(report)}` },
    ]),
    ...renderParagraph(look, { indent: 2, hang: 0, maxLines: 8 }, [{ text: reasonOf(report) }]),
    '',
    ...facts.flatMap(({ name, value, more }) =>
      renderParagraph(look, { indent: 2, hang: 11, maxLines: remarkLines }, [
        { text: name.padEnd(11), tone: 'dim' },
        { text: value },
        { text: more === '' ? '' : `  ${more}`, tone: 'dim' },
      ]),
    ),
    ...section(look, 'Got worse', worse),
    ...section(
      look,
      'Could not be judged',
      errorTexts(report).flatMap((text) => renderParagraph(look, { indent: 2, hang: 2, maxLines: remarkLines }, [{ text }])),
    ),
    ...section(look, report.gate.regressions.length > 0 ? 'Others that did not always pass' : 'Did not always pass', [
      ...shown.flatMap((detail, at) => otherLines(look, detail, verbose || (regressions.length === 0 && at < exemplified))),
      ...(cut === 0 || shown.length === 0
        ? []
        : [renderLine(look, 2, [{ text: `and ${cut} more${verbose ? '' : '; --verbose shows more'}`, tone: 'dim' }])]),
    ]),
    ...(report.notes.length === 0 ? [] : ['']),
    ...report.notes.flatMap((text) => renderParagraph(look, { indent: 0, hang: 2, maxLines: remarkLines }, [{ text, tone: 'dim' }])),
    '',
    renderLine(look, 0, [{ text: `run ${report.run.id}`, tone: 'dim' }]),
    '',
  ].join('\n');
};

const section = (look: Look, title: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : ['', renderLine(look, 0, [{ text: title, tone: 'strong' }]), ...lines];
