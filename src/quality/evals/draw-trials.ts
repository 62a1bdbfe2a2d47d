import { newTraceId } from '../../agents/protocols/trace-context.ts';
import { spread } from '../../fleet/select.ts';
import type { Context } from '../../ground/runtime/context.ts';
import type { Journal } from '../../ground/store/port.ts';
import { probeWrites } from '../../telemetry/traces/probes.journal.ts';
import type { PlannedTrial } from './ask-trial.ts';
import type { TrialRecorder } from './record-trials.ts';
import type { EvalRun } from './run.ts';
import { caseWrites, type RunCase } from './runs.journal.ts';
import type { Case } from './suite.ts';
import type { Arm } from './trial.ts';
import { settledTrials, trialKey } from './trials.journal.ts';

export interface TrialPlan {
  readonly run: EvalRun;
  readonly journal: Journal;
  readonly recorder: Pick<TrialRecorder, 'commit'>;
  /** True where the journal may hold trials of this round already. */
  readonly resumed: boolean;
  /** The first trial of a case that belongs to this round, and the one behind the last; null: the case does not. */
  readonly spanOf: (asked: Case) => { readonly from: number; readonly to: number } | null;
  /** Trials of a case that are planned of the run as a whole. */
  readonly repeatsOf: (asked: Case) => number;
}

/** Trials that are noted in one commit before the first of them is sent. */
const atOnce = 256;

/**
 * The trials of one round, in the order of the suite, never more than a block of them held at once. Of each block the cases and the trace
 * ids stand in the journal before its first trial is handed out; what has been settled before is left out.
 */
export async function* drawTrials(ctx: Context, cases: AsyncIterable<Case>, plan: TrialPlan): AsyncGenerator<PlannedTrial> {
  const { run } = plan;
  const arms: readonly Arm[] = run.against === null ? ['candidate'] : ['candidate', 'against'];
  let block: Slot[] = [];
  let noted: RunCase[] = [];
  let position = run.shard.index - 1;
  const flush = async function* (): AsyncGenerator<PlannedTrial> {
    const [slots, fresh] = [block, noted];
    block = [];
    noted = [];
    const ids = slots.map((slot) => slot.case.id);
    const settled = plan.resumed ? await settledTrials(plan.journal, run.id, ids) : new Set<string>();
    const open = slots
      .filter((slot) => !settled.has(trialKey(slot.case.id, slot.arm, slot.index)))
      .map((slot): PlannedTrial => ({ ...slot, traceId: slot.case.recorded === null ? newTraceId(ctx.random) : null }));
    const at = ctx.clock.now();
    const probes = open.flatMap(({ traceId, arm, case: { id } }) =>
      traceId === null
        ? []
        : [{ traceId, agent: (arm === 'against' ? run.against : null) ?? run.agent, check: `eval:${run.suite}/${id}`, at }],
    );
    await plan.recorder.commit([...caseWrites(run.id, fresh), ...probeWrites(probes)]);
    yield* open;
  };
  for await (const asked of cases) {
    const { id, hash, severity, cluster } = asked;
    const span = plan.spanOf(asked);
    if (span !== null) noted.push({ id, hash, severity, cluster, position, repeats: plan.repeatsOf(asked) });
    // Parts are dealt like cards: so its place in the whole is known.
    position += run.shard.of;
    for (let index = span?.from ?? 0; index < (span?.to ?? 0); index++) {
      for (const arm of inOrder(arms, run.request.seed, id, index)) block.push({ case: asked, arm, index });
    }
    if (block.length >= atOnce) yield* flush();
  }
  yield* flush();
}

type Slot = Omit<PlannedTrial, 'traceId'>;

/** Which arm is asked first is drawn for each trial, so that neither gains by what the other leaves warm. */
const inOrder = (arms: readonly Arm[], seed: number, caseId: string, index: number): readonly Arm[] =>
  spread(`${seed}/${caseId}/${index}`) % 2 === 0 ? arms : arms.toReversed();
