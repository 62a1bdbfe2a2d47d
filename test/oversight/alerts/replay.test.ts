import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Journal } from '../../../src/ground/store/port.ts';
import { readAlerts } from '../../../src/oversight/alerts/alerts.journal.ts';
import type { Evaluation } from '../../../src/oversight/alerts/evaluation.ts';
import { atRest, isAtRest, keyText, refold } from '../../../src/oversight/alerts/fold.ts';
import { readInputs } from '../../../src/oversight/alerts/inputs.journal.ts';
import { recordAlertAck } from '../../../src/oversight/alerts/record-ack.ts';
import { recordSilence } from '../../../src/oversight/alerts/record-silence.ts';
import { saveResults } from '../../../src/quality/health/results.journal.ts';
import { aSlot } from '../../support/facts.ts';
import { minuteOf, openWatchedFleet, type WatchedFleet, watchedManifest } from '../../support/watched-fleet.ts';

const minuteMs = 60_000;

/** Alerts as the journal holds them, without those at rest, by key. */
const kept = async (journal: Journal) =>
  new Map(
    (await readAlerts(journal))
      .filter((alert) => !isAtRest(alert))
      .map(({ rule, agent, label, instance, told }) => [keyText({ rule, agent, label }), { instance, told }]),
  );

/** What live evaluations said, in the words of a replay. */
const said = ({ transitions, announcements }: Evaluation) => ({
  transitions: transitions.map(({ rule, agent, label, to, at, late }) => `${rule} ${agent} ${label} ${to} ${at} ${late}`).sort(),
  announcements: announcements.map(({ rule, agent, label, kind, channels }) => `${rule} ${agent} ${label} ${kind} ${channels}`).sort(),
});

const replayed = async (journal: Journal) =>
  refold(await readInputs(journal, { from: 0, to: Number.MAX_SAFE_INTEGER })).map(({ folded, standing }) => ({
    transitions: folded
      .flatMap(({ rule, agent, label, transitions }) =>
        transitions.map(({ to, at, late }) => `${rule} ${agent} ${label} ${to} ${at} ${late}`),
      )
      .sort(),
    announcements: folded
      .flatMap(({ rule, agent, label, announcements }) =>
        announcements.map(({ kind, channels }) => `${rule} ${agent} ${label} ${kind} ${channels}`),
      )
      .sort(),
    standing: new Map(standing.map(({ rule, agent, label, instance, told }) => [keyText({ rule, agent, label }), { instance, told }])),
  }));

const checked = watchedManifest.replace(
  '    sla:',
  '    endpoint: { protocol: openai-chat, url: "https://example.com/v1", model: m }\n    checks: [{ id: ping, every: 10m, input: hello }]\n    sla:',
);

const moment = fc.record({
  /** Minutes until the next evaluation: more than one are missed. */
  waits: fc.oneof({ weight: 6, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.integer({ min: 2, max: 40 }) }),
  n: fc.integer({ min: 0, max: 30 }),
  badShare: fc.constantFrom(0, 0, 0.1, 0.5, 1),
  costNanos: fc.constantFrom(1000, 1000, 600_000_000),
  act: fc.constantFrom('nothing', 'nothing', 'nothing', 'nothing', 'silence', 'ack', 'late', 'check'),
});

const live = async (watched: WatchedFleet, moments: readonly (typeof moment extends fc.Arbitrary<infer Value> ? Value : never)[]) => {
  const seen: { readonly said: ReturnType<typeof said>; readonly kept: Awaited<ReturnType<typeof kept>> }[] = [];
  const acting = { ...watched.ctx, process: { ...watched.ctx.process, owner: () => ({ user: 'maria', host: 'desk' }) } };
  for (const { waits, n, badShare, costNanos, act } of moments) {
    watched.clock.advance(waits * minuteMs);
    watched.take(minuteOf(watched.clock.now(), { n, bad: Math.round(n * badShare), costNanos }));
    if (act === 'late') watched.take(minuteOf(watched.clock.now() - 40 * minuteMs, { n: 1, costNanos: 600_000_000 }));
    if (act === 'silence') await recordSilence(acting, { matcher: { rule: 'err*', agent: null }, forMs: 7 * minuteMs, reason: 'a try' });
    if (act === 'ack') await recordAlertAck(acting, watched.fleet, 'errors', null).catch(() => null);
    // It ended while the tick was at it, some seconds into its minute.
    watched.clock.advance(7000);
    if (act === 'check')
      await saveResults(watched.journal, [
        aSlot({ id: `c${watched.clock.now()}`, status: badShare > 0 ? 'fail' : 'pass', outcome: 'ok', endedAt: watched.clock.now() - 10 }),
      ]);
    seen.push({ said: said(await watched.evaluate()), kept: await kept(watched.journal) });
  }
  return seen;
};

describe('replaying what evaluations saw', () => {
  it('comes to the same states and the same announcements, evaluation by evaluation', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(moment, { minLength: 3, maxLength: 25 }), async (moments) => {
        const watched = await openWatchedFleet(checked);
        const seen = await live(watched, moments);
        const again = await replayed(watched.journal);
        expect(again.map(({ transitions, announcements }) => ({ transitions, announcements }))).toEqual(seen.map((each) => each.said));
        expect(again.map(({ standing }) => standing)).toEqual(seen.map((each) => each.kept));
      }),
      { numRuns: 12, seed: 6 },
    );
  }, 120_000);

  it('begins at the first evaluation that tells how every alert stood', async () => {
    const watched = await openWatchedFleet();
    for (let minute = 0; minute < 10; minute++) {
      watched.clock.advance(minuteMs);
      watched.take(minuteOf(watched.clock.now(), { n: 10, bad: 5 }));
      await watched.evaluate();
    }
    const inputs = await readInputs(watched.journal, { from: 0, to: Number.MAX_SAFE_INTEGER });
    expect(refold(inputs.slice(1))).toEqual([]);
    const before = refold(inputs.slice(0, 8)).at(-1);
    const later = refold(inputs.slice(8).map((input, at) => (at === 0 ? { ...input, standing: before?.standing ?? [] } : input)));
    expect(later.at(-1)?.standing).toEqual(refold(inputs).at(-1)?.standing);
    expect(later.at(-1)?.standing[0]).not.toMatchObject(atRest);
  });
});
