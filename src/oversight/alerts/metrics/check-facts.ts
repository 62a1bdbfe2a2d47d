import type { Agent, Check } from '../../../fleet/agent.ts';
import { listOf } from '../../../ground/output/phrases.ts';
import { type Beat, judgeHeartbeat } from '../../../quality/health/heartbeat.ts';
import type { CheckResult, Failure, PastResult } from '../../../quality/health/result.ts';
import { foldResults } from '../../../quality/health/streak.ts';
import type { Fact, Samples } from '../samples.ts';

/** What our own checks say of an agent. */
export type CheckSamples = Pick<Samples, 'red' | 'missedHeartbeats' | 'drift' | 'safety'>;

/** What one check says as of a moment. */
export interface CheckFindings {
  readonly hasRun: boolean;
  readonly red: readonly Fact[];
  readonly drift: readonly Fact[];
  readonly missed: readonly Fact[];
  readonly unsafe: readonly Unsafe[];
}

/** What the checks of an agent say together. @param moment UTC epoch ms */
export const checkSamples = ({ checks }: Pick<Agent, 'checks'>, found: readonly CheckFindings[], moment: number): CheckSamples => {
  const hasRun = found.some((each) => each.hasRun);
  const hasHeartbeat = checks.some(({ heartbeat }) => heartbeat !== null);
  const hasSafety = checks.some(({ safety }) => safety);
  return {
    red: () => (hasRun ? found.flatMap(({ red }) => red) : null),
    drift: () => (hasRun ? found.flatMap(({ drift }) => drift) : null),
    missedHeartbeats: () => (hasHeartbeat ? found.flatMap(({ missed }) => missed) : null),
    safety: (widthMs) => (hasSafety ? found.flatMap(({ unsafe }) => unsafe).filter(({ since }) => moment - since <= widthMs) : null),
  };
};

/** A check that makes its agent red, by the result that says so. */
export interface RedCheck {
  readonly isDown: boolean;
  readonly evidence: PastResult;
}

/** By scheduled slots: what somebody ran by hand wakes nobody. Null: it does not. @param newestFirst as many as `foldDepth` asks for */
export const redCheckOf = (check: Check, newestFirst: readonly PastResult[], moment: number): RedCheck | null => {
  const { standing, evidence } = foldResults(check, newestFirst, 'slots', moment);
  return evidence !== null && (standing === 'down' || standing === 'recovering') ? { isDown: standing === 'down', evidence } : null;
};

/** @param decisive the evidence with all that was stored of it; null: it is gone @param since UTC epoch ms of the first that failed in a row; null: not known */
export const redFact = (
  { id }: Pick<Check, 'id'>,
  { isDown }: RedCheck,
  decisive: Pick<CheckResult, 'reason' | 'traceId'> | null,
  since: number | null,
): Fact => ({
  reason: `${id}: ${isDown ? '' : 'passes again, but not often enough since: '}${decisive?.reason ?? ''}`,
  since,
  ...(decisive?.traceId == null ? {} : { traceId: decisive.traceId }),
});

/** What an agent told of itself and does no more; empty: nothing. */
export const driftFacts = ({ id }: Pick<Check, 'id'>, latest: Pick<CheckResult, 'drift' | 'endedAt'> | null): readonly Fact[] =>
  latest === null || latest.drift.length === 0
    ? []
    : [{ reason: `${id}: changed since last time: ${listOf(latest.drift)}`, since: latest.endedAt }];

/** A heartbeat that did not come, or told of a failure; empty: neither. @param last the last up to the moment (UTC epoch ms) */
export const missedFacts = ({ id, heartbeat }: Check, last: Beat | null, moment: number): readonly Fact[] => {
  if (heartbeat === null) return [];
  const { status, reason } = judgeHeartbeat(last, heartbeat, moment);
  return status === 'fail' ? [{ reason: `${id}: ${reason}`, since: last?.at ?? null }] : [];
};

/** A failure of a check of safety. */
export type Unsafe = Fact & { readonly since: number };

/** @param failure the last of the window; null: there was none */
export const unsafeFacts = ({ id }: Pick<Check, 'id'>, failure: Pick<Failure, 'at' | 'reason'> | null): readonly Unsafe[] =>
  failure === null ? [] : [{ reason: `${id}: ${failure.reason}`, since: failure.at }];
