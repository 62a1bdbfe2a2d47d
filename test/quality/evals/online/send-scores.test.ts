import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { protocols } from '../../../../src/agents/protocols/registry.ts';
import type { Registry } from '../../../../src/fleet/slots.ts';
import { unableError } from '../../../../src/ground/errors.ts';
import { gradeTraffic } from '../../../../src/quality/evals/online/grade-traffic.ts';
import { loadStandardOf } from '../../../../src/quality/evals/online/load-standard.ts';
import { sendScores } from '../../../../src/quality/evals/online/send-scores.ts';
import { fleetOwnership } from '../../../../src/telemetry/traces/fleet-ownership.ts';
import type { OutgoingGrade, TraceBackend } from '../../../../src/telemetry/traces/port.ts';
import type { Score } from '../../../../src/telemetry/traces/span.ts';
import { upsertPage } from '../../../../src/telemetry/traces/spans.cache.ts';
import { temporaryCache } from '../../../support/cache.ts';
import { day } from '../../../support/facts.ts';
import { fakeContext } from '../../../support/fake-context.ts';
import { keepProduction, tracedFleet, traceIdOf } from '../../../support/production.ts';
import { temporaryJournal } from '../../../support/temporary.ts';

type Take = (grade: OutgoingGrade) => readonly string[];

/** Three graded answers, and a backend that takes their scores as a test says. */
const openDesk = async (take: Take | null) => {
  const fleet = tracedFleet({ backends: { prod: { kind: 'scripted', config: {}, at: { file: 'agentops.yaml', line: 1, column: 1 } } } });
  const [cache, journal] = [await temporaryCache(), await temporaryJournal()];
  onTestFinished(() => cache.close());
  keepProduction(cache, fleet, [{ no: 1 }, { no: 2 }, { no: 3 }]);
  const ctx = fakeContext({ cache: async () => cache, journal: async () => journal });
  const taken: OutgoingGrade[] = [];
  const backend: Pick<TraceBackend, 'postGrade'> =
    take === null
      ? {}
      : {
          postGrade: async (grade) => {
            const ids = take(grade);
            taken.push(grade);
            return ids;
          },
        };
  const registry = {
    scripted: async () => ({ default: { kind: 'scripted', summary: '', config: z.unknown(), open: () => backend } }),
  } as unknown as Registry<TraceBackend>;
  const subject = {
    agent: 'support',
    source: 'prod',
    standard: await loadStandardOf(['contains: answer 1'], null),
    quality: 'quality',
    rate: 1,
  };
  await gradeTraffic(
    ctx,
    fleet,
    { subjects: [subject], rate: 1, sinceMs: null, capNanos: null, concurrency: 1, protocols, isRehearsal: false },
    () => undefined,
  );
  return { ctx, fleet, cache, taken, send: () => sendScores(ctx, fleet, registry, ['prod']) };
};

const ownIds: Take = ({ scores }) => scores.map(({ id }) => id);
const refuse = (status: number) => unableError({ code: 'backend_failed', message: `HTTP ${status} for s3cret`, details: { status } });

describe('scores that are written back', () => {
  test('are written once', async () => {
    const { send, taken } = await openDesk(ownIds);
    expect(await send()).toEqual([{ backend: 'prod', posted: 3, failed: 0, trouble: null }]);
    expect(await send()).toEqual([{ backend: 'prod', posted: 0, failed: 0, trouble: null }]);
    expect(taken).toHaveLength(3);
    expect(taken.find(({ traceId }) => traceId === traceIdOf(1))).toMatchObject({
      spanId: null,
      scores: [{ name: 'quality', value: 1, comment: expect.stringContaining('contains: answer 1') }],
    });
  });

  test('count once when they are read back, under whatever id the backend gave them', async () => {
    const { send, cache, fleet, ctx } = await openDesk(({ traceId, scores }) => scores.map(({ name }) => `row-${traceId}:${name}`));
    const quality = () => cache.all('SELECT COUNT(*) AS scores, (SELECT SUM(quality_n) FROM run) AS counted FROM score');
    await send();
    expect(quality()).toEqual([{ scores: 3, counted: 3 }]);
    const atUs = (ctx.clock.now() + day) * 1000;
    const back = [1, 2, 3].map((no): Score => {
      const traceId = traceIdOf(no);
      return {
        id: `row-${traceId}:quality`,
        traceId,
        spanId: null,
        name: 'quality',
        value: 0.5,
        label: null,
        source: 'log',
        atUs,
        updatedUs: atUs,
      };
    });
    upsertPage(cache, fleetOwnership(fleet), { source: 'prod', spans: [], scores: back });
    expect(quality()).toEqual([{ scores: 3, counted: 3 }]);
  });

  test('that one trace does not take keep nobody from writing the others', async () => {
    const { send } = await openDesk((grade) => {
      if (grade.traceId === traceIdOf(2)) throw refuse(404);
      return ownIds(grade);
    });
    expect(await send()).toEqual([{ backend: 'prod', posted: 2, failed: 1, trouble: 'HTTP 404 for ***' }]);
  });

  test('are not tried one after the other where the backend is down, and are written later', async () => {
    let isDown = true;
    const { send } = await openDesk((grade) => {
      if (isDown) throw refuse(503);
      return ownIds(grade);
    });
    expect(await send()).toMatchObject([{ posted: 0, failed: 1 }]);
    isDown = false;
    expect(await send()).toMatchObject([{ posted: 3, failed: 0 }]);
  });

  test('have no place in a backend that takes none', async () => {
    const { send } = await openDesk(null);
    expect(await send()).toEqual([{ backend: 'prod', posted: 0, failed: 0, trouble: 'a backend of kind scripted takes no scores' }]);
  });
});
