import { isoTime, jsonDocument } from '../ground/output/json.ts';
import { renderLine, renderParagraph } from '../ground/output/line.ts';
import { plural } from '../ground/output/phrases.ts';
import type { Acceptance } from '../quality/evals/record-acceptance.ts';
import type { ViewOptions } from './words.ts';

/** The answer of `agentops eval accept`. */
export interface AcceptAnswer extends Acceptance {
  readonly fleet: string;
  readonly generatedAt: number;
  /** As it was named; null: none was. */
  readonly file: string | null;
}

/** Every format of `agentops eval accept`. */
export const acceptFormats = ({ fleet, generatedAt, run, acceptedAt, cases, runsInFile, file }: AcceptAnswer) => ({
  text: ({ look }: ViewOptions) => {
    const what = `accepted: ${run.id}, ${run.suite} against ${run.agent}, ${plural(cases, 'case')}`;
    const where = file === null || runsInFile === null ? '' : `; ${file} now holds ${plural(runsInFile, 'run')}`;
    const accepted = renderLine(look, 0, [{ text: what }, { text: where }]);
    if (run.verdict === null || run.verdict === 'pass') return `${accepted}\n`;
    const warning = `its verdict was ${run.verdict}: what failed in it is what later runs are held against`;
    return `${[accepted, ...renderParagraph(look, { indent: 0, hang: 2, maxLines: 4 }, [{ text: warning, tone: 'warn' }])].join('\n')}\n`;
  },
  json: () =>
    jsonDocument(fleet, generatedAt, {
      run_id: run.id,
      suite: run.suite,
      agent: run.agent,
      verdict: run.verdict,
      accepted_at: isoTime(acceptedAt),
      cases,
      file,
      runs_in_file: runsInFile,
    }),
});
