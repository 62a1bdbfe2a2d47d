import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openPassingJournal } from '../../../src/ground/store/sqlite.ts';
import { collectShards, takeShards } from '../../../src/quality/evals/collect-shards.ts';
import { evaluateRun } from '../../../src/quality/evals/evaluate-run.ts';
import type { EvalRun, RunStatus } from '../../../src/quality/evals/run.ts';
import { beginWrite, caseWrites, type RunCase } from '../../../src/quality/evals/runs.journal.ts';
import type { Trial, TrialStatus } from '../../../src/quality/evals/trial.ts';
import { trialWrites } from '../../../src/quality/evals/trials.journal.ts';

const aRun = (id: string, shard: EvalRun['shard'], parts: Partial<EvalRun> = {}): EvalRun => ({
  id,
  suite: 's',
  agent: 'support',
  against: null,
  selection: 'same',
  shard,
  status: 'done',
  startedAt: 1000,
  endedAt: 2000,
  acceptedAt: null,
  release: null,
  repeats: 3,
  gate: { minPassRate: 0.9, alpha: 0.05, broadShare: 0.5, minEffect: 0.02, window: 10, maxExtraRepeats: 0, onInconclusive: 'no-verdict' },
  verdict: null,
  request: { suitePath: '/s.yaml', filters: {}, repeats: null, timeoutMs: null, maxCostNanos: null, seed: 1 },
  baseline: null,
  stoppedBecause: '',
  headline: null,
  ...parts,
});

const aTrial = (runId: string, caseId: string, index: number, status: TrialStatus): Trial => ({
  runId,
  caseId,
  arm: 'candidate',
  index,
  status,
  outcome: 'ok',
  reason: '',
  score: null,
  latencyMs: 10 * (index + 1) + caseId.length,
  ttftMs: null,
  costNanos: 5,
  judgeNanos: 0,
  traceId: 't',
  startedAt: 1,
  endedAt: 2,
  assertions: [],
  conversation: null,
});

interface Planned {
  readonly severity: RunCase['severity'];
  readonly trials: readonly TrialStatus[];
}

const anyCase = fc.record<Planned>({
  severity: fc.constantFrom('critical', 'normal', 'info'),
  trials: fc.array(fc.constantFrom<TrialStatus>('pass', 'pass', 'pass', 'fail', 'error'), { minLength: 3, maxLength: 3 }),
});

const caseOf = ({ severity }: Planned, position: number): RunCase => ({
  id: `c${position}`,
  hash: 'h',
  severity,
  cluster: null,
  position,
  repeats: 3,
});

describe('the parts of a run', () => {
  test('come to what the whole comes to, however it was cut and wherever it was kept', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyCase, { minLength: 1, maxLength: 25 }), fc.integer({ min: 2, max: 5 }), async (cases, of) => {
        const [here, elsewhere] = [await openPassingJournal(() => 0), await openPassingJournal(() => 0)];
        const write = (into: typeof here, run: EvalRun, isMine: (position: number) => boolean) =>
          into.commit([
            beginWrite(run),
            ...cases.flatMap((each, position) =>
              isMine(position)
                ? [
                    ...caseWrites(run.id, [caseOf(each, position)]),
                    ...trialWrites(each.trials.map((status, index) => aTrial(run.id, `c${position}`, index, status))),
                  ]
                : [],
            ),
          ]);
        await write(here, aRun('whole', { index: 1, of: 1 }), () => true);
        for (let index = 1; index <= of; index++) {
          await write(index % 2 === 0 ? elsewhere : here, aRun(`cut.${index}of${of}`, { index, of }), (at) => at % of === index - 1);
        }
        await takeShards(here, elsewhere, 'cut');
        await takeShards(here, elsewhere, 'cut');
        const merged = await collectShards(here, 'cut');
        await collectShards(here, 'cut');
        const judge = (run: EvalRun) => evaluateRun(here, run, null, true);
        expect(await judge(merged)).toEqual(await judge(aRun('whole', { index: 1, of: 1 })));
        await Promise.all([here.close(), elsewhere.close()]);
      }),
      { numRuns: 40 },
    );
  });

  const kept = async (...runs: readonly EvalRun[]) => {
    const journal = await openPassingJournal(() => 0);
    for (const run of runs) await journal.commit([beginWrite(run)]);
    return journal;
  };
  const part = (index: number, parts: Partial<EvalRun> = {}) => aRun(`cut.${index}of2`, { index, of: 2 }, parts);

  test('share a cap, which is that of the whole', async () => {
    const capped = (index: number, maxCostNanos: number | null) => part(index, { request: { ...part(index).request, maxCostNanos } });
    expect((await collectShards(await kept(capped(1, 5), capped(2, 7)), 'cut')).request.maxCostNanos).toBe(12);
    expect((await collectShards(await kept(capped(1, 5), capped(2, null)), 'cut')).request.maxCostNanos).toBeNull();
  });

  test.each<[string, readonly EvalRun[], string]>([
    ['nothing is here', [], 'run_unknown'],
    ['one is missing', [part(1)], 'shards_missing'],
    ['one did not come to its end', [part(1), part(2, { status: 'broken' as RunStatus })], 'shards_unfinished'],
    ['the suite changed in between', [part(1), part(2, { selection: 'other' })], 'shards_differ'],
    ['they asked different agents', [part(1), part(2, { agent: 'orders' })], 'shards_differ'],
    ['only one was held against another agent', [part(1), part(2, { against: 'orders' })], 'shards_differ'],
    ['one asked more often', [part(1), part(2, { repeats: 9 })], 'shards_differ'],
  ])('are not put together where %s', async (_, runs, code) => {
    await expect(collectShards(await kept(...runs), 'cut')).rejects.toMatchObject({ code });
  });
});
