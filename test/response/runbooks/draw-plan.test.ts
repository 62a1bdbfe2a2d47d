import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { OpenControl } from '../../../src/controls/actions/open-twins.ts';
import type { Observed } from '../../../src/controls/actions/port.ts';
import type { Fleet } from '../../../src/fleet/agent.ts';
import { unableError } from '../../../src/ground/errors.ts';
import { drawPlan, type PlanAids } from '../../../src/response/runbooks/draw-plan.ts';
import { givenParams } from '../../../src/response/runbooks/given-params.ts';
import { needsOf, obstaclesOf, staleness, stepsOf } from '../../../src/response/runbooks/plan.ts';
import { readRunbookText } from '../../../src/response/runbooks/runbook-file.ts';
import { unknownFigures } from '../../../src/response/runbooks/scope.ts';
import { aFleet, anAgent, noControls } from '../../support/facts.ts';
import { fakeContext } from '../../support/fake-context.ts';
import { plainControl } from '../../support/plain-control.ts';
import { plainRunbook, plainSlot } from '../../support/rehearsal.ts';

const fleet: Fleet = aFleet(
  anAgent({
    env: 'prod',
    tags: ['cx'],
    controls: { ...noControls, throttle: plainSlot('throttle'), disable: plainSlot('door'), kill: [plainSlot('door'), plainSlot('runs')] },
  }),
);

const healthy: Readonly<Record<string, Observed['touched']>> = {
  throttle: { requests_per_minute: null },
  door: { enabled: true, running: 3 },
  runs: { enabled: true, running: 3 },
};

interface World {
  readonly touched?: Readonly<Record<string, Observed['touched']>>;
  readonly version?: string;
  readonly broken?: string;
}

/** Controls that can be looked at, and a log of how they were opened. */
const world = ({ touched = healthy, version = 'v1', broken = '' }: World = {}) => {
  const opened: string[] = [];
  const open: OpenControl = async (agent, { config }, access) => {
    const { name } = config as { name: string };
    opened.push(`${name} of ${agent} to ${access}`);
    return {
      ...plainControl({ actions: ['throttle', 'disable', 'enable', 'kill'] }),
      read: async () => {
        if (name === broken) throw unableError({ code: 'x', message: `${name} is down`, hint: 'wait' });
        return { exists: true, target: name, touched: touched[name] ?? {}, version, sharedWith: ['billing'], keepsRunning: '3 runs' };
      },
    };
  };
  return { open, opened };
};

const draw = (steps: string, aids: Partial<PlanAids> & World = {}, rest = '') => {
  const runbook = plainRunbook(steps, rest);
  const open = aids.open ?? world(aids).open;
  const figures = aids.figures ?? (async () => unknownFigures('green'));
  return drawPlan(fakeContext(), fleet, {
    runbook,
    params: givenParams(runbook, { agent: 'support' }, ['support']),
    aids: { open, figures },
  });
};

test('every target is looked at once, to read and no more', async () => {
  const { open, opened } = world();
  await draw('- throttle: { requests_per_minute: 10 }\n- kill: {}\n  irreversible: true\n- throttle: { requests_per_minute: 5 }', { open });
  expect(opened.sort()).toEqual(['door of support to read', 'runs of support to read', 'throttle of support to read']);
});

test('a step on a list of controls becomes an act on each, in its order', async () => {
  const plan = await draw('- kill: {}\n  irreversible: true');
  expect(plan.steps.map(({ id, change }) => [id, change?.target])).toEqual([
    ['kill', 'door'],
    ['kill.2', 'runs'],
  ]);
  expect(plan.steps[0]).toMatchObject({ sharedWith: ['billing'], keepsRunning: '3 runs', isSettled: false });
  expect(plan.locks).toEqual(['agent/support']);
});

test('a later step is planned on what earlier ones leave, and trusts no version that will have gone', async () => {
  const plan = await draw(
    '- throttle: { requests_per_minute: 10 }\n- throttle: { requests_per_minute: 5 }\n- throttle: { requests_per_minute: 5 }',
  );
  expect(plan.steps.map(({ change }) => change && [change.from, change.to, change.version])).toEqual([
    [{ requests_per_minute: null }, { requests_per_minute: 10 }, 'v1'],
    [{ requests_per_minute: 10 }, { requests_per_minute: 5 }, null],
    null,
  ]);
  expect(plan.steps[2]?.isSettled).toBe(true);
});

describe('what stands in the way is told, and not thrown', () => {
  test.each([
    ['no control', '- scale: 3', {}, 'unbound'],
    ['a target that is down', '- throttle: { requests_per_minute: 1 }', { broken: 'throttle' }, 'unreadable'],
    ['an act that cannot be undone and does not say so', '- kill: {}', {}, 'impossible'],
    ['a condition that nobody can decide', '- disable: {}\n  when: figures.cost_usd > 3', {}, 'undecided'],
  ])('%s', async (_, steps, aids, kind) => {
    expect(obstaclesOf(await draw(steps, aids)).map(({ obstacle }) => obstacle.kind)).toContain(kind);
  });

  test('a step that may fail is left out instead', async () => {
    const plan = await draw('- scale: 3\n  on_fail: continue\n- throttle: { requests_per_minute: 1 }', {});
    expect(obstaclesOf(plan)).toEqual([]);
    expect(plan.steps[0]?.skipped).toBe('support has no controls.scale: nothing is bound to scale');
  });
});

describe('conditions', () => {
  test('what is bound may be asked, and a step without its control is left out', async () => {
    const plan = await draw('- scale: 3\n  when: has(controls.scale)\n- disable: {}\n  when: agent.env == "prod" && "cx" in agent.tags');
    expect(plan.steps.map(({ skipped }) => skipped)).toEqual(['has(controls.scale) is not so', null]);
  });

  test('figures are read once, and only where somebody asks for them', async () => {
    const asked: string[] = [];
    const figures: PlanAids['figures'] = async (agent, windowMs) => {
      asked.push(`${agent} ${windowMs}`);
      return { ...unknownFigures('red'), cost_usd: 5 };
    };
    await draw('- disable: {}\n  when: has(controls.disable)', { figures });
    expect(asked).toEqual([]);
    const plan = await draw(
      '- disable: {}\n  when: figures.cost_usd > 3\n- throttle: { requests_per_minute: 1 }\n  when: figures.state == "green"',
      { figures },
    );
    expect(asked).toEqual([`support ${fleet.defaults.windowMs}`]);
    expect(plan.steps.map(({ skipped }) => skipped)).toEqual([null, 'figures.state == "green" is not so']);
  });

  test('what speaks of earlier steps is left open, with its change drawn', async () => {
    const plan = await draw('- id: first\n  throttle: { requests_per_minute: 1 }\n- disable: {}\n  when: steps.first.verdict != "pass"');
    expect(plan.steps[1]).toMatchObject({ condition: 'steps.first.verdict != "pass"', skipped: null, change: { target: 'door' } });
  });

  test.each([
    ['false', 'figures.cost_usd > 9', 'refused'],
    ['not known', 'figures.requests > 9', 'unable'],
  ])('a requirement that is %s keeps anything from being planned', async (_, expression, kind) => {
    const { open, opened } = world();
    const figures = async () => ({ ...unknownFigures(null), cost_usd: 5 });
    await expect(draw('- disable: {}', { open, figures }, `require: ["${expression}"]\n`)).rejects.toMatchObject({ kind });
    expect(opened).toEqual([]);
  });
});

describe('the hash', () => {
  const steps = '- throttle: { requests_per_minute: 10 }\n  ttl: 2h';
  test('stays while counters and versions move, and says which touched field moved', async () => {
    const approved = await draw(steps);
    expect((await draw(steps, { version: 'v9' })).hash).toBe(approved.hash);
    const moved = await draw(steps, { touched: { ...healthy, throttle: { requests_per_minute: 60 } } });
    expect(moved.hash).not.toBe(approved.hash);
    expect(staleness(approved, moved)).toEqual(['requests_per_minute of throttle was not set, is 60']);
    expect(staleness(approved, await draw(steps))).toEqual([]);
  });

  test('moves with what would be done, and with the text of the runbook', async () => {
    const approved = await draw(steps);
    expect(staleness(approved, await draw(`${steps}\n# edited`))).toEqual(['runbook plain was edited']);
    const settled = await draw(steps, { touched: { ...healthy, throttle: { requests_per_minute: 10 } } });
    expect(staleness(approved, settled)).toEqual(['throttle is as wanted already']);
  });
});

test('what a plan needs follows from its acts', async () => {
  const plan = await draw('- throttle: { requests_per_minute: 1 }\n  ttl: 1h\n  approval: two\n- disable: {}');
  expect(needsOf(plan)).toEqual({ approvals: 2, typedName: 'support', locks: ['agent/support'], tick: true });
  const calm = await draw('- throttle: { requests_per_minute: 1 }');
  expect(needsOf(calm)).toEqual({ approvals: 0, typedName: null, locks: ['agent/support'], tick: false });
  const asking = await draw('- disable: {}\n- approve: may it be cleaned up?\n  approval: two');
  expect(needsOf(asking).approvals).toBe(0);
});

test('parameters are filled in once, with their type, and what stands in them stays text', async () => {
  const nasty = '; rm -rf / $(id) {{ params.agent }} --flag';
  const text = `metadata: { name: x, class: other }
params: { agent: { type: agent }, what: { type: text }, n: { type: number, default: 7 }, for: { type: duration, default: 30m } }
steps:
  - manual: "do {{ params.what }} now"
  - throttle: { requests_per_minute: "{{ params.n }}" }
    ttl: "{{ params.for }}"
    verify: { expression: figures.requests < params.n }
`;
  const { runbook } = readRunbookText(text, 'x.yaml');
  if (runbook === null) throw new Error('it is a good one');
  const params = givenParams(runbook, { agent: 'support', what: nasty }, ['support']);
  const plan = await drawPlan(fakeContext(), fleet, { runbook, params, aids: { open: world().open } });
  expect(plan.steps[0]?.args).toEqual({ instruction: `do ${nasty} now` });
  expect(plan.steps[1]).toMatchObject({
    change: { to: { requests_per_minute: 7 } },
    step: { ttlMs: 1_800_000, verify: { expression: 'figures.requests < 7' } },
  });
  expect(stepsOf(plan)).toHaveLength(2);
});

test.each(['safety-violation', 'runaway-loop', 'latency-blowup', 'cost-anomaly'])(
  'the shipped %s is refused where nothing is bound that it could do, and not told as done',
  async (name) => {
    const file = join(import.meta.dirname, '../../../runbooks', `${name}.yaml`);
    const { runbook } = readRunbookText(readFileSync(file, 'utf8'), file);
    if (runbook === null) throw new Error('it is shipped');
    const bare = aFleet(anAgent({ controls: noControls }));
    const params = givenParams(runbook, { agent: 'support' }, ['support']);
    const figures = async () => unknownFigures('green');
    const plan = await drawPlan(fakeContext(), bare, { runbook, params, aids: { open: world().open, figures } });
    expect(obstaclesOf(plan).map(({ obstacle }) => obstacle.kind)).toEqual(['unbound']);
  },
);
