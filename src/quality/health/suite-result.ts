import { plural } from '../../ground/output/phrases.ts';
import { type CheckResult, type CheckStatus, resultId } from './result.ts';

type Asked = Omit<CheckResult, 'drift'>;

/** What decides comes first: a failed case fails the check, one that could not be judged leaves it open. */
const order: readonly CheckStatus[] = ['fail', 'error', 'degraded', 'skipped', 'pass'];

/** The cases of one suite check as its one result: the worst decides, the slowest tells the time, money adds up. Null of no case. */
export const joinCases = (
  runId: string,
  agent: string,
  check: string,
  cases: readonly { readonly caseId: string; readonly result: Asked }[],
): Asked | null => {
  const status = order.find((each) => cases.some(({ result }) => result.status === each)) ?? 'skipped';
  const deciding = cases.filter(({ result }) => result.status === status);
  const [first] = deciding;
  if (first === undefined) return null;
  const results = cases.map(({ result }) => result);
  const word = { fail: 'failed', error: 'could not be judged', degraded: 'passed but not plainly', skipped: 'were skipped', pass: '' }[
    status
  ];
  const told = (values: readonly (number | null)[]) => values.filter((value) => value !== null);
  const most = (values: readonly number[]) => (values.length === 0 ? null : Math.max(...values));
  const costs = told(results.map(({ costNanos }) => costNanos));
  return {
    ...first.result,
    id: resultId(runId, agent, check),
    check,
    startedAt: Math.min(...results.map(({ startedAt }) => startedAt)),
    endedAt: Math.max(...results.map(({ endedAt }) => endedAt)),
    reason:
      status === 'pass' ? '' : `${deciding.length} of ${plural(cases.length, 'case')} ${word}; ${first.caseId}: ${first.result.reason}`,
    attempts: Math.max(...results.map(({ attempts }) => attempts)),
    latencyMs: most(told(results.map(({ latencyMs }) => latencyMs))),
    ttftMs: most(told(results.map(({ ttftMs }) => ttftMs))),
    costNanos: costs.length === 0 ? null : costs.reduce((sum, cost) => sum + cost, 0),
    judgeNanos: results.some(({ judgeNanos }) => judgeNanos === null)
      ? null
      : results.reduce((sum, { judgeNanos }) => sum + (judgeNanos ?? 0), 0),
    assertions: cases.flatMap(({ caseId, result }) =>
      result.assertions.map((each) => ({ ...each, assertion: `${caseId}: ${each.assertion}` })),
    ),
  };
};
