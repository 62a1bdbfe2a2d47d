import { digNumber } from '../../ground/json.ts';
import type { KnownRun } from '../runbooks/runs.journal.ts';
import { calmMs, type ScaleAct } from './scale-rule.ts';

/** So far back acts bear on a decision, ms: whether one put back what another took away. */
export const actsWindowMs = 3 * calmMs;

/** What runs of runbooks, of any name, did to the number of an agent's workers. A run that was begun counts, however it ended. */
export const actsOfRuns = (runs: readonly Pick<KnownRun, 'head'>[], agent: string): readonly ScaleAct[] =>
  runs.flatMap(({ head: { plan, startedAt } }) =>
    plan.steps.flatMap((step) => {
      if (step.agent !== agent || step.change === null || step.change.action !== 'scale') return [];
      const to = digNumber(step.change.to, 'replicas');
      // Where it was before cannot always be read: it is a change all the same, and neither up nor down.
      return to === null ? [] : [{ at: startedAt, from: digNumber(step.change.from, 'replicas') ?? to, to }];
    }),
  );

/** Acts of several origins as one course, oldest first. */
export const inOrder = (...acts: readonly (readonly ScaleAct[])[]): readonly ScaleAct[] =>
  acts.flat().sort((one, other) => one.at - other.at);
