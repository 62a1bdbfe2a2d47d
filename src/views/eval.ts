import { renderCsv } from '../ground/output/csv.ts';
import type { Text } from '../ground/output/pieces.ts';
import type { EvalReport } from '../quality/evals/report.ts';
import { renderEvalGithub, renderEvalJunit } from './eval-ci.ts';
import { renderEvalHtml } from './eval-html.ts';
import { renderEvalJson } from './eval-json.ts';
import { renderEvalMarkdown } from './eval-markdown.ts';
import { renderEvalText } from './eval-text.ts';
import type { ViewOptions } from './words.ts';

const head = 'run_id suite agent case status trials passes errors regression p_value pass_rate_before pass_rate_now'.split(' ');

/** A line a case. */
const renderEvalCsv = ({ run, gate }: EvalReport): string => {
  const worse = new Map(gate.regressions.map((regression) => [regression.caseId, regression]));
  return renderCsv(
    head,
    gate.cases.map(({ caseId, status, trials, passes, errors }) => {
      const regression = worse.get(caseId);
      const judged = trials - errors;
      const now = judged === 0 ? null : passes / judged;
      return [
        run.id,
        run.suite,
        run.agent,
        caseId,
        status,
        trials,
        passes,
        errors,
        regression?.rule ?? null,
        regression?.pValue ?? null,
        regression?.before ?? null,
        now,
      ];
    }),
  );
};

/** Every format of `agentops eval run`, by the name `--output` takes. */
export const evalFormats = {
  text: renderEvalText,
  json: renderEvalJson,
  junit: renderEvalJunit,
  github: renderEvalGithub,
  markdown: renderEvalMarkdown,
  html: renderEvalHtml,
  csv: renderEvalCsv,
} satisfies Readonly<Record<string, (report: EvalReport, options: ViewOptions) => Text>>;
