import type { Journal } from '../../ground/store/port.ts';
import { type GateResult, judgeRun } from './gate.ts';
import { sideBySide } from './read-baseline.ts';
import type { Baseline, EvalRun } from './run.ts';
import { readFigures, readTallies } from './tallies.journal.ts';

/** Derives the verdict on a run from what the journal holds of it. @param complete every planned trial was asked */
export const evaluateRun = async (
  journal: Journal,
  run: Pick<EvalRun, 'id' | 'gate' | 'repeats' | 'against'>,
  baseline: Baseline | null,
  complete: boolean,
): Promise<GateResult> => {
  return judgeRun({
    tallies: await readTallies(journal, run.id, 'candidate'),
    baseline: run.against === null ? baseline : await otherArm(journal, run.id, run.against),
    settings: run.gate,
    complete,
    repeats: run.repeats,
    latenciesMs: await readFigures(journal, run.id, 'latency_ms'),
    costsNanos: await readFigures(journal, run.id, 'cost_nanos'),
  });
};

/** Two agents side by side: what the other one did is what this one is held against. */
const otherArm = async (journal: Journal, runId: string, against: string): Promise<Baseline> => ({
  ...sideBySide(against),
  cases: await readTallies(journal, runId, 'against'),
});
