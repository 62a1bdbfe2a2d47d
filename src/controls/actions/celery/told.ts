import type { CeleryAnswers } from '../../../clients/celery.ts';
import { plural } from '../../../ground/output/phrases.ts';
import { applied, rejected } from '../effect.ts';
import type { Effect } from '../port.ts';

/** What has come of telling workers something. No answer is no failure: reading back decides. */
export const toldEffect = (target: string, told: readonly CeleryAnswers[]): Effect => {
  const sum = (count: (each: CeleryAnswers) => number) => told.reduce((all, each) => all + count(each), 0);
  const [heard, done] = [sum((each) => each.heard), sum((each) => each.done.length)];
  const refused = told.flatMap((each) => each.refused);
  const evidence = `${target}: ${done} of ${plural(heard, 'worker')} did it${refused.length === 0 ? '' : `; ${refused.join('; ')}`}`;
  if (heard === 0) return { ...rejected(`${target}: no worker is there to hear it`), retry: true };
  if (refused.length > 0) return done === 0 ? rejected(evidence) : { ...rejected(evidence), result: 'unsure', retry: true };
  return done === 0 ? { ...rejected(evidence), result: 'unsure', retry: true } : applied(evidence);
};
