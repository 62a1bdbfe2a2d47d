import { renderCsv } from '../ground/output/csv.ts';
import { jsonDocument } from '../ground/output/json.ts';
import { renderParagraph } from '../ground/output/line.ts';
import type { Cell } from '../ground/output/look.ts';
import { renderMarkdownTable } from '../ground/output/markdown.ts';
import { listOf, plural } from '../ground/output/phrases.ts';
import { renderTable } from '../ground/output/table.ts';
import type { UnpricedModel, UnpricedReport } from '../telemetry/cost/cost-report.ts';
import { countOf } from './figures.ts';
import { figureHead } from './status.ts';
import { coverageFacts, windowWord } from './status-facts.ts';
import { joined, type ViewOptions } from './words.ts';

const titles = ['MODEL', 'UNPRICED', 'CALLS', 'TOKENS IN', 'TOKENS OUT'] as const;

const cellsOf = ({ model, unpriced, calls, inputTokens, outputTokens }: UnpricedModel): readonly string[] => [
  model,
  ...[unpriced, calls, inputTokens, outputTokens].map(countOf),
];

const renderText = (report: UnpricedReport, { look }: ViewOptions): string => {
  const { models } = report;
  const facts = [
    `last ${windowWord(report.windowMs)}`,
    models.length === 0 ? 'every call has a known cost' : `${plural(models.length, 'model')} without a known cost`,
    ...coverageFacts(report.coverage, report.generatedAt),
  ];
  const head = renderParagraph(look, { indent: 0, hang: 2, maxLines: 3 }, [
    { text: report.fleet, tone: 'strong' },
    { text: joined(look, ['', ...facts]), tone: 'dim' },
  ]);
  if (models.length === 0) return [...head, ''].join('\n');
  const table = renderTable(
    look,
    titles.map((title, at) => (at === 0 ? { title, flexible: true } : { title, align: 'right' })),
    models.map((model) => cellsOf(model).map((text) => ({ text }))),
  );
  const paragraph = (pieces: readonly Cell[]) => renderParagraph(look, { indent: 0, hang: 2, maxLines: 3 }, pieces);
  const priceless = models.find(({ priced }) => priced === 0);
  const mixed = models.filter(({ priced }) => priced > 0).map(({ model }) => model);
  const advice =
    priceless === undefined
      ? []
      : paragraph([
          { text: 'to price it, in dollars a million tokens: ', tone: 'dim' },
          { text: `prices: { ${JSON.stringify(priceless.model)}: { input: 1, output: 2 } }` },
        ]);
  const reason =
    mixed.length === 0
      ? []
      : paragraph([
          {
            text: `${listOf(mixed)} ${mixed.length === 1 ? 'has' : 'have'} a price, but no price helps a call that tells no tokens; `,
            tone: 'dim',
          },
          { text: 'streams tell them where they are asked to: stream_options: { include_usage: true }', tone: 'dim' },
        ]);
  return [...head, '', table.head, ...table.rows, '', ...advice, ...reason, ''].join('\n');
};

const modelJson = ({ model, calls, priced, unpriced, inputTokens, outputTokens }: UnpricedModel) => ({
  model,
  calls,
  priced_calls: priced,
  unpriced_calls: unpriced,
  input_tokens: inputTokens,
  output_tokens: outputTokens,
});

/** Every format of `agentops cost --unpriced`. */
export const unpricedFormats = {
  text: renderText,
  json: (report: UnpricedReport): string =>
    jsonDocument(report.fleet, report.generatedAt, { ...figureHead(report), models: report.models.map(modelJson) }),
  csv: ({ fleet, models }: UnpricedReport): string =>
    renderCsv(
      ['fleet', 'model', 'calls', 'priced_calls', 'unpriced_calls', 'input_tokens', 'output_tokens'],
      models.map((model) => [fleet, ...Object.values(modelJson(model))]),
    ),
  markdown: ({ models }: UnpricedReport): string =>
    `${renderMarkdownTable(
      titles.map((title, at) => (at === 0 ? { title: 'Model' } : { title: title.toLowerCase(), align: 'right' })),
      models.map(cellsOf),
    )}\n`,
} satisfies Readonly<Record<string, (report: UnpricedReport, options: ViewOptions) => string>>;
