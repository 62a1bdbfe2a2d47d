import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Slot } from '../../../src/fleet/slots.ts';
import { messageOf as errorMessage, usageError } from '../../../src/ground/errors.ts';
import type { Journal } from '../../../src/ground/store/port.ts';
import { outboxWrites, undelivered } from '../../../src/oversight/notify/outbox.journal.ts';
import type { Delivery, Letter, NotifierRegistry } from '../../../src/oversight/notify/port.ts';
import { type PostEvent, sendOutbox } from '../../../src/oversight/notify/send-outbox.ts';
import { fakeClock, fakeContext } from '../../support/fake-context.ts';
import { outgoing } from '../../support/messages.ts';
import { temporaryJournal } from '../../support/temporary.ts';

const mask = (text: string) => text.replaceAll('s3cret', '***');
const slot: Slot = { kind: 'fake', config: {}, at: { file: 'agentops.yaml', line: 1, column: 1 } };
const sent: Delivery = { result: 'sent', ref: null };
const hour = 3_600_000;

/** Channels `ops` and `page`, both answered by one function. */
const open = async (answer: (channel: string, letter: Letter) => Delivery | Promise<Delivery>) => {
  const clock = fakeClock();
  const journal = await temporaryJournal(clock.now);
  const channels: NotifierRegistry = {
    fake: async () => ({
      default: {
        kind: 'fake',
        summary: '',
        config: undefined as never,
        open: (config: { readonly name: string }) => ({ send: async (letter) => answer(config.name, letter) }),
      },
    }),
  };
  const notify = { ops: { ...slot, config: { name: 'ops' } }, page: { ...slot, config: { name: 'page' } } };
  const events: PostEvent[] = [];
  const send = (through: Journal = journal) =>
    sendOutbox(fakeContext({ journal: async () => through, clock }), { notify }, channels, (event) => events.push(event));
  const put = (...messages: Parameters<typeof outboxWrites>[0]) => journal.commit(outboxWrites(messages, { at: clock.now(), mask }));
  return { clock, journal, send, put, events };
};

describe('the outbox', () => {
  test('sends each message once, however often it was added and whoever sends', async () => {
    const got: string[] = [];
    const { put, send } = await open((channel, letter) => {
      got.push(`${channel} ${letter.dedupKey}`);
      return sent;
    });
    await put(outgoing('run-1/tell'), outgoing('run-1/tell', 'page'));
    await put(outgoing('run-1/tell'), outgoing('run-1/end'));
    await Promise.all([send(), send(), send()]);
    expect(got.sort()).toEqual(['ops run-1/end', 'ops run-1/tell', 'page run-1/tell']);
    expect(await send()).toEqual({ sent: 0, delayed: 0, givenUp: 0 });
  });

  test('keeps what people are not to see out of the journal', async () => {
    const { put, journal } = await open(() => sent);
    await put(outgoing('k', 'ops', { title: 'key s3cret', text: 'of maria.lopez@example.com', facts: { deep: [{ key: 's3cret' }] } }));
    const [row] = await journal.all<{ message: string }>('SELECT message FROM outbox');
    expect(row?.message).not.toMatch(/s3cret|maria/);
  });

  test('waits longer each time, as long as the channel asks, and gives up after three days', async () => {
    const answers: Delivery[] = [
      { result: 'retry', afterMs: null, why: 'down' },
      { result: 'retry', afterMs: 2 * hour, why: 'limited' },
    ];
    const { put, send, clock, events, journal } = await open(
      () => answers.shift() ?? { result: 'retry', afterMs: null, why: 'still down' },
    );
    await put(outgoing('k'));
    await send();
    expect(await send()).toEqual({ sent: 0, delayed: 0, givenUp: 0 });
    clock.advance(5000);
    await send();
    clock.advance(2 * hour - 1);
    await send();
    expect(events).toHaveLength(2);
    for (let round = 0; round < 100; round += 1) {
      clock.advance(hour);
      await send();
    }
    expect(events.at(-1)).toMatchObject({ event: 'given up', why: 'still down' });
    expect(await undelivered(journal, 0)).toMatchObject([{ status: 'failed', error: 'still down' }]);
  });

  test('forgets nothing over a channel that is not there, lacks its secret or refuses a message for good', async () => {
    const { put, send, events, journal } = await open((_channel, { dedupKey }) => {
      if (dedupKey === 'refused') return { result: 'rejected', why: 'too long' };
      throw usageError({ code: 'secret_missing', message: 'OPS_SECRET is not set' });
    });
    await put(outgoing('a', 'gone'), outgoing('b', 'ops'), outgoing('refused', 'page'));
    await send();
    expect(events.map(({ event, post }) => `${post.dedupKey} ${event}`).sort()).toEqual(['a delayed', 'b delayed', 'refused given up']);
    expect((await undelivered(journal, 0)).map(({ error }) => error).sort()).toEqual([
      'OPS_SECRET is not set',
      'the manifest has no channel gone under notify',
      'too long',
    ]);
  });

  test('lets no channel hold up another', async () => {
    const got: string[] = [];
    const { put, send } = await open((channel, { dedupKey }) => {
      got.push(dedupKey);
      return channel === 'ops' ? { result: 'retry', afterMs: null, why: 'down' } : sent;
    });
    await put(...Array.from({ length: 250 }, (_, index) => outgoing(`ops ${index}`)));
    await put(outgoing('page', 'page'));
    await send();
    expect([got.filter((key) => key !== 'page').length, got.filter((key) => key === 'page').length]).toEqual([1, 1]);
  });
});

/** The end of a process: nothing it does afterwards is done. */
class Killed extends Error {}

test('killed anywhere, any number of times, each message arrives, under one key, twice only where the kill came between sending and noting', async () => {
  const scenario = fc.record({
    messages: fc.array(fc.constantFrom('ops', 'page'), { minLength: 1, maxLength: 5 }),
    /** How each attempt ends; then all are taken. */
    attempts: fc.array(fc.constantFrom('sent', 'retry'), { maxLength: 6 }),
    /** Which of all boundaries of the whole history are the end of a process. */
    kills: fc.uniqueArray(fc.nat(40), { maxLength: 8 }),
  });
  await fc.assert(
    fc.asyncProperty(scenario, async ({ messages, attempts, kills }) => {
      let boundary = 0;
      let dead = false;
      const step = () => {
        if (kills.includes(boundary++)) dead = true;
        if (dead) throw new Killed();
      };
      const left = [...attempts];
      const got: Letter[] = [];
      const { clock, journal, put, send } = await open((_channel, letter) => {
        step();
        if (left.shift() === 'retry') return { result: 'retry', afterMs: null, why: 'down' };
        got.push(letter);
        step();
        return sent;
      });
      const mortal: Journal = {
        ...journal,
        async commit(writes) {
          step();
          await journal.commit(writes);
          step();
        },
      };
      await put(...messages.map((channel, index) => outgoing(`message ${index}`, channel)));
      const spare = new Map<string, number>();
      for (let round = 0; round < 40; round += 1) {
        const before = got.length;
        dead = false;
        try {
          await send(mortal);
        } catch (thrown) {
          if (!(thrown instanceof Killed)) throw new Error(errorMessage(thrown));
          const due = new Set((await undelivered(journal, 0)).map(({ id }) => id));
          for (const { id } of got.slice(before)) if (due.has(id)) spare.set(id, (spare.get(id) ?? 0) + 1);
        }
        clock.advance(hour);
      }
      expect(await undelivered(journal, 0)).toEqual([]);
      for (const index of messages.keys()) {
        const copies = got.filter(({ dedupKey }) => dedupKey === `message ${index}`);
        const ids = new Set(copies.map(({ id }) => id));
        expect(ids.size).toBe(1);
        expect(copies.length).toBe(1 + (spare.get([...ids][0] ?? '') ?? 0));
      }
    }),
    { numRuns: 60 },
  );
});
