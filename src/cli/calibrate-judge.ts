import { resolve } from 'node:path';
import { protocols } from '../agents/protocols/registry.ts';
import type { Fleet } from '../fleet/agent.ts';
import { requireSecrets } from '../fleet/require-secrets.ts';
import { usageError } from '../ground/errors.ts';
import { isoTime } from '../ground/output/json.ts';
import { reservation } from '../quality/expect/judges/calibration.ts';
import { saveCalibration } from '../quality/expect/judges/calibrations.journal.ts';
import { askedJudges, chooseJudge } from '../quality/expect/judges/choice.ts';
import { evaluateJudge } from '../quality/expect/judges/evaluate-judge.ts';
import { identityOf } from '../quality/expect/judges/identity.ts';
import { openJudges } from '../quality/expect/judges/open-judges.ts';
import { type CalibrateReport, calibrateFormats } from '../views/eval-calibrate.ts';
import type { Outcome, Session } from './command.ts';
import type { Finding } from './exit-codes.ts';
import { readLabelFile } from './read-label-file.ts';

export interface CalibrateFlags {
  readonly labels?: string;
  readonly judge?: string;
  readonly to?: string;
}

/** Holds a judge against the labels of people, and keeps how it did. */
export const calibrateJudge = async (session: Session, { labels, judge: named, to }: CalibrateFlags): Promise<Outcome> => {
  const { ctx, cwd, terminal } = session;
  if (labels === undefined)
    throw usageError({ code: 'usage', message: 'labels are needed', hint: 'agentops eval calibrate --labels labels.jsonl' });
  const { fleet } = await session.fleet();
  const name = requireJudge(fleet, named ?? null);
  const items = readLabelFile(ctx, resolve(cwd, labels));
  const usable = items.filter(({ label }) => label === 'pass' || label === 'fail').length;
  if (usable === 0) {
    throw usageError({
      code: 'no_labels',
      message: `${labels} holds no answer with a label`,
      hint: `agentops eval label ${labels} asks for them`,
    });
  }
  requireSecrets(ctx, [], cwd, askedJudges(fleet.judges, [{ base: 'llm-rubric', judge: name }]));
  const journal = await ctx.journal();
  const { judge } = await openJudges(ctx, fleet, { protocols, cache: await ctx.cache(), journal });
  if (judge === undefined) throw new Error('a fleet with a judge opens one');
  const progress = await terminal.startProgress();
  const evaluations = await evaluateJudge(judge, name, items, (done, total) =>
    progress.update(() => `${done}/${total} answers judged`),
  ).finally(() => progress.stop());
  ctx.signal.throwIfAborted();

  const at = ctx.clock.now();
  const floor = fleet.judges[name]?.floor ?? 'none';
  const forms = evaluations.map(({ form, ...rest }) => {
    const identity = identityOf(fleet.judges, name, form);
    return { form, identity, reservation: reservation(rest.calibration, floor), ...rest };
  });
  const worth = forms.filter(({ calibration }) => calibration.labels > 0);
  for (const { identity, calibration } of worth) await saveCalibration(journal, { identity, judge: name, at, result: calibration });
  if (to !== undefined && worth.length > 0) {
    const calibrations = worth.map(({ form, identity, calibration }) => ({ identity, form, at: isoTime(at), result: calibration }));
    ctx.files.writePrivate(resolve(cwd, to), `${JSON.stringify({ judge: name, calibrations }, null, 2)}\n`);
  }
  const report: CalibrateReport = { fleet: fleet.name, generatedAt: at, judge: name, floor, forms, file: to ?? null };
  return { finding: findingOf(report), formats: calibrateFormats(report), next: nextOf(report, labels) };
};

const requireJudge = (fleet: Fleet, named: string | null): string => {
  const { name, problem, hint } = chooseJudge(fleet.judges, { base: 'llm-rubric', judge: named });
  if (name !== null) return name;
  throw usageError({
    code: 'judge_unknown',
    message: problem,
    ...(hint === null ? {} : { hint: hint.replace(/^add judge: /, 'name one: --judge ') }),
  });
};

/** A judge that could not be asked was not found wanting. */
const findingOf = ({ forms }: CalibrateReport): Finding => {
  if (forms.some(({ calibration }) => calibration.labels === 0)) return 'no_verdict';
  return forms.some((form) => form.reservation !== null) ? 'found' : 'none';
};

const nextOf = ({ judge, file, forms }: CalibrateReport, labels: string): readonly string[] => [
  ...(forms.some((form) => form.reservation !== null) ? [`agentops eval label ${labels} adds labels`] : ['agentops eval run']),
  ...(file === null ? [] : [`set judges.${judge}.calibration: ${file} in the manifest, and commit both`]),
];
