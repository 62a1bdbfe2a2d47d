import { renderLine, renderParagraph } from '../ground/output/line.ts';
import type { Cell, Look, Tone } from '../ground/output/look.ts';
import { plural } from '../ground/output/phrases.ts';
import { type Column, renderTable } from '../ground/output/table.ts';
import { formatShare } from '../ground/units/amount.ts';
import type { AdviceReport } from '../telemetry/advice/advice-report.ts';
import type { Finding, Grade } from '../telemetry/advice/saving.ts';
import { adviceFacts, dollarText, rangeText, taskText } from './advice-facts.ts';
import { joined, type ViewOptions } from './words.ts';

/** How much is shown. */
export interface AdviceLayout {
  /** What saves less is left out, dollars per 30 days. */
  readonly leastDollars: number;
  readonly top: number;
}

/** The findings that are shown. */
export const shownFindings = ({ findings }: AdviceReport, { leastDollars, top }: AdviceLayout): readonly Finding[] =>
  findings.filter(({ saving }) => saving.mid >= leastDollars).slice(0, top);

export const usualAdviceLayout: AdviceLayout = { leastDollars: 1, top: 20 };

const columns: readonly Column[] = [
  { title: 'AGENT', flexible: true, minWidth: 10 },
  { title: 'TASK', flexible: true, minWidth: 6, optional: true },
  { title: 'STRATEGY' },
  { title: 'SAVES', align: 'right' },
  { title: 'RANGE A MONTH', align: 'right' },
  { title: 'GRADE' },
  { title: 'KNOWN', align: 'right', optional: true },
];

const gradeTones: Readonly<Record<Grade, Tone>> = { measured: 'good', modelled: 'plain', speculative: 'dim' };

const rowOf = ({ agent, task, strategy, saving, grade, coverage }: Finding): readonly Cell[] => [
  { text: agent },
  { text: taskText(task) },
  { text: strategy },
  { text: dollarText(saving.mid), tone: 'strong' },
  { text: rangeText(saving), tone: saving.low < 0 ? 'warn' : 'plain' },
  { text: grade, tone: gradeTones[grade] },
  { text: formatShare(coverage), tone: 'dim' },
];

/** Ways to spend less, for people: what saves most first. */
export const renderAdviceText = (
  report: AdviceReport,
  { look, verbose }: ViewOptions,
  layout: AdviceLayout = usualAdviceLayout,
): string => {
  const shown = shownFindings(report, layout);
  const [spent = '', ...facts] = adviceFacts(report);
  const head = renderParagraph(look, { indent: 0, hang: 2, maxLines: 3 }, [
    { text: `${report.fleet}: ${spent}`, tone: 'strong' },
    { text: joined(look, ['', ...facts]), tone: 'dim' },
  ]);
  const table = renderTable(look, columns, shown.map(rowOf));
  const less = report.findings.length - shown.length;
  const notes = [
    ...(less === 0 ? [] : [`${plural(less, 'more way', 'more ways')} to save less: --top ${less + shown.length} --min 0`]),
    ...(shown.length === 0 || verbose ? [] : ['what each rests on, what it may spoil, and the next step: --verbose']),
  ];
  return [
    ...head,
    ...(shown.length === 0 ? [] : ['', table.head, ...table.rows]),
    ...(verbose ? shown.flatMap((finding) => detailLines(look, finding)) : []),
    ...(notes.length === 0 ? [] : ['', ...notes.map((text) => renderLine(look, 0, [{ text, tone: 'dim' }]))]),
    ...missingLines(look, report),
    '',
  ].join('\n');
};

const detailLines = (look: Look, { agent, task, strategy, assumptions, harm, exemplars, next }: Finding): readonly string[] => {
  const paragraph = (title: string, text: string, tone: Tone = 'plain'): readonly string[] =>
    renderParagraph(look, { indent: 2, hang: 9, maxLines: 6 }, [
      { text: title.padEnd(9), tone: 'dim' },
      { text, tone },
    ]);
  const title = joined(look, [agent, ...(task === null ? [] : [task]), strategy]);
  return [
    '',
    renderLine(look, 0, [{ text: title, tone: 'strong' }]),
    ...assumptions.flatMap(({ name, value, low, high }) =>
      paragraph('assumes', `${name}: ${numberText(value)}${low === high ? '' : ` (${numberText(low)} to ${numberText(high)})`}`),
    ),
    ...harm.flatMap((sentence) => paragraph('harm', sentence)),
    ...(exemplars.length === 0 ? [] : paragraph('see', `agentops traces show ${exemplars[0]}`)),
    ...(next.manifest ?? '')
      .split('\n')
      .flatMap((line, at) =>
        line === '' ? [] : [renderLine(look, 2, [{ text: (at === 0 ? 'try' : '').padEnd(9), tone: 'dim' }, { text: line }])],
      ),
    ...next.commands.flatMap((command) => paragraph('then', command)),
  ];
};

const numberText = (value: number): string =>
  Number.isInteger(value) ? value.toLocaleString('en-US') : String(Number(value.toPrecision(3)));

/** What nothing was said about, and why: each reason once. */
const missingLines = (look: Look, { problems }: AdviceReport): readonly string[] => {
  const reasons = new Map<string, string[]>();
  for (const { agent, strategy, missing } of problems) {
    const reason = `${strategy === null ? '' : `${strategy}: `}${missing}`;
    reasons.set(reason, [...(reasons.get(reason) ?? []), agent]);
  }
  if (reasons.size === 0) return [];
  const lines = [...reasons].flatMap(([reason, agents]) => {
    const who = agents.length > 3 ? `${agents.slice(0, 3).join(', ')} and ${agents.length - 3} more` : agents.join(', ');
    return renderParagraph(look, { indent: 2, hang: 2, maxLines: 3 }, [{ text: who }, { text: ` ${reason}`, tone: 'dim' }]);
  });
  return ['', renderLine(look, 0, [{ text: 'not enough is known', tone: 'dim' }]), ...lines];
};
