import type { HistoryReport } from '../oversight/status/health-report.ts';
import type { CheckResult } from '../quality/health/result.ts';
import { shareOrMissing } from './words.ts';

type Uptime = HistoryReport['uptime'];

/** `24 h 97%`, `7 d 99.1%`, `30 d -`. */
export const uptimeFacts = ({ d1, d7, d30 }: Uptime): readonly string[] => [
  `24 h ${shareOrMissing(d1)}`,
  `7 d ${shareOrMissing(d7)}`,
  `30 d ${shareOrMissing(d30)}`,
];

/** Results that went wrong, newest first: failed checks, and checks that could not see. */
export const failuresOf = (report: HistoryReport): readonly CheckResult[] =>
  report.checks
    .flatMap(({ results }) => results)
    .filter(({ status }) => status === 'fail' || status === 'error')
    .sort((a, b) => b.endedAt - a.endedAt);
