import { jsonDocument } from '../ground/output/json.ts';
import { renderParagraph } from '../ground/output/line.ts';
import type { Cell, Look } from '../ground/output/look.ts';
import { renderTable } from '../ground/output/table.ts';
import { humanDuration } from '../ground/units/duration.ts';
import type { ScaleReport } from '../response/scale/collect-scale.ts';
import type { ScaleView } from '../response/scale/scale-view.ts';
import { moveSigns, scaleFacts } from './scale-facts.ts';
import { durationOrMissing, missing, symbolOf, type ViewOptions } from './words.ts';

/** The answer of `agentops scale show`. */
export interface ScaleShown extends ScaleReport {
  readonly fleet: string;
  /** UTC epoch ms. */
  readonly generatedAt: number;
}

const columns = [
  { title: 'Agent', flexible: true, minWidth: 12 },
  { title: 'Queue', flexible: true, minWidth: 10, optional: true },
  { title: 'Depth', align: 'right' },
  { title: 'Oldest', align: 'right' },
  { title: 'Waited', align: 'right', optional: true },
  { title: 'In/min', align: 'right', optional: true },
  { title: 'Out/min', align: 'right', optional: true },
  { title: 'Empty in', align: 'right' },
  { title: 'Workers', align: 'right' },
  { title: 'Wanted', align: 'right' },
] as const;

const countCell = (value: number | null): Cell =>
  value === null ? { text: missing, tone: 'unknown' } : { text: value.toLocaleString('en-US') };
const rateText = (value: number | null): string => (value === null ? missing : value.toLocaleString('en-US', { maximumFractionDigits: 1 }));

const emptyText = ({ rates, facts }: ScaleView): string => {
  if (rates.emptyMs !== null) return facts.depth === 0 ? 'now' : humanDuration(rates.emptyMs);
  return rates.drainPerMinute === null ? missing : 'never';
};

const rowOf = (view: ScaleView, look: Look): readonly Cell[] => {
  const { facts, rates, workers, decision } = view;
  const sign = decision.cause === 'unknown' ? moveSigns.unknown : moveSigns[decision.move];
  return [
    { text: view.agent },
    { text: view.queue },
    countCell(facts.depth),
    { text: durationOrMissing(facts.oldestMs) },
    { text: durationOrMissing(facts.waitMs) },
    { text: rateText(rates.inPerMinute) },
    { text: rateText(rates.outPerMinute) },
    { text: emptyText(view) },
    countCell(workers.count),
    { text: `${decision.wanted ?? missing} ${symbolOf(look, sign)}`, tone: sign.tone },
  ];
};

/** Why a number is what it is; what is not known of a queue is told to whoever asks for everything, and where it keeps a decision from being made. */
const notesOf = (view: ScaleView, { look, verbose }: Pick<ViewOptions, 'look' | 'verbose'>): readonly string[] => {
  const { decision, facts } = view;
  const isNews = decision.move !== 'hold' || !['enough', 'at_bound', 'not_long_quiet'].includes(decision.cause);
  const unknown = verbose ? [...new Set(Object.values(facts.unknown))] : [];
  return [
    ...(isNews || verbose ? paragraph(look, 0, `${view.agent}: `, decision.why) : []),
    ...unknown.flatMap((why) => paragraph(look, 2, 'not known: ', why)),
  ];
};

const paragraph = (look: Look, indent: number, head: string, text: string): readonly string[] =>
  renderParagraph(look, { indent, hang: 2, maxLines: 4 }, [{ text: head, tone: 'dim' }, { text }]);

const renderShown = ({ views }: ScaleShown, options: ViewOptions): string => {
  const { look } = options;
  if (views.length === 0) return 'no agent has a queue in the manifest\n';
  const { head, rows } = renderTable(
    look,
    columns,
    views.map((view) => rowOf(view, look)),
  );
  const notes = views.flatMap((view) => notesOf(view, options));
  return [head, ...rows, ...(notes.length === 0 ? [] : ['', ...notes]), ''].join('\n');
};

/** Every format of `agentops scale show`. */
export const scaleShownFormats = (shown: ScaleShown) => ({
  text: (options: ViewOptions) => renderShown(shown, options),
  json: () => jsonDocument(shown.fleet, shown.generatedAt, { agents: shown.views.map(scaleFacts), problems: shown.problems }),
});
