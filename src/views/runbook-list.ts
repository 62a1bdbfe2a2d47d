import { jsonDocument } from '../ground/output/json.ts';
import { renderLine, renderParagraph } from '../ground/output/line.ts';
import { renderTable } from '../ground/output/table.ts';
import type { FoundRunbook } from '../response/runbooks/load-runbooks.ts';
import { missing, stateSigns, symbolOf, type ViewOptions } from './words.ts';

/** The answer of `agentops runbook list`. */
export interface RunbookListAnswer {
  readonly fleet: string;
  /** UTC epoch ms. */
  readonly generatedAt: number;
  readonly runbooks: readonly FoundRunbook[];
}

const byItself = ({ runbook }: FoundRunbook): string => {
  const modes = runbook?.triggers.map(({ mode }) => mode) ?? [];
  return modes.includes('auto') ? 'auto' : modes.includes('approve') ? 'approve' : modes.includes('suggest') ? 'suggest' : missing;
};

const renderText = ({ runbooks }: RunbookListAnswer, { look }: ViewOptions): string => {
  const good = runbooks.filter(({ runbook }) => runbook !== null);
  const columns = [
    { title: 'RUNBOOK' },
    { title: 'CLASS' },
    { title: 'FROM', optional: true },
    { title: 'ON ALERTS', optional: true },
    { title: 'WHAT IT DOES', flexible: true, minWidth: 24 },
  ];
  const table = renderTable(
    look,
    columns,
    good.map((each) => [
      { text: each.name, tone: 'strong' as const },
      { text: each.runbook?.class ?? missing, tone: each.runbook?.class === 'safety' ? ('bad' as const) : ('plain' as const) },
      { text: each.origin, tone: 'dim' as const },
      { text: byItself(each) },
      { text: each.runbook?.description ?? '' },
    ]),
  );
  const broken = runbooks
    .filter(({ runbook }) => runbook === null)
    .flatMap(({ name, problems }) => {
      const [first] = problems;
      const where = first === undefined ? '' : `${first.at.file}:${first.at.line}:${first.at.column}: ${first.message}`;
      const sign = symbolOf(look, stateSigns.red);
      return renderParagraph(look, { indent: 0, hang: 4, maxLines: 4 }, [
        { text: `${sign} ${name} cannot be read: `, tone: 'bad' },
        { text: where },
      ]);
    });
  const head =
    broken.length === 0 ? [] : ['', ...broken, renderLine(look, 0, [{ text: 'agentops runbook lint tells all of it', tone: 'dim' }])];
  return [table.head, ...table.rows, ...head, ''].join('\n');
};

/** Every format of `agentops runbook list`. */
export const runbookListFormats = (answer: RunbookListAnswer) => ({
  text: (options: ViewOptions) => renderText(answer, options),
  json: () =>
    jsonDocument(answer.fleet, answer.generatedAt, {
      runbooks: answer.runbooks.map(({ name, origin, file, runbook, problems }) => ({
        runbook: name,
        origin,
        file,
        class: runbook?.class ?? null,
        version: runbook?.version ?? null,
        description: runbook?.description ?? null,
        params: runbook?.params.map((param) => param.name) ?? null,
        triggers: runbook?.triggers.map(({ alert, mode }) => ({ alert, mode })) ?? null,
        problems: problems.length,
      })),
    }),
});
