import { expect, test } from 'vitest';
import { freezeWrite } from '../../../src/controls/actions/freezes.journal.ts';
import type { CalledRun } from '../../../src/response/tick/called-run.ts';
import { firedAlert, openCalledFleet } from '../../support/called-fleet.ts';

const minuteMs = 60_000;

const startedBy = (runs: readonly CalledRun[]) => runs.map(({ rule, runbook, status }) => [rule, runbook, status]);

test('an alert that nobody vouches for keeps no other from starting the runbook that both call for', async () => {
  const { call, now } = await openCalledFleet({ close: '{ alert: runaway, mode: auto }, { alert: down, mode: auto }' });
  const runs = await call(firedAlert('runaway', now - minuteMs), firedAlert('down', now - minuteMs));
  expect(startedBy(runs)).toContainEqual(['down', 'close', 'done']);
}, 30_000);

test('one firing starts its runbook once, however often it is looked at', async () => {
  const { call, now } = await openCalledFleet({ close: '{ alert: down, mode: auto }' });
  const down = firedAlert('down', now - minuteMs);
  expect(startedBy(await call(down))).toEqual([['down', 'close', 'done']]);
  expect(await call(down)).toEqual([]);
}, 30_000);

test('two stages of a budget that are reached at once start what each of them calls for', async () => {
  const { call, now } = await openCalledFleet({
    slow: '{ alert: "queue/80%", mode: auto }',
    stop: '{ alert: "queue/100%", mode: auto }',
  });
  const stages = ['80%', '100%'].map((label) => firedAlert('queue', now - minuteMs, { label }));
  const begun = [...(await call(...stages)), ...(await call(...stages))].filter(({ status }) => status === 'done');
  expect(begun.map(({ runbook }) => runbook).sort()).toEqual(['slow', 'stop']);
  expect(await call(...stages)).toEqual([]);
}, 30_000);

test('a newer alert that calls for what is in force already is answered by a run that finds it so', async () => {
  const { call, now } = await openCalledFleet({ close: '{ alert: down, mode: auto }, { alert: heartbeat, mode: auto }' });
  const down = firedAlert('down', now - minuteMs);
  expect(startedBy(await call(down))).toEqual([['down', 'close', 'done']]);
  expect(startedBy(await call(down, firedAlert('heartbeat', Date.now() + minuteMs)))).toEqual([['heartbeat', 'close', 'done']]);
}, 30_000);

test('a freeze holds a runbook back, people are told why once, and it starts when the freeze is over', async () => {
  const { call, now, journal, isOpen, letters, pass } = await openCalledFleet({ close: '{ alert: down, mode: auto }' });
  const freeze = { id: 'f1', agent: null, stopsSafety: false, reason: 'a launch', actor: 'maria', at: now, until: now + 10 * minuteMs };
  await journal.commit([freezeWrite(freeze)]);
  const down = firedAlert('down', now - minuteMs);
  const held = await call(down);
  expect(held).toMatchObject([{ status: 'held', run: null, why: expect.stringContaining('frozen by maria'), next: expect.any(String) }]);
  await call(down);
  expect(await letters()).toMatchObject([
    {
      event: 'runbook.held',
      severity: 'page',
      about: { key: 'alert/down/support', phase: 'goes-on' },
      title: expect.stringMatching(/^Runbook close on support did not start by itself: the fleet is frozen by maria for .*: a launch$/),
      next: 'agentops runbook run close --agent support',
    },
  ]);
  expect(isOpen()).toBe(true);
  pass(11 * minuteMs);
  expect(startedBy(await call(down))).toEqual([['down', 'close', 'done']]);
  expect(isOpen()).toBe(false);
}, 30_000);

test('a guardrail holds a runbook back, people are told why, and it starts when its time has passed', async () => {
  const { call, now, isOpen, letters, pass, turn } = await openCalledFleet(
    { close: '{ alert: down, mode: auto }' },
    { guardrails: 'runs_per_hour: 9, targets: 1, cooldown: 20m' },
  );
  expect(startedBy(await call(firedAlert('down', now - minuteMs)))).toEqual([['down', 'close', 'done']]);
  turn(true);
  const again = firedAlert('down', now + 5 * minuteMs);
  pass(6 * minuteMs);
  expect(await call(again)).toMatchObject([{ status: 'held', why: expect.stringContaining('waits 20 m in between') }]);
  expect((await letters()).map(({ event, title }) => [event, title])).toContainEqual([
    'runbook.held',
    expect.stringContaining('did not start by itself: close was run on support'),
  ]);
  expect(isOpen()).toBe(true);
  pass(20 * minuteMs);
  expect(startedBy(await call(again))).toEqual([['down', 'close', 'done']]);
  expect(isOpen()).toBe(false);
}, 30_000);

test('what nobody vouches for starts nothing, and people are told so', async () => {
  const { call, now, isOpen, letters } = await openCalledFleet({ close: '{ alert: runaway, mode: auto }' });
  const runaway = firedAlert('runaway', now - minuteMs, { label: 'steps' });
  expect(await call(runaway)).toMatchObject([{ status: 'held', why: expect.stringContaining('anybody could have sent') }]);
  await call(runaway);
  expect((await letters()).map(({ facts }) => facts)).toMatchObject([{ code: 'not_vouched', rule: 'runaway', label: 'steps' }]);
  expect(isOpen()).toBe(true);
}, 30_000);
