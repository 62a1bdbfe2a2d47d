import { renderLine } from '../ground/output/line.ts';
import type { Look } from '../ground/output/look.ts';
import { plural } from '../ground/output/phrases.ts';
import { formatMoney, formatShare } from '../ground/units/amount.ts';
import { humanDuration } from '../ground/units/duration.ts';
import type { SuiteRunEvent } from '../quality/evals/run-suite.ts';

/** `120/600  96% passed  2 errors  $0.42  3 m left`, as one line. */
export const renderEvalProgress = (look: Look, event: SuiteRunEvent): string => {
  if (event.kind === 'extending')
    return renderLine(look, 0, [
      { text: `asking ${plural(event.cases, 'case')} again, ${plural(event.trials, 'trial')}: the verdict is open` },
    ]);
  const { done, total, passes, fails, errors, costNanos, leftMs } = event.progress;
  const judged = passes + fails;
  return renderLine(look, 0, [
    { text: `${String(done).padStart(String(total).length)}/${total}  `, tone: 'dim' },
    { text: judged === 0 ? '' : `${formatShare(passes / judged)} passed` },
    { text: errors === 0 ? '' : `  ${plural(errors, 'error')}`, tone: 'warn' },
    { text: costNanos === 0 ? '' : `  ${formatMoney(costNanos)}` },
    { text: leftMs === null || done >= total ? '' : `  ${humanDuration(leftMs)} left`, tone: 'dim' },
  ]);
};
