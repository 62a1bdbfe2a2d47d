import { beforeAll, expect, test } from 'vitest';
import type { Journal } from '../../../src/ground/store/port.ts';
import { openPassingJournal } from '../../../src/ground/store/sqlite.ts';
import { caseWrites } from '../../../src/quality/evals/runs.journal.ts';
import { readFigures, readTallies } from '../../../src/quality/evals/tallies.journal.ts';
import type { Trial, TrialStatus } from '../../../src/quality/evals/trial.ts';
import { trialWrites } from '../../../src/quality/evals/trials.journal.ts';

/** More than are read at once, in an order that is not that of their ids. */
const count = 5201;
const placeOf = (at: number) => (at * 4999) % count;
const statuses: readonly TrialStatus[] = ['pass', 'fail', 'error'];
const repeats = 2;
const trialsOf = (at: number) => (at % 7 === 0 ? 3 : at % 11 === 0 ? 0 : repeats);
const statusOf = (at: number, index: number): TrialStatus => statuses[(at + index) % 3] ?? 'pass';
const idOf = (at: number) => `case-${at}`;

const trial = (at: number, index: number): Trial => ({
  runId: 'r',
  caseId: idOf(at),
  arm: 'candidate',
  index,
  status: statusOf(at, index),
  outcome: 'ok',
  reason: '',
  score: null,
  latencyMs: at + index / 10,
  ttftMs: null,
  costNanos: null,
  judgeNanos: 0,
  traceId: null,
  startedAt: 0,
  endedAt: 0,
  assertions: [],
  conversation: null,
});

let journal: Journal;
beforeAll(async () => {
  journal = await openPassingJournal(() => 0);
  const all = Array.from({ length: count }, (_, at) => at);
  const cases = all.map((at) => ({
    id: idOf(at),
    hash: `hash-${at}`,
    severity: at % 5 === 0 ? ('critical' as const) : ('normal' as const),
    cluster: at % 2 === 0 ? 'even' : null,
    position: placeOf(at),
    repeats,
  }));
  const trials = all.flatMap((at) => Array.from({ length: trialsOf(at) }, (_, index) => trial(at, index)));
  const others = trials.slice(0, 100).flatMap((each) => [
    { ...each, runId: 'another', status: 'fail' as const },
    { ...each, arm: 'against' as const, status: 'fail' as const },
  ]);
  await journal.commit([...caseWrites('r', cases), ...caseWrites('another', cases.slice(0, 50)), ...trialWrites([...trials, ...others])]);
  return () => journal.close();
});

const inOrder = Array.from({ length: count }, (_, at) => at).sort((a, b) => placeOf(a) - placeOf(b));
const told = (at: number, from: number, status: TrialStatus) =>
  Array.from({ length: trialsOf(at) }, (_, index) => index).filter((index) => index >= from && statusOf(at, index) === status).length;
const countsOf = (at: number, from = 0) => ({
  passes: told(at, from, 'pass'),
  fails: told(at, from, 'fail'),
  errors: told(at, from, 'error'),
});

test('every case of a run is counted once, in the order of the suite, whether it was asked or not', async () => {
  expect(await readTallies(journal, 'r', 'candidate')).toEqual(
    inOrder.map((at) => ({
      caseId: idOf(at),
      hash: `hash-${at}`,
      severity: at % 5 === 0 ? 'critical' : 'normal',
      cluster: at % 2 === 0 ? 'even' : null,
      ...countsOf(at),
      ...(trialsOf(at) > repeats ? { added: countsOf(at, repeats) } : {}),
    })),
  );
});

test('what was measured of a case stands together, in the order of the suite; what could not be judged tells nothing', async () => {
  const measured = inOrder.map((at) =>
    Array.from({ length: trialsOf(at) }, (_, index) => index)
      .filter((index) => statusOf(at, index) !== 'error')
      .map((index) => at + index / 10),
  );
  expect(await readFigures(journal, 'r', 'latency_ms')).toEqual(measured.filter(({ length }) => length > 0));
  expect(await readFigures(journal, 'r', 'cost_nanos')).toEqual([]);
});
