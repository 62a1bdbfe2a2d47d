import { isoTime, jsonDocument } from '../ground/output/json.ts';
import { renderLine } from '../ground/output/line.ts';
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
    return `${renderLine(look, 0, [{ text: what }, { text: where }])}\n`;
  },
  json: () =>
    jsonDocument(fleet, generatedAt, {
      run_id: run.id,
      suite: run.suite,
      agent: run.agent,
      accepted_at: isoTime(acceptedAt),
      cases,
      file,
      runs_in_file: runsInFile,
    }),
});
