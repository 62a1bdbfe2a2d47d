import type { Journal } from '../../ground/store/port.ts';
import { type GateResult, judgeRun } from './gate.ts';
import { sideBySide } from './read-baseline.ts';
import type { Baseline, EvalRun } from './run.ts';
import { readFigures, readTallies, type TrialFigures } from './tallies.journal.ts';

/** Derives the verdict on a run from what the journal holds of it. @param complete every planned trial was asked */
export const evaluateRun = async (
  journal: Journal,
  run: Pick<EvalRun, 'id' | 'gate' | 'repeats' | 'against'>,
  baseline: Baseline | null,
  complete: boolean,
): Promise<GateResult> => {
  const figures = await readFigures(journal, run.id);
  return judgeRun({
    tallies: await readTallies(journal, run.id, 'candidate'),
    baseline: run.against === null ? baseline : await otherArm(journal, run.id, run.against),
    settings: run.gate,
    complete,
    repeats: run.repeats,
    latenciesMs: byCase(figures, ({ latencyMs }) => latencyMs),
    costsNanos: byCase(figures, ({ costNanos }) => costNanos),
  });
};

/** Two agents side by side: what the other one did is what this one is held against. */
const otherArm = async (journal: Journal, runId: string, against: string): Promise<Baseline> => ({
  ...sideBySide(against),
  cases: await readTallies(journal, runId, 'against'),
});

const byCase = (figures: readonly TrialFigures[], measured: (figures: TrialFigures) => number | null): readonly (readonly number[])[] => {
  const lists = new Map<string, number[]>();
  for (const each of figures) {
    const value = measured(each);
    const list = lists.get(each.caseId);
    if (value === null) continue;
    if (list === undefined) lists.set(each.caseId, [value]);
    else list.push(value);
  }
  return [...lists.values()];
};
