import { markdownText } from '../ground/output/escape.ts';
import { isoTime, jsonDocument } from '../ground/output/json.ts';
import { renderLine, renderParagraph } from '../ground/output/line.ts';
import type { Look } from '../ground/output/look.ts';
import { renderMarkdownTable } from '../ground/output/markdown.ts';
import { renderTable } from '../ground/output/table.ts';
import { formatMoney, grouped, toUsd } from '../ground/units/amount.ts';
import type { BudgetProposal, BudgetProposals } from '../telemetry/advice/budget-proposal.ts';
import { savingJson } from './advice.ts';
import { dollarText, rangeText } from './advice-facts.ts';
import { missing, moneyOrMissing, type ViewOptions } from './words.ts';

/** The answer of `agentops advise budgets`. */
export interface BudgetAdvice {
  readonly report: BudgetProposals;
  /** What would change in the manifest, or has changed; empty: nothing. */
  readonly diff: string;
  readonly applied: boolean;
  /** Agents that cannot be changed where they stand. */
  readonly left: readonly string[];
}

const renderJson = ({ report, diff, applied, left }: BudgetAdvice): string =>
  jsonDocument(report.fleet, report.generatedAt, {
    window: { from: isoTime(report.window.fromUs / 1000), to: isoTime(report.window.toUs / 1000) },
    budgets: report.proposals.map(({ agent, file, nowNanos, proposedNanos, requests, stopped, stoppedSucceeded, saving, harm }) => ({
      ...{ agent, file, now_usd: nowNanos === null ? null : toUsd(nowNanos), proposed_usd: toUsd(proposedNanos) },
      ...{ requests, stopped, stopped_succeeded: stoppedSucceeded, saving: savingJson(saving), note: harm.join(' ') },
    })),
    missing: report.problems.map(({ agent, missing: why }) => ({ agent, missing: why })),
    not_editable: left,
    diff,
    applied,
  });

const stoppedText = ({ stopped, requests, stoppedSucceeded }: BudgetProposal): string =>
  stopped === 0 ? 'none' : `${grouped(stopped)} of ${grouped(requests)}, ${grouped(stoppedSucceeded)} good`;

const renderText = ({ report, diff, applied, left }: BudgetAdvice, { look, verbose }: ViewOptions): string => {
  const { head, rows } = renderTable(
    look,
    [
      { title: 'AGENT', flexible: true, minWidth: 10 },
      { title: 'NOW', align: 'right' },
      { title: 'PROPOSED', align: 'right' },
      { title: 'WOULD HAVE STOPPED' },
      { title: 'SAVES A MONTH', align: 'right', optional: true },
    ],
    report.proposals.map((proposal) => [
      { text: proposal.agent },
      { text: moneyOrMissing(proposal.nowNanos) },
      { text: formatMoney(proposal.proposedNanos), tone: 'strong' as const },
      { text: stoppedText(proposal), tone: proposal.stoppedSucceeded > 0 ? ('warn' as const) : ('plain' as const) },
      { text: proposal.stopped === 0 ? missing : rangeText(proposal.saving) },
    ]),
  );
  const dim = (text: string): string => renderLine(look, 0, [{ text, tone: 'dim' }]);
  const warned = report.proposals.flatMap(({ agent, harm }) => (verbose ? harm : harm.slice(1)).map((sentence) => ({ agent, sentence })));
  return [
    renderLine(look, 0, [{ text: `${report.fleet}: the most that one request may cost`, tone: 'strong' }]),
    ...(rows.length === 0 ? [] : ['', head, ...rows]),
    ...warned.flatMap(({ agent, sentence }) =>
      renderParagraph(look, { indent: 2, hang: 2, maxLines: 3 }, [{ text: `${agent} ` }, { text: sentence, tone: 'warn' }]),
    ),
    ...report.problems.map(({ agent, missing: why }) => dim(`${agent}: ${why}`)),
    ...left.map((agent) =>
      dim(`${agent}: its entry cannot be changed by a program (an alias, a merge, or no entry of its own): change it by hand`),
    ),
    '',
    ...(diff === ''
      ? [dim('nothing to write: what has a budget keeps it unless the agent is named')]
      : diff
          .trimEnd()
          .split('\n')
          .map((line) => diffLine(look, line))),
    ...(diff === '' ? [] : ['', dim(applied ? 'written' : 'agentops advise budgets --apply writes it')]),
    '',
  ].join('\n');
};

/** The mark apart from the line, whose indentation says where it belongs. */
const diffLine = (look: Look, line: string): string => {
  const tone = toneOf(line);
  return renderLine(
    look,
    0,
    /^[-+] /.test(line)
      ? [
          { text: line.slice(0, 1), tone },
          { text: line.slice(1), tone },
        ]
      : [{ text: line, tone }],
  );
};

const toneOf = (line: string): 'good' | 'bad' | 'dim' => (line.startsWith('+') ? 'good' : line.startsWith('-') ? 'bad' : 'dim');

const renderMarkdown = ({ report, diff, applied }: BudgetAdvice): string => {
  const right = { align: 'right' as const };
  const table = renderMarkdownTable(
    [
      { title: 'Agent' },
      { title: 'Now', ...right },
      { title: 'Proposed', ...right },
      { title: 'Would have stopped' },
      { title: 'Saves a month', ...right },
    ],
    report.proposals.map((proposal) => [
      proposal.agent,
      moneyOrMissing(proposal.nowNanos),
      formatMoney(proposal.proposedNanos),
      stoppedText(proposal),
      dollarText(proposal.saving.mid),
    ]),
  );
  const block =
    diff === '' ? [] : ['', '```diff', diff.trimEnd().replaceAll('```', "'''"), '```', '', applied ? 'Written.' : 'Not written.'];
  return [`### ${markdownText(`${report.fleet}: the most that one request may cost`)}`, '', table, ...block, ''].join('\n');
};

/** Every format of `agentops advise budgets`, by the name `--output` takes. */
export const budgetAdviceFormats = { text: renderText, json: renderJson, markdown: renderMarkdown } satisfies Readonly<
  Record<string, (advice: BudgetAdvice, options: ViewOptions) => string>
>;
