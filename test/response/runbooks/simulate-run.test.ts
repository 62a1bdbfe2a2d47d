import { describe, expect, test } from 'vitest';
import type { Capabilities } from '../../../src/controls/actions/port.ts';
import { simulateRun, type WantedPaths } from '../../../src/response/runbooks/simulate-run.ts';
import { fakeContext } from '../../support/fake-context.ts';
import { plainFleet, plainRunbook, rehearsalOf } from '../../support/rehearsal.ts';

const contained = `
- throttle: { requests_per_minute: 10 }
  target: "{{ params.agent }}"
  ttl: 2h
- disable: {}
  target: "{{ params.agent }}"
  verify: { check: "*", window: 1m }
- kill: {}
  target: "{{ params.agent }}"
  irreversible: true
- notify: { message: it is stopped }
`;

const simulate = async (
  steps: string,
  wanted: Partial<WantedPaths> = {},
  traits: Partial<Capabilities> | ((name: string) => Partial<Capabilities>) = {},
  seed: number | null = null,
) => {
  const options = await rehearsalOf(plainRunbook(steps), traits, seed);
  const { paths } = await simulateRun(fakeContext(), plainFleet, options, { crashAt: null, failing: {}, all: false, ...wanted });
  return paths.map(({ end, problems }) => ({
    died: end.path.crashAt,
    failing: end.path.failing,
    status: end.status,
    acts: end.acts.map(({ doing, action }) => `${doing} ${action}`),
    steps: Object.fromEntries(end.steps.map(({ id, status }) => [id, status])),
    problems,
    end,
  }));
};

test('an undisturbed run is done, each act once, in a few milliseconds of real time and minutes of its own', async () => {
  const [path] = await simulate(contained);
  expect(path).toMatchObject({
    status: 'done',
    acts: ['apply throttle', 'apply disable', 'apply kill', 'apply kill'],
    steps: { throttle: 'done', disable: 'verified', 'kill.2': 'done', notify: 'done' },
    problems: [],
  });
  expect(path?.end.tookMs).toBeGreaterThanOrEqual(60_000);
});

const off = (paths: Awaited<ReturnType<typeof simulate>>) =>
  paths.flatMap(({ died, failing, status, problems }) => (problems.length > 0 ? [{ died, failing, status, problems }] : []));

describe('wherever it dies', () => {
  test('it ends as if it had not, and so it does where a step fails', async () => {
    const paths = await simulate(contained, { all: true });
    expect(paths.length).toBeGreaterThan(40);
    expect(off(paths)).toEqual([]);
    expect(new Set(paths.map(({ status }) => status))).toEqual(new Set(['done', 'undone', 'failed', 'paused']));
  });

  test.each([
    ['cannot be read', { readable: false }],
    ['is not idempotent', { idempotent: false }],
    ['takes a minute', { effectMs: 60_000 }],
  ])('also where a target %s', async (_, traits) => {
    const paths = await simulate(contained, { all: true }, traits);
    expect(off(paths)).toEqual([]);
  });

  test.each([1, 2, 3])('and where faults that pass are in the way (seed %d)', async (seed) => {
    expect(off(await simulate(contained, { all: true }, { effectMs: 1000 }, seed))).toEqual([]);
  });

  test('what can neither be read nor done twice is tried once, and then a person is asked', async () => {
    const onceOnly = (name: string) => (name === 'door' ? { readable: false, idempotent: false } : {});
    const paths = await simulate(contained, { all: true }, onceOnly);
    expect(off(paths)).toEqual([]);
    const died = (at: string) => paths.find((path) => path.died === at && Object.keys(path.failing).length === 0);
    expect(died('disable:after-act')).toMatchObject({
      status: 'paused',
      acts: ['apply throttle', 'apply disable'],
      steps: { disable: 'in_doubt' },
    });
    expect(died('disable:after-intent')).toMatchObject({ status: 'paused', acts: ['apply throttle'], steps: { disable: 'in_doubt' } });
    expect(died('disable:after-result')).toMatchObject({ status: 'done' });
  });
});

describe('where a step goes wrong', () => {
  test.each([
    ['rejected', 'undone', ['apply throttle', 'undo throttle']],
    ['conflict', 'undone', ['apply throttle', 'undo throttle']],
    ['dropped', 'undone', ['apply throttle', 'undo throttle']],
    ['unverified', 'undone', ['apply throttle', 'apply disable', 'undo disable', 'undo throttle']],
    ['inconclusive', 'paused', ['apply throttle', 'apply disable']],
    ['unsure', 'done', ['apply throttle', 'apply disable', 'apply kill', 'apply kill']],
    ['lost', 'done', ['apply throttle', 'apply disable', 'apply kill', 'apply kill']],
    ['busy', 'done', ['apply throttle', 'apply disable', 'apply kill', 'apply kill']],
    ['slow', 'done', ['apply throttle', 'apply disable', 'apply kill', 'apply kill']],
    ['blind', 'done', ['apply throttle', 'apply disable', 'apply kill', 'apply kill']],
  ] as const)('%s: it ends %s', async (fault, status, acts) => {
    const [path] = await simulate(contained, { failing: { disable: fault } });
    expect(path).toMatchObject({ status, acts, problems: [] });
  });

  test('what says yes and does nothing is found out by looking', async () => {
    const [path] = await simulate(contained, { failing: { throttle: 'dropped' } });
    expect(path).toMatchObject({ status: 'undone', acts: [], steps: { throttle: 'undone', disable: 'pending' }, problems: [] });
  });

  test('it stops, or goes on, where the step says so', async () => {
    const stopping = contained.replace('disable: {}', 'disable: {}\n  on_fail: stop');
    expect((await simulate(stopping, { failing: { disable: 'rejected' } }))[0]).toMatchObject({ status: 'paused', problems: [] });
    const goingOn = contained.replace('{ requests_per_minute: 10 }', '{ requests_per_minute: 10 }\n  on_fail: continue');
    const [path] = await simulate(goingOn, { failing: { throttle: 'rejected' } });
    expect(path).toMatchObject({ status: 'failed', steps: { 'kill.2': 'done' }, problems: [] });
  });

  test('a step that builds on one that was allowed to fail begins with what is there', async () => {
    const shaky = contained.replace('disable: {}', 'disable: {}\n  on_fail: continue');
    const [path] = await simulate(shaky, { failing: { disable: 'rejected' } });
    expect(path).toMatchObject({ status: 'failed', problems: [], steps: { disable: 'failed', kill: 'done', 'kill.2': 'done' } });
  });
});

test('people do what they are asked to, and time passes', async () => {
  const [path] = await simulate(`
- approve: may it be stopped?
- wait: 3h
- manual: look at the dashboard
- throttle: { requests_per_minute: 10 }
  target: "{{ params.agent }}"
  ttl: 2h
  approval: two
`);
  expect(path).toMatchObject({ status: 'done', problems: [] });
  expect(path?.end.tookMs).toBeGreaterThanOrEqual(3 * 3_600_000);
});

test('a boundary that it does not come over is named, with those that it does', async () => {
  await expect(simulate(contained, { crashAt: 'throttle:after-verify' })).rejects.toMatchObject({
    kind: 'usage',
    hint: expect.stringContaining('throttle:after-confirm'),
  });
});
