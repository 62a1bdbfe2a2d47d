import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from './temporary.ts';

/** A series of one minute steps in promtool's notation: its labels, and its values. */
export interface TestSeries {
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
  /** A value for each minute from 0 on; one alone stands all the time. */
  readonly values: readonly (number | null)[];
}

/** What an expression is to come to at a minute. */
export interface TestQuestion {
  readonly expr: string;
  readonly minute: number;
  readonly expected: readonly { readonly labels: Readonly<Record<string, string>>; readonly value: number }[];
}

/** So long a value that is alone stands, minutes. */
const lasting = 15;

const labelled = (metric: string, labels: Readonly<Record<string, string>>): string =>
  `${metric}{${Object.entries(labels)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(', ')}}`;

const valuesOf = (values: readonly (number | null)[]): string =>
  values.length === 1 ? `${values[0]}+0x${lasting}` : values.map((value) => (value === null ? '_' : String(value))).join(' ');

/** What promtool says of rules on series; empty: it is as expected. */
export const promtoolTest = (rules: string, series: readonly TestSeries[], questions: readonly TestQuestion[]): string => {
  const folder = temporaryFolder();
  const file = join(folder, 'rules.yml');
  writeFileSync(file, rules);
  const test = {
    rule_files: [file],
    evaluation_interval: '1m',
    tests: [
      {
        interval: '1m',
        input_series: series.map(({ metric, labels, values }) => ({ series: labelled(metric, labels), values: valuesOf(values) })),
        promql_expr_test: questions.map(({ expr, minute, expected }) => ({
          expr,
          eval_time: `${minute}m`,
          exp_samples: expected.map(({ labels, value }) => ({ labels: labelled('', labels), value })),
        })),
      },
    ],
  };
  writeFileSync(join(folder, 'test.json'), JSON.stringify(test));
  const { status, stdout, stderr } = spawnSync('promtool', ['test', 'rules', join(folder, 'test.json')], { encoding: 'utf8' });
  return status === 0 ? '' : `${stdout}\n${stderr}`;
};

/** What promtool says of a file of rules; empty: they are right. */
export const promtoolCheck = (rules: string): string => {
  const file = join(temporaryFolder(), 'rules.yml');
  writeFileSync(file, rules);
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'rules', '--lint-fatal', file], { encoding: 'utf8' });
  return status === 0 ? '' : `${stdout}\n${stderr}`;
};
