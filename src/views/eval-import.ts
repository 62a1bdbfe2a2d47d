import { relative } from 'node:path';
import { jsonDocument } from '../ground/output/json.ts';
import { renderParagraph } from '../ground/output/line.ts';
import { listOf, plural } from '../ground/output/phrases.ts';
import type { ViewOptions } from './words.ts';

/** Something that the suite does not say, or not quite as the file it was made of. */
export interface ImportRemark {
  readonly at: { readonly file: string; readonly line: number; readonly column: number };
  readonly path: string;
  readonly name: string;
  readonly why: string;
  /** It is taken over all the same. */
  readonly isKept: boolean;
}

/** What `agentops eval import` did. */
export interface ImportReport {
  readonly generatedAt: number;
  /** The file that was read, and the suite that was written, absolute. */
  readonly from: string;
  readonly suite: string;
  readonly cases: number;
  readonly assertions: number;
  readonly remarks: readonly ImportRemark[];
  readonly cwd: string;
}

const renderImportText = ({ from, suite, cases, assertions, remarks, cwd }: ImportReport, { look }: ViewOptions): string => {
  const near = (path: string) => {
    const short = relative(cwd, path);
    return short === '' || short.startsWith('..') ? path : short;
  };
  const section = (title: string, isKept: boolean): readonly string[] => {
    const told = remarks.filter((remark) => remark.isKept === isKept);
    if (told.length === 0) return [];
    const lines = told.flatMap(({ at, path, name, why }) =>
      renderParagraph(look, { indent: 2, hang: 4, maxLines: 6 }, [
        { text: `${near(at.file)}:${at.line}:${at.column} `, tone: 'dim' },
        { text: `${path === name ? '' : `${path} `}${name}: `, tone: 'strong' },
        { text: why },
      ]),
    );
    return ['', look.paint('strong', title), ...lines];
  };
  return [
    `${near(suite)}: ${listOf([plural(cases, 'case'), plural(assertions, 'assertion')])}, made of ${near(from)}`,
    ...section('Left out', false),
    ...section('Taken over, but to be known', true),
    '',
  ].join('\n');
};

/** The public document of `agentops eval import --json`. */
const renderImportJson = ({ generatedAt, from, suite, cases, assertions, remarks }: ImportReport): string => {
  const listed = (isKept: boolean) =>
    remarks
      .filter((remark) => remark.isKept === isKept)
      .map(({ at, path, name, why }) => ({ file: at.file, line: at.line, column: at.column, path, name, why }));
  return jsonDocument(null, generatedAt, { from, suite, cases, assertions, left_out: listed(false), notes: listed(true) });
};

/** Every format of `agentops eval import`, by the name `--output` takes. */
export const importFormats = (report: ImportReport) => ({
  text: (options: ViewOptions) => renderImportText(report, options),
  json: () => renderImportJson(report),
});
