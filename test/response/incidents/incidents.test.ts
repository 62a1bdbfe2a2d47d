import { describe, expect, test } from 'vitest';
import { activeFreezes } from '../../../src/controls/actions/freezes.journal.ts';
import { findRecords } from '../../../src/ground/audit/audit.journal.ts';
import { undelivered } from '../../../src/oversight/notify/outbox.journal.ts';
import { incidentNumber } from '../../../src/response/incidents/incident.ts';
import { listIncidents, readIncident } from '../../../src/response/incidents/incidents.journal.ts';
import { openIncident, type Report } from '../../../src/response/incidents/open-incident.ts';
import { recordFreeze, recordUnfreeze } from '../../../src/response/incidents/record-freeze.ts';
import { recordAck, recordNote, recordResolve } from '../../../src/response/incidents/record-incident.ts';
import { fakeClock, fakeContext } from '../../support/fake-context.ts';
import { temporaryJournal } from '../../support/temporary.ts';

const notify = { ops: { kind: 'exec', config: {}, at: { file: 'a', line: 1, column: 1 } } };
const fleet = { name: 'acme', notify };
const byHand: Report = {
  title: 'wrong refunds',
  agent: 'support',
  class: 'other',
  severity: 'page',
  startedAt: null,
  cause: { kind: 'person' },
};
const loop = (trace: string, agent = 'support'): Report => ({
  ...byHand,
  agent,
  class: 'loop',
  cause: { kind: 'cap', cap: 'steps_per_request', value: 13, limit: 12, trace },
});

const open = async () => {
  const clock = fakeClock();
  const journal = await temporaryJournal(clock.now);
  const ctx = fakeContext({ journal: async () => journal, clock, env: { AGENTOPS_ACTOR: 'maria' } });
  const kinds = async () =>
    (await findRecords(journal, { since: null, kind: null, subject: null, actor: null, limit: 99 })).map(({ kind }) => kind).reverse();
  return { ctx, journal, clock, kinds };
};

describe('an incident', () => {
  test('is opened with a record and a message in one commit, under the next number, by whoever comes first', async () => {
    const { ctx, journal, kinds } = await open();
    const opened = await Promise.all([openIncident(ctx, fleet, byHand), openIncident(ctx, fleet, { ...byHand, agent: null })]);
    expect(opened.map(({ incident }) => incident.id).sort()).toEqual(['inc-1', 'inc-2']);
    expect(await kinds()).toEqual(['incident.open', 'incident.open']);
    expect((await undelivered(journal, 0)).map(({ dedupKey, channel }) => [channel, dedupKey]).sort()).toEqual([
      ['ops', 'inc-1/open'],
      ['ops', 'inc-2/open'],
    ]);
  });

  test('tells whoever heard of it that somebody looks after it and that it is over, as one thing', async () => {
    const { ctx, journal } = await open();
    await openIncident(ctx, fleet, byHand);
    await recordAck(ctx, 'inc-1');
    await recordResolve(ctx, 'inc-1', 'the carrier answers again');
    const told = await undelivered(journal, 0);
    expect(told.map(({ message: { about, event } }) => [event, about?.key, about?.phase])).toEqual([
      ['incident.open', 'incident/inc-1', 'begins'],
      ['incident.ack', 'incident/inc-1', 'taken-on'],
      ['incident.resolve', 'incident/inc-1', 'ends'],
    ]);
    expect(told.at(-1)?.message).toMatchObject({ severity: 'notify', text: 'the carrier answers again', next: null });
    // Where an alert told of it, that one tells of its end too.
    await openIncident(ctx, fleet, { ...loop('trace-1'), isTold: true });
    await recordResolve(ctx, 'inc-2', null);
    expect(await undelivered(journal, 0)).toHaveLength(3);
  });

  test('that was detected is opened once for an agent until it is resolved, and once for a request', async () => {
    const { ctx, journal } = await open();
    const storm = await Promise.all(Array.from({ length: 8 }, (_, at) => openIncident(ctx, fleet, loop(`trace-${at}`))));
    expect(storm.filter(({ isNew }) => isNew)).toHaveLength(1);
    await openIncident(ctx, fleet, loop('trace-9', 'refunds'));
    const [first] = storm;
    await recordResolve(ctx, first?.incident.id ?? '', null);
    const { cause } = (await readIncident(journal, first?.incident.id ?? '')) ?? {};
    const again = await openIncident(ctx, fleet, loop(cause?.kind === 'cap' ? cause.trace : ''));
    expect([again.isNew, again.incident.id]).toEqual([false, first?.incident.id]);
    expect((await openIncident(ctx, fleet, loop('trace-10'))).isNew).toBe(true);
    expect(await listIncidents(journal, { resolved: true, limit: 99 })).toHaveLength(3);
  });

  test('is looked after, noted on and resolved once, each on record', async () => {
    const { ctx, journal, kinds, clock } = await open();
    await openIncident(ctx, fleet, byHand);
    clock.advance(1000);
    await recordAck(ctx, '1');
    await recordAck(ctx, 'INC-1');
    await recordNote(ctx, 'inc-1', 'the key was s3cret');
    expect(await recordResolve(ctx, 'inc-1', 'done')).toMatchObject({ status: 'resolved' });
    await expect(recordResolve(ctx, 'inc-1', null)).rejects.toMatchObject({ kind: 'refused', code: 'incident_resolved' });
    await expect(recordAck(ctx, 'inc-1')).rejects.toMatchObject({ kind: 'refused' });
    await expect(recordAck(ctx, 'inc-2')).rejects.toMatchObject({ kind: 'usage', code: 'incident_unknown' });
    await recordNote(ctx, 'inc-1', 'for the review');
    expect(await kinds()).toEqual(['incident.open', 'incident.ack', 'incident.note', 'incident.resolve', 'incident.note']);
    expect(JSON.stringify(await findRecords(journal, { since: null, kind: null, subject: null, actor: null, limit: 9 }))).not.toContain(
      's3cret',
    );
    expect(await listIncidents(journal, { resolved: false, limit: 9 })).toEqual([]);
  });

  test.each([
    ['7', 7],
    [' INC-07 ', 7],
    ['inc-7x', null],
    ['', null],
    ['inc--7', null],
    ['99999999999', null],
  ])('is found by what a person types: %j', (typed, number) => {
    expect(incidentNumber(typed)).toBe(number);
  });
});

describe('a freeze', () => {
  const wish = { agent: null, stopsSafety: false, forMs: 60_000, reason: 'migrating s3cret' };

  test('holds until its time, or until it is ended, and is on record', async () => {
    const { ctx, journal, kinds, clock } = await open();
    await recordFreeze(ctx, { ...wish, forMs: 60_001 });
    clock.advance(1);
    await recordFreeze(ctx, { ...wish, agent: 'support', stopsSafety: true, forMs: 120_000 });
    expect(await activeFreezes(journal, clock.now())).toMatchObject([
      { agent: null, stopsSafety: false, reason: 'migrating ***', actor: 'maria' },
      { agent: 'support', stopsSafety: true },
    ]);
    clock.advance(60_000);
    expect(await activeFreezes(journal, clock.now())).toMatchObject([{ agent: 'support' }]);
    expect(await recordUnfreeze(ctx, 'support', 'fixed')).toMatchObject({ ended: [{ agent: 'support' }], left: [] });
    expect(await recordUnfreeze(ctx, null, null)).toEqual({ ended: [], left: [] });
    expect(await kinds()).toEqual(['freeze.on', 'freeze.on', 'freeze.off']);
  });

  test('of the whole fleet stays when that of an agent ends', async () => {
    const { ctx } = await open();
    await recordFreeze(ctx, wish);
    await recordFreeze(ctx, { ...wish, agent: 'support' });
    expect(await recordUnfreeze(ctx, 'support', null)).toMatchObject({ ended: [{ agent: 'support' }], left: [{ agent: null }] });
  });
});
