import { loadListPrices } from '../../agents/prices/load-list-prices.ts';
import { endpointLimits } from '../../agents/protocols/endpoint-limits.ts';
import { openEndpoint } from '../../agents/protocols/open-endpoint.ts';
import type { AgentProtocol } from '../../agents/protocols/port.ts';
import { newTraceId } from '../../agents/protocols/trace-context.ts';
import type { Agent, Fleet } from '../../fleet/agent.ts';
import type { Registry } from '../../fleet/slots.ts';
import { usageError } from '../../ground/errors.ts';
import { dig } from '../../ground/json.ts';
import { redact } from '../../ground/redaction/redaction.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { releaseLease } from '../../ground/store/lease.ts';
import type { Journal } from '../../ground/store/port.ts';
import { noteProbes } from '../../telemetry/traces/probes.journal.ts';
import type { Aids } from '../expect/port.ts';
import { askTrial, type PlannedTrial, type Target } from './ask-trial.ts';
import { closedBreaker } from './breaker.ts';
import { drawTrials } from './draw-trials.ts';
import { evaluateRun } from './evaluate-run.ts';
import type { GateResult } from './gate.ts';
import { judgedTrial } from './judged-trial.ts';
import { untouchedCap } from './money-cap.ts';
import { openRun } from './open-run.ts';
import { fullPace } from './pace.ts';
import { probeTarget } from './probe-target.ts';
import { type RunProgress, startProgress } from './progress.ts';
import { recordTrials, type TrialRecorder } from './record-trials.ts';
import type { Baseline, EvalRun, RunStatus } from './run.ts';
import { runTrials, type Throttle } from './run-trials.ts';
import { updateWrite } from './runs.journal.ts';
import type { Case, LoadedSuite } from './suite.ts';
import { readSums } from './tallies.journal.ts';
import type { Trial } from './trial.ts';
import { costOf } from './trial-cost.ts';

export interface SuiteRunOptions {
  /** The run to be made, as it is begun or as the journal holds it. */
  readonly run: EvalRun;
  readonly isNew: boolean;
  readonly agent: Agent;
  /** Null unless two agents are asked side by side. */
  readonly against: Agent | null;
  /** Selected cases, of which `loaded` yields no others. */
  readonly count: number;
  readonly baseline: Baseline | null;
  readonly protocols: Registry<AgentProtocol>;
  readonly journal: Journal;
  /** What assertions need from above: judges, an embedder, a sandbox. */
  readonly aids: Aids;
  /** Trials in flight at most. */
  readonly concurrency: number;
}

export type SuiteRunEvent =
  | { readonly kind: 'trial'; readonly trial: Trial; readonly progress: RunProgress }
  | { readonly kind: 'extending'; readonly cases: number; readonly trials: number };

export interface SuiteRunResult {
  readonly run: EvalRun;
  readonly gate: GateResult;
}

/**
 * Makes a run of a suite: asks each trial once, keeps it as it ends, asks again where the verdict is open, and judges. A target that is
 * dead, a cap that is reached and a signal end it early; the run says so. Throws what kept it from being stored.
 */
export const runSuite = async (
  ctx: Context,
  fleet: Fleet,
  loaded: LoadedSuite,
  options: SuiteRunOptions,
  on: (event: SuiteRunEvent) => void,
): Promise<SuiteRunResult> => {
  const { journal, isNew, count } = options;
  const targets = {
    candidate: await openTarget(ctx, fleet, options, options.agent, loaded),
    against: options.against === null ? null : await openTarget(ctx, fleet, options, options.against, loaded),
  };
  const begun: EvalRun = { ...options.run, status: 'running', endedAt: null, verdict: null, stoppedBecause: '' };
  const lease = await openRun(ctx, journal, begun, isNew);
  const sums = await readSums(journal, begun.id);
  const throttle: Throttle = {
    pace: fullPace(options.concurrency),
    breaker: closedBreaker,
    cap: untouchedCap(begun.request.maxCostNanos, sums.agentNanos + sums.judgeNanos, sums.dearestNanos),
    stop: null,
    abort: new AbortController(),
  };
  const recorder = recordTrials(journal, lease, (thrown) => throttle.abort.abort(thrown));
  try {
    const repeatsOf = (asked: Case) => begun.request.repeats ?? asked.repeats ?? loaded.suite.repeats;
    const arms = begun.against === null ? 1 : 2;
    const progress = startProgress(count * begun.repeats * arms, sums, () => ctx.clock.monotonic());
    const round = roundOf(ctx, fleet, { options, run: begun, targets, throttle, recorder }, (trial) =>
      on({ kind: 'trial', trial, progress: progress.add(trial) }),
    );
    if (await isAsked(loaded.cases())) await probeFirst(ctx, journal, begun, targets, throttle);
    // What is loaded between two answers is measured as the latency of the second.
    if (Object.keys(fleet.prices).length === 0) await loadListPrices();
    const startedAt = ctx.clock.monotonic();
    const spanOfAll = (asked: Case) => {
      const to = repeatsOf(asked);
      if (to !== begun.repeats) progress.expect((to - begun.repeats) * arms);
      return { from: 0, to };
    };
    await round(loaded.cases(), { repeatsOf, resumed: !isNew, spanOf: spanOfAll });
    await recorder.commit([]);
    const isStopped = () => ctx.signal.aborted || throttle.stop !== null;
    const complete = !isStopped();
    const judge = () => evaluateRun(journal, begun, options.baseline, complete);
    let gate = await judge();
    const again = new Set<string>();
    const openCases = () => (begun.shard.of > 1 ? [] : gate.extend.filter((id) => !again.has(id)));
    while (!isStopped() && openCases().length > 0) {
      const wanted = new Set(openCases());
      for (const id of wanted) again.add(id);
      const trials = wanted.size * gate.extraRepeats * arms;
      progress.expect(trials);
      on({ kind: 'extending', cases: wanted.size, trials });
      const { extraRepeats } = gate;
      const spanOf = (asked: Case) => (wanted.has(asked.id) ? { from: repeatsOf(asked), to: repeatsOf(asked) + extraRepeats } : null);
      await round(loaded.cases(), { repeatsOf, resumed: !isNew, spanOf });
      await recorder.commit([]);
      gate = await judge();
    }
    const total = await readSums(journal, begun.id);
    const run: EvalRun = {
      ...begun,
      status: statusOf(ctx, throttle, complete),
      stoppedBecause: ctx.signal.aborted ? '' : redact(ctx.secrets.mask(throttle.stop?.because ?? '')),
      endedAt: ctx.clock.now(),
      verdict: begun.shard.of > 1 ? null : gate.verdict,
      headline: {
        passRate: gate.passRate,
        cases: gate.cases.length,
        trials: total.total,
        errors: total.errors,
        costNanos: total.agentNanos + total.judgeNanos,
        tookMs: ctx.clock.monotonic() - startedAt + (options.run.headline?.tookMs ?? 0),
      },
    };
    await recorder.commit([updateWrite(run)]);
    return { run, gate };
  } finally {
    await recorder.close();
    await releaseLease(journal, lease);
  }
};

/** Whether anything is sent at all: a suite of recorded answers asks nobody. Its first case tells. */
const isAsked = async (cases: AsyncIterable<Case>): Promise<boolean> => {
  for await (const { recorded } of cases) return recorded === null;
  return false;
};

/** A cap that is reached while repeats are added leaves a run that is whole: its verdict is open, and says so. */
const statusOf = (ctx: Context, { stop }: Throttle, complete: boolean): RunStatus => {
  if (ctx.signal.aborted) return 'stopped';
  if (stop === null || (stop.status === 'capped' && complete)) return 'done';
  return stop.status;
};

interface Parts {
  readonly options: SuiteRunOptions;
  readonly run: EvalRun;
  readonly targets: { readonly candidate: Target; readonly against: Target | null };
  readonly throttle: Throttle;
  readonly recorder: TrialRecorder;
}

/** One walk over the cases: what is planned of it is asked, judged, kept and told. */
const roundOf = (ctx: Context, fleet: Fleet, { options, run, targets, throttle, recorder }: Parts, tell: (trial: Trial) => void) => {
  const { journal, aids } = options;
  const targetOf = ({ arm }: PlannedTrial): Target => (arm === 'against' ? targets.against : null) ?? targets.candidate;
  const mask = (text: string) => ctx.secrets.mask(text);
  const work: Parameters<typeof runTrials>[3] = {
    ask: (planned, signal) => askTrial(ctx, fleet, planned, targetOf(planned), aids, signal),
    async end(planned, { graded, earlierNanos, earlierJudging }, startedAt) {
      const { case: asked, arm, index, traceId } = planned;
      const trial = judgedTrial(graded, {
        runId: run.id,
        caseId: asked.id,
        arm,
        index,
        traceId,
        startedAt,
        endedAt: ctx.clock.now(),
        inputs: asked.turns.map(({ input }) => input),
        asked: traceId !== null,
        earlierNanos,
        earlierJudging,
        keepsText: fleet.capture === 'io',
        mask,
      });
      tell(trial);
      await recorder.add(trial);
      return costOf(trial);
    },
  };
  return (cases: AsyncIterable<Case>, plan: Pick<Parameters<typeof drawTrials>[2], 'spanOf' | 'repeatsOf' | 'resumed'>): Promise<void> =>
    runTrials(ctx, throttle, drawTrials(ctx, cases, { run, journal, recorder, ...plan }), work);
};

const openTarget = async (ctx: Context, fleet: Fleet, options: SuiteRunOptions, agent: Agent, { suite }: LoadedSuite): Promise<Target> => {
  const { endpoint } = agent;
  if (endpoint === null)
    throw usageError({
      code: 'agent_not_asked',
      message: `${agent.name} has no endpoint, so nothing can be asked of it`,
      hint: `name another agent by --agent, or give ${agent.name} an endpoint`,
    });
  const timeout = dig(endpoint.config, 'timeout');
  return {
    protocol: await openEndpoint(ctx, options.protocols, endpoint),
    limitsOf: (caseMs) => endpointLimits(timeout, options.run.request.timeoutMs ?? caseMs ?? suite.timeoutMs, fleet.defaults.timeoutMs),
  };
};

/** Looks at the targets before the first question. One that is not there ends the run. */
const probeFirst = async (ctx: Context, journal: Journal, run: EvalRun, { candidate, against }: Parts['targets'], throttle: Throttle) => {
  for (const [target, agent] of [[candidate, run.agent] as const, [against, run.against ?? ''] as const]) {
    if (target === null) continue;
    const traceId = newTraceId(ctx.random);
    await noteProbes(journal, [{ traceId, agent, check: `eval:${run.suite}`, at: ctx.clock.now() }]);
    const trouble = await probeTarget(ctx, target, traceId);
    if (trouble !== null && !ctx.signal.aborted) throttle.stop ??= { status: 'broken', because: `${agent} cannot be asked: ${trouble}` };
  }
};
