import { githubData } from '../ground/output/escape.ts';
import { renderAnnotation } from '../ground/output/github.ts';
import { jsonDocument } from '../ground/output/json.ts';
import { renderJunit } from '../ground/output/junit.ts';
import { renderLine, renderParagraph } from '../ground/output/line.ts';
import { plural } from '../ground/output/phrases.ts';
import { stateSigns, symbolOf, type ViewOptions } from './words.ts';

/** One test, and what it expected and did not see. */
export interface TestedAlert {
  readonly file: string;
  readonly name: string;
  /** Empty: it passes. */
  readonly mismatches: readonly string[];
}

/** The answer of `agentops alerts test`. */
export interface AlertTests {
  readonly fleet: string;
  readonly generatedAt: number;
  /** In the order of files and tests. */
  readonly tests: readonly TestedAlert[];
}

const failuresOf = ({ tests }: AlertTests): readonly TestedAlert[] => tests.filter(({ mismatches }) => mismatches.length > 0);

const summary = (answer: AlertTests): string => {
  const failed = failuresOf(answer).length;
  return `${plural(answer.tests.length, 'test')}: ${failed === 0 ? 'all pass' : `${failed} failed`}`;
};

const renderText = (answer: AlertTests, { look, verbose }: ViewOptions): string =>
  [
    ...answer.tests.flatMap(({ file, name, mismatches }) => {
      if (mismatches.length === 0 && !verbose) return [];
      const sign = mismatches.length === 0 ? stateSigns.green : stateSigns.red;
      return [
        renderLine(look, 0, [
          { text: `${symbolOf(look, sign)} `, tone: sign.tone },
          { text: name, tone: 'strong' },
          { text: `  ${file}`, tone: 'dim' },
        ]),
        ...mismatches.flatMap((mismatch) => renderParagraph(look, { indent: 4, hang: 2, maxLines: 6 }, [{ text: mismatch }])),
      ];
    }),
    renderLine(look, 0, [{ text: summary(answer) }]),
    '',
  ].join('\n');

const renderTestsJunit = ({ tests, generatedAt }: AlertTests): string => {
  const files = [...new Set(tests.map(({ file }) => file))];
  return renderJunit(
    'alerts',
    files.map((file) => ({
      name: file,
      at: generatedAt,
      properties: {},
      cases: tests
        .filter((test) => test.file === file)
        .map(({ name, mismatches }) => ({
          name,
          className: 'alerts',
          seconds: null,
          result:
            mismatches[0] === undefined
              ? ({ kind: 'passed' } as const)
              : ({ kind: 'failure', type: 'mismatch', message: mismatches[0], lines: mismatches } as const),
        })),
    })),
  );
};

/** Every format of `agentops alerts test`. */
export const alertTestFormats = (answer: AlertTests) => ({
  text: (options: ViewOptions) => renderText(answer, options),
  json: () =>
    jsonDocument(answer.fleet, answer.generatedAt, {
      passed: answer.tests.length - failuresOf(answer).length,
      failed: failuresOf(answer).length,
      tests: answer.tests.map(({ file, name, mismatches }) => ({ file, name, pass: mismatches.length === 0, mismatches })),
    }),
  junit: () => renderTestsJunit(answer),
  github: () =>
    [
      ...failuresOf(answer).map(({ file, name, mismatches }) =>
        renderAnnotation({ level: 'error', title: `${file}: ${name}`, message: mismatches.join('\n') }),
      ),
      githubData(summary(answer)),
      '',
    ].join('\n'),
});
