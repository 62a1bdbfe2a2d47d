import { renderCsv } from '../ground/output/csv.ts';
import { isoTime, jsonDocument } from '../ground/output/json.ts';
import type { Tone } from '../ground/output/look.ts';
import { localTime } from '../ground/output/phrases.ts';
import { renderTable } from '../ground/output/table.ts';
import { formatMoney, formatShare, toUsd } from '../ground/units/amount.ts';
import type { RunRow, RunsReport } from '../quality/evals/report.ts';
import type { ViewOptions } from './words.ts';

const factsOf = (row: RunRow) => ({
  run_id: row.id,
  suite: row.suite,
  agent: row.agent,
  against: row.against,
  shard: row.shard.of === 1 ? null : `${row.shard.index}/${row.shard.of}`,
  status: row.status,
  stopped_because: row.stoppedBecause === '' ? null : row.stoppedBecause,
  verdict: row.verdict,
  started_at: isoTime(row.startedAt),
  ended_at: row.endedAt === null ? null : isoTime(row.endedAt),
  accepted_at: row.acceptedAt === null ? null : isoTime(row.acceptedAt),
  release: row.release,
  repeats: row.repeats,
  pass_rate: row.passRate,
  cases: row.cases,
  trials: row.trials,
  errors: row.errors,
  cost_usd: toUsd(row.costNanos),
});

const head =
  'run_id suite agent against shard status stopped_because verdict started_at ended_at accepted_at release repeats pass_rate cases trials errors cost_usd'.split(
    ' ',
  );

/** What stands in the column of the verdict: while there is none, how the run stands. */
const standing = ({ verdict, status, shard }: RunRow): { text: string; tone: Tone } => {
  if (status !== 'done') return { text: status, tone: 'warn' };
  if (shard.of > 1) return { text: `part ${shard.index}/${shard.of}`, tone: 'dim' };
  return { text: verdict ?? 'not judged', tone: verdict === 'pass' ? 'good' : verdict === 'fail' ? 'bad' : 'warn' };
};

const renderText = ({ runs }: RunsReport, { look, zone }: ViewOptions): string => {
  if (runs.length === 0) return 'nothing was run yet; agentops eval run suites/support.yaml makes a first run\n';
  const { head, rows } = renderTable(
    look,
    [
      { title: 'Run' },
      { title: 'When' },
      { title: 'Suite', flexible: true },
      { title: 'Agent', flexible: true },
      { title: 'Verdict' },
      { title: 'Passed', align: 'right' },
      { title: 'Cases', align: 'right' },
      { title: 'Cost', align: 'right' },
      { title: 'Accepted' },
      { title: 'Release', flexible: true },
    ],
    runs.map((run) => [
      { text: run.id },
      { text: localTime(run.startedAt, zone) },
      { text: run.suite },
      { text: run.against === null ? run.agent : `${run.agent} against ${run.against}` },
      standing(run),
      { text: run.passRate === null ? '' : formatShare(run.passRate) },
      { text: run.cases === 0 ? '' : String(run.cases) },
      { text: run.costNanos === 0 ? '' : formatMoney(run.costNanos) },
      { text: run.acceptedAt === null ? '' : localTime(run.acceptedAt, zone).slice(0, 10) },
      { text: run.release ?? '' },
    ]),
  );
  return [head, ...rows].map((line) => `${line}\n`).join('');
};

/** Every format of `agentops eval runs`. */
export const evalRunsFormats = (report: RunsReport) => ({
  text: (options: ViewOptions) => renderText(report, options),
  json: () => jsonDocument(report.fleet, report.generatedAt, { runs: report.runs.map(factsOf) }),
  csv: () =>
    renderCsv(
      head,
      report.runs.map((run) => Object.values(factsOf(run))),
    ),
});
