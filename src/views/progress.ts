import { renderLine } from '../ground/output/line.ts';
import type { Look } from '../ground/output/look.ts';
import type { CheckStatus } from '../quality/health/result.ts';
import { statusSigns, symbolOf } from './words.ts';

/** A check has ended. */
export interface CheckProgress {
  readonly done: number;
  readonly total: number;
  readonly failed: number;
  readonly agent: string;
  readonly check: string;
  readonly status: CheckStatus;
}

/** `3/12  ✔ support/refund-window pass  1 failed`, as one line. */
export const renderProgress = (look: Look, { done, total, failed, agent, check, status }: CheckProgress): string => {
  const sign = statusSigns[status];
  return renderLine(look, 0, [
    { text: `${String(done).padStart(String(total).length)}/${total}  `, tone: 'dim' },
    { text: `${symbolOf(look, sign)} `, tone: sign.tone },
    { text: `${agent}/${check} ${status}` },
    { text: failed === 0 ? '' : `  ${failed} failed`, tone: 'bad' },
  ]);
};
