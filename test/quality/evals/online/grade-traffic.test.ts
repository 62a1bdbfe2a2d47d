import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { protocols } from '../../../../src/agents/protocols/registry.ts';
import type { Fleet, JudgeSettings } from '../../../../src/fleet/agent.ts';
import type { Context } from '../../../../src/ground/runtime/context.ts';
import type { Cache, Journal } from '../../../../src/ground/store/port.ts';
import { gradeTraffic, type TrafficOptions } from '../../../../src/quality/evals/online/grade-traffic.ts';
import { loadStandardOf } from '../../../../src/quality/evals/online/load-standard.ts';
import { readTrace } from '../../../../src/telemetry/traces/trace.cache.ts';
import { temporaryCache } from '../../../support/cache.ts';
import { day, minute, noon } from '../../../support/facts.ts';
import { fakeClock, fakeContext } from '../../../support/fake-context.ts';
import type { Reply } from '../../../support/http-peer.ts';
import { type JudgeScript, judgeAt, openJudgePeer, verdict } from '../../../support/judge-peer.ts';
import { refusalOf } from '../../../support/load-suite.ts';
import { type Answered, keepProduction, tracedFleet, traceIdOf } from '../../../support/production.ts';
import { json } from '../../../support/replies.ts';
import { temporaryJournal } from '../../../support/temporary.ts';
import { openWorld } from '../../../support/world.ts';

/** 300 tokens asked and 20 answered, as the judge of these tests tells: $0.0005. */
const prices = { 'judge-1': { input: 1, output: 10, cachedInput: null, cacheWrite: null } };
const askedNanos = 500_000;

interface Desk {
  readonly ctx: Context & { clock: ReturnType<typeof fakeClock> };
  readonly cache: Cache;
  readonly journal: Journal;
  readonly fleet: Fleet;
  readonly asked: () => number;
}

const openDesk = async (
  requests: readonly Answered[],
  script: JudgeScript = () => verdict(true, 0.9),
  parts: Partial<Fleet> = {},
): Promise<Desk> => {
  const peer = await openJudgePeer(script);
  const fleet = tracedFleet({ judges: { strict: judgeAt(peer.url, { config: { params: { max_tokens: 200 } } }) }, prices, ...parts });
  const [cache, journal] = [await temporaryCache(), await temporaryJournal()];
  onTestFinished(() => cache.close());
  const world = openWorld();
  onTestFinished(() => world.http.close());
  keepProduction(cache, fleet, requests);
  const fake = fakeClock(noon);
  const clock = { ...fake, now: () => Math.round(fake.now()) };
  const ctx = {
    ...fakeContext({ cache: async () => cache, journal: async () => journal, http: world.http, secrets: world.secrets }),
    clock,
  };
  return { ctx, cache, journal, fleet, asked: () => peer.received.length };
};

const subjectOf = async (...expected: readonly string[]) => ({
  agent: 'support',
  source: 'prod',
  standard: await loadStandardOf(expected, null),
  quality: 'quality',
});

const grade = async ({ ctx, fleet }: Desk, expected: readonly string[], options: Partial<TrafficOptions> = {}) =>
  gradeTraffic(
    ctx,
    fleet,
    {
      subjects: [{ ...(await subjectOf(...expected)), rate: options.rate ?? 1 }],
      rate: 1,
      sinceMs: null,
      capNanos: null,
      concurrency: 3,
      protocols,
      isRehearsal: false,
      ...options,
    },
    () => undefined,
  );

const scoresOf = (cache: Cache, no: number) =>
  readTrace(cache, traceIdOf(no)).flatMap(({ scores }) => scores.map(({ name, value }) => [name, value] as const));
const many = (count: number): readonly Answered[] => Array.from({ length: count }, (_, at) => ({ no: at + 1 }));
const rubric = 'llm-rubric: The answer is polite';

describe('grading production', () => {
  test('writes scores that count as the quality of the agent, and does so once', async () => {
    const desk = await openDesk(many(4));
    const first = await grade(desk, [rubric, 'contains: answer 1']);
    expect(first).toMatchObject({ stop: null, spentNanos: 4 * askedNanos, todayNanos: 4 * askedNanos });
    expect(first.subjects).toMatchObject([{ requests: 4, drawn: 4, graded: 4, gradedBefore: 0 }]);
    expect(scoresOf(desk.cache, 1)).toEqual([['quality', 0.95]]);
    expect(scoresOf(desk.cache, 2)).toEqual([['quality', 0.45]]);
    const quality = desk.cache.all('SELECT quality_n, quality_micro FROM run ORDER BY start_us DESC LIMIT 1');
    expect(quality).toEqual([{ quality_n: 1, quality_micro: 950_000 }]);
    expect(desk.cache.all('SELECT COUNT(*) AS n FROM dirty_bucket')).not.toEqual([{ n: 0 }]);
    const again = await grade(desk, [rubric, 'contains: answer 1']);
    expect(again.subjects).toMatchObject([{ graded: 0, gradedBefore: 4 }]);
    expect(desk.asked()).toBe(4);
  });

  test('draws by the trace alone: a larger share holds a smaller one, and our own probes are never drawn', async () => {
    const desk = await openDesk([...many(200), { no: 900, synthetic: true }]);
    const [some] = (await grade(desk, ['contains: answer'], { rate: 0.2 })).subjects;
    expect(some?.requests).toBe(200);
    expect(some?.graded).toBeGreaterThan(20);
    expect(some?.graded).toBeLessThan(60);
    const [rest] = (await grade(desk, ['contains: answer'], { rate: 0.5, sinceMs: day })).subjects;
    expect(rest).toMatchObject({ gradedBefore: some?.graded });
    expect(scoresOf(desk.cache, 900)).toEqual([]);
  });

  test('grades what was answered: what failed, still runs or has no text is counted, not graded', async () => {
    const desk = await openDesk([...many(2), { no: 3, isError: true }, { no: 4, isRunning: true }, { no: 5, asked: null }]);
    const [tally] = (await grade(desk, ['contains: answer'])).subjects;
    expect(tally).toMatchObject({ requests: 5, graded: 2, failed: 1, running: 1, withoutText: 1 });
  });

  test('a judge below its floor is scored under a name of its own and moves no quality', async () => {
    const desk = await openDesk(many(1));
    const strict = desk.fleet.judges['strict'];
    const judged: Desk = { ...desk, fleet: { ...desk.fleet, judges: { strict: { ...(strict as JudgeSettings), floor: 0.6 } } } };
    await grade(judged, [rubric, 'contains: answer']);
    expect(new Map(scoresOf(desk.cache, 1))).toEqual(
      new Map([
        ['advisory:llm-rubric', 0.9],
        ['quality', 1],
      ]),
    );
  });

  test('names metrics beside quality', async () => {
    const desk = await openDesk(many(1));
    await grade(desk, [
      '{ type: contains, value: answer, metric: words }',
      '{ type: contains, value: nowhere, metric: words }',
      'contains: answer',
    ]);
    expect(new Map(scoresOf(desk.cache, 1))).toEqual(
      new Map([
        ['quality', 2 / 3],
        ['words', 0.5],
      ]),
    );
  });

  test('what is kept of an answer that tries to be a secret leaves masked', async () => {
    const desk = await openDesk([{ no: 1, answered: 'my key is sk-proj-abcdefghijklmnopqrstuvwxyz0123456789ABCD' }]);
    await grade(desk, ['contains: nothing']);
    const [row] = await desk.journal.all<{ scores: string }>('SELECT scores FROM online_grade');
    expect(row?.scores).toContain('contains');
    expect(row?.scores).not.toContain('abcdefghijklm');
  });

  test('needs texts, and a price for its cap', async () => {
    const desk = await openDesk(many(1));
    expect(await refusalOf(grade({ ...desk, fleet: { ...desk.fleet, capture: 'none' } }, ['contains: answer']))).toBe(
      'error: prompts and answers are not kept, so that no answer can be graded: capture is none\nhint: set capture: io in the manifest; what arrives from then on is kept\n',
    );
    const unpriced = { ...desk, fleet: { ...desk.fleet, prices: {} } };
    expect(await refusalOf(grade(unpriced, [rubric], { capNanos: 1e9 }))).toContain(
      'error: what judge strict costs is not known: judge-1 has no price, so a cap on money cannot be kept\n',
    );
    expect(desk.asked()).toBe(0);
    expect((await grade(unpriced, ['contains: answer'], { capNanos: 1e9 })).stop).toBeNull();
  });

  test('a rehearsal counts and does nothing', async () => {
    const desk = await openDesk(many(3));
    const { subjects } = await grade(desk, [rubric], { isRehearsal: true });
    expect(subjects).toMatchObject([{ requests: 3, drawn: 3, graded: 0 }]);
    expect(desk.asked()).toBe(0);
    expect(await desk.journal.all('SELECT * FROM online_grade')).toEqual([]);
  });
});

describe('when judges cannot', { timeout: 20_000 }, () => {
  test('be reached, grading stops soon, says so, and a later run makes up for it', async () => {
    let isDown = true;
    const desk = await openDesk(many(30), () => (isDown ? json({ error: { message: 'overloaded' } }, 503) : verdict(true)));
    const down = await grade(desk, [rubric], { concurrency: 1 });
    expect(down.stop).toMatchObject({ kind: 'judges-down' });
    expect(down.subjects).toMatchObject([{ graded: 0, unjudged: 5 }]);
    isDown = false;
    const up = await grade(desk, [rubric]);
    expect(up).toMatchObject({ stop: null, subjects: [{ graded: 30, unjudged: 0 }] });
  });

  test('judge one answer, it is tried three times and given up', async () => {
    const desk = await openDesk(many(3), (prompt) => (prompt.includes('answer 2') ? 'no idea' : verdict(true)));
    for (const unjudged of [1, 1, 1]) expect((await grade(desk, [rubric])).subjects).toMatchObject([{ unjudged }]);
    expect((await grade(desk, [rubric])).subjects).toMatchObject([{ graded: 0, gradedBefore: 2, givenUp: 1 }]);
  });
});

describe('the cap of a day', () => {
  test('is kept over runs, said, and new with the next UTC day', async () => {
    const desk = await openDesk(many(20));
    const capNanos = 6_000_000;
    const first = await grade(desk, [rubric], { capNanos });
    expect(first.stop?.kind).toBe('capped');
    expect(first.stop?.because).toMatch(
      /^the cap of \$0\.0060 a day leaves no room for a question that may cost \$0\.00\d+: \$0\.00\d+ are spent or kept aside today$/,
    );
    expect(first.todayNanos).toBeLessThanOrEqual(capNanos);
    const graded = first.subjects[0]?.graded ?? 0;
    expect(graded).toBeGreaterThan(0);
    const second = await grade(desk, [rubric], { capNanos });
    expect(second.stop?.kind).toBe('capped');
    expect(second.todayNanos).toBeLessThanOrEqual(capNanos);
    desk.ctx.clock.advance(12 * 60 * minute + 1);
    const morning = await grade(desk, [rubric], { capNanos });
    expect(morning.subjects[0]?.graded).toBeGreaterThan(0);
    expect(morning.todayNanos).toBeLessThanOrEqual(capNanos);
  });

  test('holds the most an answer may cost, so that one that does not fit is not asked', async () => {
    const desk = await openDesk(many(2));
    const report = await grade(desk, [rubric], { capNanos: 1_000_000 });
    expect(report).toMatchObject({ stop: { kind: 'capped' }, spentNanos: 0, subjects: [{ graded: 0, unjudged: 0 }] });
    expect(desk.asked()).toBe(0);
  });

  test('ends where a judge does not tell what its answer cost', async () => {
    const silent: JudgeScript = () => (_request, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(
        JSON.stringify({ model: 'judge-1', choices: [{ finish_reason: 'stop', message: { role: 'assistant', content: verdict(true) } }] }),
      );
    };
    const desk = await openDesk(many(5), silent);
    const report = await grade(desk, [rubric], { capNanos: 1e9, concurrency: 1 });
    expect(report.stop?.because).toContain('did not tell what its answer cost');
    expect(desk.asked()).toBe(1);
    expect(report.todayNanos).toBeGreaterThan(0);
  });
});

/** A judge that takes nearly as many tokens as it may, so that money that was not held would show; 200 is its `max_tokens`. */
const greedy = (prompt: string): { readonly nanos: number; readonly reply: Reply } => {
  const usage = { prompt_tokens: Buffer.byteLength(prompt), completion_tokens: 200 };
  const message = { role: 'assistant', content: verdict(true) };
  return {
    nanos: usage.prompt_tokens * 1000 + usage.completion_tokens * 10_000,
    reply: json({ model: 'judge-1', choices: [{ finish_reason: 'stop', message }], usage }),
  };
};

/** A journal that is dead from its n-th commit on: the process was killed there. */
const dying = (journal: Journal, commits: number): Journal => {
  let left = commits;
  const dead = new Error('killed');
  return {
    ...journal,
    all: (sql, ...params) => (left <= 0 ? Promise.reject(dead) : journal.all(sql, ...params)),
    commit: async (writes, survives) => {
      if (left-- <= 0) throw dead;
      await journal.commit(writes, survives);
    },
  };
};

test('however often it is killed and begun again: each trace is graded at most once, and the cap is kept', {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 3, max: 60 }), { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 4_000_000, max: 50_000_000 }),
      fc.integer({ min: 1, max: 4 }),
      async (kills, capNanos, concurrency) => {
        const asked = new Map<string, number>();
        let paid = 0;
        const desk = await openDesk(many(12), (prompt) => {
          const [which = ''] = /answer \d+/.exec(prompt) ?? [];
          asked.set(which, (asked.get(which) ?? 0) + 1);
          const { nanos, reply } = greedy(prompt);
          paid += nanos;
          return reply;
        });
        for (const commits of [...kills, Number.POSITIVE_INFINITY]) {
          const journal = dying(desk.journal, commits);
          // A killed process leaves its lease behind, which runs out.
          await desk.journal.commit([{ sql: 'DELETE FROM lease', params: [] }]);
          const ctx = { ...desk.ctx, journal: async () => journal };
          await grade({ ...desk, ctx }, [rubric], { capNanos, concurrency }).catch((thrown: unknown) => {
            if (!(thrown instanceof Error) || thrown.message !== 'killed') throw thrown;
          });
          expect(paid).toBeLessThanOrEqual(capNanos);
        }
        for (const count of asked.values()) expect(count).toBe(1);
        const graded = await desk.journal.all<{ trace_id: string }>("SELECT trace_id FROM online_grade WHERE state = 'graded'");
        for (const { trace_id } of graded) {
          const scores = readTrace(desk.cache, trace_id).flatMap((trace) => trace.scores);
          expect(scores.map(({ name }) => name)).toEqual(['quality']);
        }
      },
    ),
    { numRuns: 40 },
  );
});
