import { expect, test } from 'vitest';
import { alertWrite } from '../../../src/oversight/alerts/alerts.journal.ts';
import { openRunAids } from '../../../src/response/runbooks/open-run-aids.ts';
import { recordRunApproval } from '../../../src/response/runbooks/record-approval.ts';
import { endRunEarly, requireRun, resumeRun } from '../../../src/response/runbooks/run-runbook.ts';
import { findRuns } from '../../../src/response/runbooks/runs.journal.ts';
import { type CalledFleet, firedAlert, openCalledFleet, resolvedAlert } from '../../support/called-fleet.ts';

const minuteMs = 60_000;
const asking = { close: '{ alert: down, mode: approve }' };
const unasked = async () => ({ verdict: 'inconclusive', evidence: '' }) as const;

const approve = async ({ ctx, journal }: CalledFleet, run: string) =>
  recordRunApproval(ctx, await requireRun(journal, run), { key: null, signers: 'nowhere' });

const aidsOf = ({ ctx, fleet }: CalledFleet) => openRunAids(ctx, fleet, { agent: 'support' }, { check: unasked, eval: unasked });

const resume = (staged: CalledFleet, run: string) => resumeRun(staged.ctx, staged.fleet, run, aidsOf(staged), () => undefined);

/** A fleet of which an alert has asked for approval. */
const asked = async (triggers: Readonly<Record<string, string>> = asking, guardrails?: string) => {
  const staged = await openCalledFleet(triggers, guardrails === undefined ? {} : { guardrails });
  const down = firedAlert('down', staged.now - minuteMs);
  const [called] = await staged.call(down);
  if (called?.run == null) throw new Error(`nothing was asked: ${JSON.stringify(called)}`);
  return { ...staged, down, called, run: called.run };
};

test('an alert asks once for approval of a plan that it shows, and nothing is done', async () => {
  const { call, down, called, run, isOpen, letters, journal } = await asked();
  expect(called).toMatchObject({
    rule: 'down',
    agent: 'support',
    runbook: 'close',
    status: 'waiting',
    next: `agentops runbook approve ${run}`,
  });
  const [letter, ...others] = await letters();
  expect(others).toEqual([]);
  expect(letter).toMatchObject({
    event: 'runbook.approve',
    severity: 'page',
    about: { key: 'alert/down/support', phase: 'goes-on' },
    next: `agentops runbook approve ${run}`,
  });
  expect(letter?.text).toMatch(/^disable: disable flag agent\.support\.enabled in flags\.json, default_variant "on" → "off"$/m);
  expect(letter?.text).toMatch(/agentops runbook run close --agent support --confirm [0-9a-f]{12}$/);
  for (let tick = 0; tick < 3; tick += 1)
    expect(await call(down)).toMatchObject([{ run, status: 'waiting', next: `agentops runbook approve ${run}` }]);
  expect(isOpen()).toBe(true);
  expect(await letters()).toHaveLength(1);
  expect(await findRuns(journal, { since: 0, open: false }, 9)).toHaveLength(1);
}, 30_000);

test('what was approved begins with the next tick, and once', async () => {
  const staged = await asked();
  const { call, down, run, isOpen } = staged;
  expect(await approve(staged, run)).toMatchObject({ isSigned: false, approvers: [expect.any(String)] });
  expect(isOpen()).toBe(true);
  expect(await call(down)).toMatchObject([{ run, status: 'done' }]);
  expect(isOpen()).toBe(false);
  expect(await call(down)).toEqual([]);
}, 30_000);

test('a person who resumes it unapproved is refused, and one who approved it first begins it at once', async () => {
  const staged = await asked();
  await expect(resume(staged, staged.run)).rejects.toMatchObject({
    code: 'approval_missing',
    hint: `agentops runbook approve ${staged.run}`,
  });
  expect(staged.isOpen()).toBe(true);
  await approve(staged, staged.run);
  expect(await resume(staged, staged.run)).toMatchObject({ status: 'done' });
  expect(staged.isOpen()).toBe(false);
}, 30_000);

test('an approval is of that plan and no other: where something it touches moved, nothing is done', async () => {
  const staged = await asked();
  await approve(staged, staged.run);
  staged.turn(false);
  await expect(resume(staged, staged.run)).rejects.toMatchObject({ code: 'plan_stale' });
  expect(await staged.call(staged.down)).toMatchObject([{ status: 'held', why: expect.stringContaining('out of date') }]);
  staged.turn(true);
  expect(await staged.call(staged.down)).toMatchObject([{ run: staged.run, status: 'done' }]);
}, 30_000);

test('what nobody approves is given up after an hour, and not asked again for the same firing', async () => {
  const staged = await asked();
  staged.pass(61 * minuteMs);
  await expect(approve(staged, staged.run)).rejects.toMatchObject({ code: 'nothing_to_approve' });
  await expect(resume(staged, staged.run)).rejects.toMatchObject({ code: 'approval_expired' });
  expect(await staged.call(staged.down)).toMatchObject([{ run: staged.run, status: 'aborted', why: 'nobody approved it in time' }]);
  expect(await staged.call(staged.down)).toEqual([]);
  expect(await staged.call(firedAlert('down', staged.now + 61 * minuteMs))).toMatchObject([{ status: 'waiting' }]);
  expect(staged.isOpen()).toBe(true);
}, 30_000);

test('what its alert outlives, or somebody did meanwhile, is given up', async () => {
  const over = await asked();
  await over.journal.commit([alertWrite(resolvedAlert(over.down))]);
  expect(await over.call()).toMatchObject([{ run: over.run, status: 'aborted', why: 'its alert ended before it was approved' }]);
  const done = await asked({ close: '{ alert: down, mode: approve }, { alert: heartbeat, mode: auto }' });
  const heartbeat = firedAlert('heartbeat', done.now - minuteMs);
  expect(await done.call(done.down, heartbeat)).toContainEqual(expect.objectContaining({ rule: 'heartbeat', status: 'done' }));
  expect(await done.call(done.down, heartbeat)).toMatchObject([
    { run: done.run, status: 'aborted', why: expect.stringContaining('did the same meanwhile') },
  ]);
}, 30_000);

test('a person may give it up, and the steps that are done whatever happened are not done', async () => {
  const staged = await asked();
  const request = { kind: 'request', what: 'abort', why: 'not now' } as const;
  expect(await endRunEarly(staged.ctx, staged.fleet, staged.run, request, aidsOf(staged), () => undefined)).toBeNull();
  expect(await requireRun(staged.journal, staged.run)).toMatchObject({ status: 'aborted', why: 'not now', isUnbegun: true });
  await expect(resume(staged, staged.run)).rejects.toMatchObject({
    code: 'run_ended',
    message: expect.stringContaining('before it began'),
  });
}, 30_000);

test('what was only asked for is no run that a guardrail counts', async () => {
  const staged = await asked(
    { close: '{ alert: down, mode: approve }, { alert: heartbeat, mode: auto }' },
    'runs_per_hour: 1, targets: 1, cooldown: 30m',
  );
  expect(await staged.call(firedAlert('heartbeat', staged.now - minuteMs))).toContainEqual(
    expect.objectContaining({ rule: 'heartbeat', status: 'done' }),
  );
}, 30_000);

test('where the manifest binds nothing that could do it, nobody is asked', async () => {
  const staged = await openCalledFleet(asking);
  expect(await staged.call(firedAlert('down', staged.now - minuteMs, { agent: 'unbound' }))).toEqual([]);
  expect(await staged.letters()).toEqual([]);
}, 30_000);

test('an approval serves the run that it was given for, and no later one of the same plan', async () => {
  const staged = await asked();
  await approve(staged, staged.run);
  expect(await resume(staged, staged.run)).toMatchObject({ status: 'done' });
  staged.turn(true);
  const later = firedAlert('down', staged.now + minuteMs);
  staged.pass(2 * minuteMs);
  const [again] = await staged.call(later);
  expect(again).toMatchObject({ status: 'waiting' });
  await staged.call(later);
  expect(staged.isOpen()).toBe(true);
}, 30_000);
