import { markdownText } from '../ground/output/escape.ts';
import { jsonDocument } from '../ground/output/json.ts';
import { renderParagraph } from '../ground/output/line.ts';
import { renderMarkdownTable } from '../ground/output/markdown.ts';
import { plural } from '../ground/output/phrases.ts';
import { displayWidth } from '../ground/output/width.ts';
import { type Readiness, readinessJson, readinessMarkdown, renderReadiness } from './readiness.ts';
import { type Sign, stateSigns, statusSigns, symbolOf, type ViewOptions } from './words.ts';

/** One thing that was looked at. */
export interface DoctorFinding {
  /** The heading it stands under: `machine`, `endpoints`. */
  readonly group: string;
  readonly name: string;
  readonly state: 'ok' | 'warn' | 'fail' | 'skipped';
  readonly detail: string;
  /** What to type or to change; null where nothing needs it. */
  readonly fix: string | null;
}

export interface DoctorReport {
  /** Null where no manifest could be read. */
  readonly fleet: string | null;
  readonly generatedAt: number;
  /** `wrong`: something that is looked after; `cannot_work`: this tool itself. */
  readonly verdict: 'ok' | 'wrong' | 'cannot_work';
  readonly findings: readonly DoctorFinding[];
  /** What runbooks could do; null: it was not asked for. */
  readonly readiness: readonly Readiness[] | null;
}

const signs: Readonly<Record<DoctorFinding['state'], Sign>> = {
  ok: stateSigns.green,
  warn: stateSigns.yellow,
  fail: stateSigns.red,
  skipped: statusSigns.skipped,
};
const marks: Readonly<Record<DoctorFinding['state'], string>> = { ok: '🟢', warn: '🟡', fail: '🔴', skipped: '⚪' };
const widestName = 32;
const detailLines = 4;

const verdictOf = ({ findings, verdict }: DoctorReport): string => {
  const count = (state: DoctorFinding['state']) => findings.filter((finding) => finding.state === state).length;
  const warnings = count('warn') === 0 ? '' : `, ${plural(count('warn'), 'warning')}`;
  const failed = plural(count('fail'), 'thing');
  const is = count('fail') === 1 ? 'is' : 'are';
  if (verdict === 'wrong') return `${failed} ${is} wrong${warnings}`;
  return verdict === 'ok' ? `all is well${warnings}` : `${failed} ${is} in the way of agentops${warnings}`;
};

const worstOf = ({ verdict, findings }: DoctorReport): DoctorFinding['state'] =>
  verdict !== 'ok' ? 'fail' : findings.some(({ state }) => state === 'warn') ? 'warn' : 'ok';

const groupsOf = ({ findings }: DoctorReport): readonly (readonly [string, readonly DoctorFinding[]])[] =>
  [...new Set(findings.map(({ group }) => group))].map((group) => [group, findings.filter((finding) => finding.group === group)]);

const titleOf = (group: string): string => `${group.charAt(0).toUpperCase()}${group.slice(1)}`;

/** Group by group, a line a finding, and under what is wrong how to mend it. */
const renderDoctorText = (report: DoctorReport, options: ViewOptions): string => {
  const { look } = options;
  const verdictSign = signs[worstOf(report)];
  const width = Math.min(widestName, Math.max(0, ...report.findings.map(({ name }) => displayWidth(name)))) + 2;
  const lines = groupsOf(report).flatMap(([group, findings]) => [
    '',
    look.paint('strong', titleOf(group)),
    ...findings.flatMap(({ name, state, detail, fix }) => [
      ...renderParagraph(look, { indent: 2, hang: width + 2, maxLines: detailLines }, [
        { text: `${symbolOf(look, signs[state])} `, tone: signs[state].tone },
        { text: `${name.padEnd(width)}`, tone: state === 'fail' ? 'strong' : 'plain' },
        { text: detail, tone: state === 'ok' || state === 'skipped' ? 'dim' : 'plain' },
      ]),
      ...(fix === null
        ? []
        : renderParagraph(look, { indent: width + 4, hang: 5, maxLines: detailLines }, [{ text: 'fix: ', tone: 'strong' }, { text: fix }])),
    ]),
  ]);
  const verdict = renderParagraph(look, { indent: 0, hang: 2, maxLines: 2 }, [
    { text: `${symbolOf(look, verdictSign)} `, tone: verdictSign.tone },
    { text: `${report.fleet === null ? '' : `${report.fleet}: `}${verdictOf(report)}`, tone: 'strong' },
  ]);
  const table = report.readiness === null ? [] : ['', look.paint('strong', 'Readiness'), ...renderReadiness(report.readiness, options)];
  return [...verdict, ...lines, ...table, ''].join('\n');
};

/** The public document of `agentops doctor --json`. */
const renderDoctorJson = ({ fleet, generatedAt, verdict, findings, readiness }: DoctorReport): string =>
  jsonDocument(fleet, generatedAt, {
    verdict,
    findings: findings.map(({ group, name, state, detail, fix }) => ({ group, name, state, detail, fix })),
    ...(readiness === null ? {} : { readiness: readinessJson(readiness) }),
  });

/** For an issue or a chat: what is wrong first as a sentence, then everything as a table. */
const renderDoctorMarkdown = (report: DoctorReport): string =>
  [
    `### ${marks[worstOf(report)]} ${markdownText(`agentops doctor: ${verdictOf(report)}`)}`,
    '',
    renderMarkdownTable(
      [{ title: '' }, { title: 'Group' }, { title: 'What' }, { title: 'Found' }, { title: 'Fix' }],
      report.findings.map(({ group, name, state, detail, fix }) => [marks[state], group, name, detail, fix ?? '']),
    ),
    ...(report.readiness === null ? [] : ['', readinessMarkdown(report.readiness)]),
    '',
  ].join('\n');

/** Every format of `agentops doctor`, by the name `--output` takes. */
export const doctorFormats = {
  text: renderDoctorText,
  json: renderDoctorJson,
  markdown: renderDoctorMarkdown,
} satisfies Readonly<Record<string, (report: DoctorReport, options: ViewOptions) => string>>;
