import { describe, expect, it } from 'vitest';
import type { Journal } from '../../../src/ground/store/port.ts';
import { readAlerts, readEvents } from '../../../src/oversight/alerts/alerts.journal.ts';
import { evaluateAlerts } from '../../../src/oversight/alerts/evaluate-alerts.ts';
import { readInputs } from '../../../src/oversight/alerts/inputs.journal.ts';
import { undelivered } from '../../../src/oversight/notify/outbox.journal.ts';
import { noon } from '../../support/facts.ts';
import { minuteOf, openWatchedFleet, type WatchedFleet } from '../../support/watched-fleet.ts';

const minuteMs = 60_000;

/** Ten requests a minute, half of them failing for twenty minutes; evaluated every minute but those that are left out. */
const outage = async (
  watched: WatchedFleet,
  { minutes = 60, skip = () => false as boolean }: { minutes?: number; skip?: (minute: number) => boolean } = {},
) => {
  const { clock, take, evaluate } = watched;
  const seen: string[] = [];
  for (let minute = 0; minute < minutes; minute++) {
    take(minuteOf(clock.now(), { n: 10, bad: minute < 20 ? 5 : 0, costNanos: 1000 }));
    if (!skip(minute)) {
      const { transitions, problems } = await evaluate();
      seen.push(
        ...transitions.map(({ to, rule, at, late }) => `${minute}: ${rule} ${to} at ${(at - noon) / minuteMs}${late ? ' late' : ''}`),
        ...problems,
      );
    }
    clock.advance(minuteMs);
  }
  return seen;
};

const letters = async (journal: Journal): Promise<readonly string[]> =>
  (await undelivered(journal, 0)).map(({ channel, dedupKey }) => `${channel} ${dedupKey.replace(String(noon + 5 * minuteMs), 'FIRED')}`);

describe('evaluating alerts', () => {
  it('tells of an outage once, with what shows it, and of its end', async () => {
    const watched = await openWatchedFleet();
    // At 12:45 the window of a quarter of an hour begins at 12:30, behind the last failure; ten minutes later it is over.
    expect(await outage(watched)).toEqual(['0: errors pending at 0', '5: errors firing at 5', '55: errors resolved at 55']);
    const posts = await undelivered(watched.journal, 0);
    expect(await letters(watched.journal)).toEqual(['oncall alert/errors/support/FIRED/fire', 'oncall alert/errors/support/FIRED/resolve']);
    expect(posts[0]?.message).toMatchObject({
      event: 'alert.fire',
      about: { key: 'alert/errors/support', phase: 'begins' },
      severity: 'page',
      title: 'support: errors: 30 of 60 requests failed in 20 m (50%, at least 36%), promised 5.0%',
      next: 'agentops alerts explain errors support',
    });
    expect(posts[0]?.message.text).toContain('Traces that show it: 00000000000000000000000000000037');
    const kinds = (await readEvents(watched.journal, { since: 0 })).map(({ kind }) => kind);
    expect(kinds).toEqual(['pending', 'firing', 'told', 'resolved', 'told-end']);
  });

  it('says of an alert that ends with its agent that nobody judges it any more', async () => {
    const watched = await openWatchedFleet();
    await outage(watched, { minutes: 6 });
    const { ctx, fleet, journal } = watched;
    const agents = fleet.agents.map((agent) => ({ ...agent, name: 'sales' }));
    const { transitions } = await evaluateAlerts(ctx, { ...fleet, agents }, { suggest: () => null }, () => undefined);
    const said = 'nobody judges it any more: support is no longer in the manifest';
    expect(transitions).toMatchObject([{ rule: 'errors', to: 'resolved', reason: expect.stringContaining(said) }]);
    const end = (await undelivered(journal, 0)).find(({ message }) => message.event === 'alert.resolve');
    expect(end?.message.text).toContain(said);
  });

  it('changes nothing where another evaluation came first', async () => {
    const watched = await openWatchedFleet();
    await outage(watched, { minutes: 5 });
    watched.take(minuteOf(watched.clock.now(), { n: 10, bad: 5 }));
    const both = await Promise.all([watched.evaluate(), watched.evaluate()]);
    expect(both.filter(({ transitions }) => transitions.length > 0)).toHaveLength(1);
    expect(both.flatMap(({ problems }) => problems)).toEqual(['another evaluation was made meanwhile: this one changed nothing']);
    expect(both.map(({ firing }) => firing.length)).toEqual([1, 1]);
    expect(await letters(watched.journal)).toEqual(['oncall alert/errors/support/FIRED/fire']);
  });

  it('writes all or nothing: whoever is killed in its commit leaves the journal as it was', async () => {
    const watched = await openWatchedFleet();
    await outage(watched, { minutes: 5 });
    watched.take(minuteOf(watched.clock.now(), { n: 10, bad: 5 }));
    const [states, inputs] = [
      await readAlerts(watched.journal),
      await readInputs(watched.journal, { from: 0, to: Number.MAX_SAFE_INTEGER }),
    ];
    const dying: Journal = { ...watched.journal, commit: () => Promise.reject(new Error('killed')) };
    const ctx = { ...watched.ctx, journal: async () => dying };
    await expect(evaluateAlerts(ctx, watched.fleet, { suggest: () => null }, () => undefined)).rejects.toThrow('killed');
    expect(await readAlerts(watched.journal)).toEqual(states);
    expect(await readInputs(watched.journal, { from: 0, to: Number.MAX_SAFE_INTEGER })).toEqual(inputs);
    expect((await watched.evaluate()).transitions.map(({ to }) => to)).toEqual(['firing']);
  });
});
