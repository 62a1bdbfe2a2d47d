import { messageOf } from '../ground/errors.ts';
import type { EvalReport } from '../quality/evals/report.ts';
import type { GateSettings } from '../quality/evals/suite.ts';
import { evalFormats } from '../views/eval.ts';
import { renderEvalEvidence } from '../views/eval-evidence.ts';
import type { Outcome, Session, ViewContext } from './command.ts';
import type { Finding } from './exit-codes.ts';

/** What the report on a run means for the exit, how it looks, and what one most likely wants next. */
export const evalOutcome = (report: EvalReport, settings: GateSettings): Outcome => ({
  finding: findingOf(report, settings),
  formats: Object.fromEntries(Object.entries(evalFormats).map(([format, render]) => [format, (view) => render(report, view)])),
  next: nextOf(report),
});

/** In a job of GitHub Actions the page of the job shows the report too. One that cannot be written costs nobody the verdict. */
export const writeStepSummary = ({ ctx: { env, files, secrets }, terminal }: Pick<Session, 'ctx' | 'terminal'>, report: EvalReport) => {
  const path = env['GITHUB_STEP_SUMMARY'];
  if (path === undefined || path === '') return;
  try {
    files.append(path, secrets.mask(evalFormats.markdown(report)));
  } catch (thrown) {
    terminal.say(`the summary of the job is missing: ${messageOf(thrown)}`);
  }
};

/** Nothing was asked, and `--allow-empty` calls that good. */
export const emptyOutcome = (report: EvalReport): Outcome => {
  const reason = `No case of ${report.run.suite} is selected; --allow-empty calls that good.`;
  const { formats } = evalOutcome({ ...report, gate: { ...report.gate, verdict: 'pass', reason } }, report.gate.evidence.settings);
  return { finding: 'none', formats };
};

/** The same report for somebody who asks what a past run came to: an answer, not a finding. */
export const explainOutcome = (report: EvalReport): Outcome => {
  const outcome = evalOutcome(report, report.gate.evidence.settings);
  const text = (view: ViewContext) => `${evalFormats.text(report, view)}${renderEvalEvidence(report, view)}`;
  // It has just been explained.
  const next = outcome.next?.filter((command) => !command.startsWith('agentops eval explain')) ?? [];
  return { ...outcome, finding: 'none', formats: { ...outcome.formats, text }, next };
};

const findingOf = ({ run, gate }: EvalReport, { onInconclusive }: GateSettings): Finding => {
  // A part is judged with the others; whole or not is all that can be said of it.
  if (run.shard.of > 1) return run.status === 'done' ? 'none' : 'no_verdict';
  if (gate.verdict === 'pass') return 'none';
  if (gate.verdict === 'fail') return 'found';
  if (gate.verdict === 'inconclusive' && onInconclusive !== 'no-verdict') return onInconclusive === 'fail' ? 'found' : 'none';
  return 'no_verdict';
};

const nextOf = ({ run, gate }: EvalReport): readonly string[] => {
  if (run.status !== 'done') return [`agentops eval run --resume ${run.id}`];
  if (run.shard.of > 1) return [`agentops eval merge ${run.id.slice(0, run.id.lastIndexOf('.'))}`];
  return gate.verdict === 'pass' && run.acceptedAt === null ? [`agentops eval accept ${run.id}`] : [`agentops eval explain ${run.id}`];
};
