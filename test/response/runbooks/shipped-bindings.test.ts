import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bindableActions } from '../../../src/controls/actions/bound.ts';
import { openTwins } from '../../../src/controls/actions/open-twins.ts';
import type { Action, ControlDriver } from '../../../src/controls/actions/port.ts';
import type { Fleet } from '../../../src/fleet/agent.ts';
import { drawPlan } from '../../../src/response/runbooks/draw-plan.ts';
import { givenParams } from '../../../src/response/runbooks/given-params.ts';
import { loadRunbook, namesOfRunbooks } from '../../../src/response/runbooks/load-runbooks.ts';
import { obstaclesOf } from '../../../src/response/runbooks/plan.ts';
import { healthyFigures } from '../../../src/response/runbooks/scope.ts';
import { controlPath } from '../../../src/response/runbooks/wish.ts';
import { aFleet, anAgent, noControls } from '../../support/facts.ts';
import { fakeContext } from '../../support/fake-context.ts';
import { plainControl } from '../../support/plain-control.ts';
import { plainSlot } from '../../support/rehearsal.ts';
import { openWorld } from '../../support/world.ts';

/** What has no default in a shipped runbook. */
const needed: Readonly<Record<string, string>> = { agent: 'support', first: 'model-b', second: 'model-c', replicas: '3' };

const bound = (actions: readonly Action[]): Fleet => {
  const slot = (action: Action) => (actions.includes(action) ? plainSlot(action) : null);
  const kill = slot('kill');
  const controls = {
    ...noControls,
    ...Object.fromEntries(
      bindableActions
        .filter((action) => action !== 'kill' && action !== 'enable' && !action.startsWith('rollback_'))
        .map((action) => [action, slot(action)]),
    ),
    kill: kill === null ? [] : [kill],
    rollback: { prompt: slot('rollback_prompt'), model: slot('rollback_model'), deploy: slot('rollback_deploy') },
  };
  return { ...aFleet(anAgent({ controls })), path: '/nowhere/agentops.yaml', runbooks: [] };
};

const world = openWorld({});
const ctx = fakeContext({ ...world });
const names = namesOfRunbooks(ctx, bound([]));

const planOn = async (name: string, actions: readonly Action[]) => {
  const fleet = bound(actions);
  const runbook = await loadRunbook(ctx, fleet, name, '/');
  const given = Object.fromEntries(
    runbook.params.flatMap((param) => (needed[param.name] === undefined ? [] : [[param.name, needed[param.name]]])),
  );
  const params = givenParams(runbook, given as Record<string, string>, ['support']);
  const real = async (): Promise<ControlDriver> => plainControl({ actions: bindableActions });
  const { open } = openTwins({ real, clock: ctx.clock });
  return drawPlan(ctx, fleet, { runbook, params, aids: { open, figures: async () => healthyFigures } });
};

test.each(names)('%s can be planned with its defaults where every control is bound', async (name) => {
  expect(obstaclesOf(await planOn(name, bindableActions))).toEqual([]);
});

test.each(names)('%s is clear, or says which control it wants, whatever is bound', async (name) => {
  await fc.assert(
    fc.asyncProperty(fc.subarray([...bindableActions]), async (actions) => {
      const plan = await planOn(name, actions);
      for (const { step, obstacle } of obstaclesOf(plan)) {
        expect(obstacle, step).toMatchObject({ kind: 'unbound' });
        expect(
          bindableActions
            .filter((action) => !actions.includes(action))
            .map(controlPath)
            .some((path) => obstacle.hint?.includes(path)),
        ).toBe(true);
      }
    }),
    { numRuns: 60, examples: [[[]], ...bindableActions.map((action): [Action[]] => [[action]])] },
  );
});
