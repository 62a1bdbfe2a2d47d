import { xmlText } from './escape.ts';

/** `failure`: the thing under test is bad. `error`: it could not be tested. */
export type JunitResult =
  | { readonly kind: 'passed' }
  | { readonly kind: 'skipped'; readonly message: string }
  | { readonly kind: 'failure' | 'error'; readonly type: string; readonly message: string; readonly lines: readonly string[] };

export interface JunitCase {
  readonly name: string;
  readonly className: string;
  readonly seconds: number | null;
  readonly result: JunitResult;
  /** Remarks on a case that is no failure. */
  readonly output?: readonly string[];
}

export interface JunitSuite {
  readonly name: string;
  /** UTC epoch ms. */
  readonly at: number;
  readonly properties: Readonly<Record<string, string>>;
  readonly cases: readonly JunitCase[];
  /** Remarks on the suite as a whole. */
  readonly output?: readonly string[];
}

const attributes = (values: Readonly<Record<string, string>>): string =>
  Object.entries(values)
    .map(([name, value]) => ` ${name}="${xmlText(value)}"`)
    .join('');

const textOf = (lines: readonly string[]): string => lines.map(xmlText).join('\n');

const resultOf = (result: JunitResult): readonly string[] => {
  if (result.kind === 'passed') return [];
  if (result.kind === 'skipped') return [`      <skipped${attributes({ message: result.message })}/>`];
  const { kind, type, message, lines } = result;
  return [`      <${kind}${attributes({ type, message })}>${textOf(lines)}</${kind}>`];
};

const caseOf = (test: JunitCase): readonly string[] => {
  const open = `    <testcase${attributes({ name: test.name, classname: test.className, time: (test.seconds ?? 0).toFixed(3) })}`;
  const inside = [...resultOf(test.result), ...(test.output?.length ? [`      <system-out>${textOf(test.output)}</system-out>`] : [])];
  return inside.length === 0 ? [`${open}/>`] : [`${open}>`, ...inside, '    </testcase>'];
};

const countsOf = (cases: readonly JunitCase[]): Readonly<Record<string, string>> => {
  const count = (kind: JunitResult['kind']): string => String(cases.filter((test) => test.result.kind === kind).length);
  const seconds = cases.reduce((sum, test) => sum + (test.seconds ?? 0), 0);
  return {
    tests: String(cases.length),
    failures: count('failure'),
    errors: count('error'),
    skipped: count('skipped'),
    time: seconds.toFixed(3),
  };
};

const suiteOf = (suite: JunitSuite): readonly string[] => {
  const properties = Object.entries(suite.properties).map(([name, value]) => `      <property${attributes({ name, value })}/>`);
  // The schema that Jenkins validates against knows neither fractions nor a zone.
  const timestamp = new Date(suite.at).toISOString().slice(0, 19);
  return [
    `  <testsuite${attributes({ name: suite.name, timestamp, ...countsOf(suite.cases) })}>`,
    ...(properties.length > 0 ? ['    <properties>', ...properties, '    </properties>'] : []),
    ...suite.cases.flatMap(caseOf),
    ...(suite.output?.length ? [`    <system-out>${textOf(suite.output)}</system-out>`] : []),
    '  </testsuite>',
  ];
};

/** The JUnit XML that CI systems read. */
export const renderJunit = (name: string, suites: readonly JunitSuite[]): string =>
  [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ name, ...countsOf(suites.flatMap(({ cases }) => cases)) })}>`,
    ...suites.flatMap(suiteOf),
    '</testsuites>',
    '',
  ].join('\n');
