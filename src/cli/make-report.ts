import { extname } from 'node:path';
import { collectReport, type ReportQuery } from '../desk/report/collect-report.ts';
import { renderReportDocument } from '../desk/report/document.ts';
import { renderReportMarkdown } from '../desk/report/markdown.ts';
import { renderReportPage } from '../desk/report/page.ts';
import type { FleetReport } from '../desk/report/report.ts';
import { requireAgent } from '../fleet/select.ts';
import { usageError } from '../ground/errors.ts';
import type { Format, Outcome, Session } from './command.ts';
import { writeOutput } from './outputs.ts';

/** What was asked for. */
export interface ReportWish {
  readonly windowMs: number;
  /** Null: the fleet. */
  readonly agent: string | null;
  readonly advice: ReportQuery['advice'];
  /** The file to write; null: stdout. */
  readonly out: string | null;
}

const looks = {
  html: renderReportPage,
  markdown: renderReportMarkdown,
  json: renderReportDocument,
} satisfies Partial<Record<Format, (report: FleetReport) => string>>;
type Look = keyof typeof looks;

/** The format of a file, by how its name ends. */
const endings: Readonly<Record<string, Look>> = { '.html': 'html', '.htm': 'html', '.md': 'markdown', '.json': 'json' };

/** `agentops report`: to stdout as every answer, or to a file of the format that its name ends in. */
export const reportOutcome = async (session: Session, { windowMs, agent, advice, out }: ReportWish): Promise<Outcome> => {
  const { ctx, terminal, flags } = session;
  const wanted = out === null ? null : lookOfFile(out);
  if (out === null && session.format === 'html' && flags.output === undefined && terminal.out.width !== null)
    throw usageError({
      code: 'page_to_terminal',
      message: 'a page of HTML is nothing for a terminal',
      hint: 'agentops report --out report.html',
    });
  const { fleet } = await session.fleet();
  const report = await collectReport(ctx, fleet, { windowMs, agent: agent === null ? null : requireAgent(fleet, agent).name, advice });
  const finding = report.journalTrouble === null ? 'none' : 'no_verdict';
  if (out === null || wanted === null)
    return {
      finding,
      formats: Object.fromEntries(Object.entries(looks).map(([format, render]) => [format, () => render(report)])),
    };
  writeOutput(out, ctx.secrets.mask(looks[wanted](report)));
  terminal.say(`wrote ${out}`);
  return { finding, formats: {} };
};

const lookOfFile = (path: string): Look => {
  const look = endings[extname(path).toLowerCase()];
  if (look !== undefined) return look;
  throw usageError({
    code: 'format_unknown',
    message: `--out: ${path} does not say what it is to be`,
    hint: 'name it like report.html, report.md or report.json',
  });
};
