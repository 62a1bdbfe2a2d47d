import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Slot } from '../../../src/fleet/slots.ts';
import { messageOf as errorMessage, usageError } from '../../../src/ground/errors.ts';
import type { Journal } from '../../../src/ground/store/port.ts';
import { outboxWrites, undelivered } from '../../../src/oversight/notify/outbox.journal.ts';
import type { About, Delivery, Letter, Message, NotifierRegistry } from '../../../src/oversight/notify/port.ts';
import { type PostEvent, sendOutbox } from '../../../src/oversight/notify/send-outbox.ts';
import { fakeClock, fakeContext } from '../../support/fake-context.ts';
import { outgoing } from '../../support/messages.ts';
import { temporaryJournal } from '../../support/temporary.ts';

const mask = (text: string) => text.replaceAll('s3cret', '***');
const slot: Slot = { kind: 'fake', config: {}, at: { file: 'agentops.yaml', line: 1, column: 1 } };
const sent: Delivery = { result: 'sent', ref: null };
const hour = 3_600_000;

/** Channels `ops` and `page`, both answered by one function. */
const open = async (
  answer: (channel: string, letter: Letter) => Delivery | Promise<Delivery>,
  together?: (channel: string, letters: readonly Letter[]) => Delivery,
  holdsMs?: number,
) => {
  const clock = fakeClock();
  const journal = await temporaryJournal(clock.now);
  const channels: NotifierRegistry = {
    fake: async () => ({
      default: {
        kind: 'fake',
        summary: '',
        config: undefined as never,
        open: (config: { readonly name: string }) => ({
          send: async (letter) => answer(config.name, letter),
          ...(together === undefined ? {} : { sendTogether: async (letters) => together(config.name, letters) }),
          ...(holdsMs === undefined ? {} : { holdsMs }),
        }),
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

const about = (key: string, phase: About['phase']): Partial<Message> => ({ about: { key, phase }, severity: 'notify' });

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
    await put(outgoing('k', 'ops', { severity: 'notify' }));
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
    await put(
      ...['a gone', 'b ops', 'refused page'].map((each) => outgoing(...(each.split(' ') as [string, string]), { severity: 'notify' })),
    );
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

describe('of one thing', () => {
  test('nothing overtakes what was said before, while other things go on', async () => {
    const got: string[] = [];
    let down = true;
    const { put, send, clock } = await open((_channel, { dedupKey }) => {
      if (down && dedupKey === 'A begins') return { result: 'retry', afterMs: 2 * hour, why: 'down' };
      got.push(dedupKey);
      return sent;
    });
    await put(outgoing('A begins', 'ops', about('A', 'begins')));
    await send();
    // Both in one moment: their order is that of the writes.
    await put(outgoing('A goes on', 'ops', about('A', 'goes-on')), outgoing('A ends', 'ops', about('A', 'ends')));
    await put(outgoing('B begins', 'ops', about('B', 'begins')), outgoing('A begins', 'page', about('A', 'begins')));
    await send();
    expect(got).toEqual(['B begins']);
    down = false;
    clock.advance(3 * hour);
    await send();
    expect(got.filter((key) => key !== 'B begins')).toEqual(['A begins', 'A begins', 'A goes on', 'A ends']);
  });

  test('what was given up lets the next be said', async () => {
    const got: string[] = [];
    const { put, send } = await open((_channel, { dedupKey }) => {
      got.push(dedupKey);
      return dedupKey === 'A begins' ? { result: 'rejected', why: 'too long' } : sent;
    });
    await put(outgoing('A begins', 'ops', about('A', 'begins')), outgoing('A ends', 'ops', about('A', 'ends')));
    await send();
    expect(got).toEqual(['A begins', 'A ends']);
  });
});

describe('several of one group', () => {
  const inGroup = (dedupKey: string, waitMs: number, key = dedupKey) => ({
    ...outgoing(dedupKey, 'ops', about(key, 'begins')),
    group: { key: 'rule=errors', waitMs },
  });

  test('become one message once the first has waited, with what came meanwhile, each noted by itself', async () => {
    const said: (readonly string[])[] = [];
    const keysOf = (letters: readonly Letter[]) => letters.map(({ dedupKey }) => dedupKey);
    const { put, send, clock, events } = await open(
      (_channel, letter) => {
        said.push([letter.dedupKey]);
        return sent;
      },
      (_channel, letters) => {
        said.push(keysOf(letters));
        return sent;
      },
    );
    await put(inGroup('A', 30_000));
    clock.advance(20_000);
    // The same thing twice: the second of it stays behind the first.
    await put(inGroup('B', 30_000), inGroup('A again', 30_000, 'A'), outgoing('alone', 'ops', { severity: 'notify' }));
    await send();
    expect(said).toEqual([['alone']]);
    clock.advance(10_000);
    await send();
    expect(said.slice(1)).toEqual([['A', 'B']]);
    clock.advance(30_000);
    await send();
    expect(said.slice(2)).toEqual([['A again']]);
    expect(events.map(({ event, post }) => `${post.dedupKey} ${event}`)).toEqual(['alone sent', 'A sent', 'B sent', 'A again sent']);
  });

  test('are said one by one where they are refused together, so that one alone is given up', async () => {
    const { put, send, events } = await open(
      (_channel, { dedupKey }) => (dedupKey === 'B' ? { result: 'rejected', why: 'no' } : sent),
      () => ({ result: 'rejected', why: 'one of them' }),
    );
    await put(inGroup('A', 0), inGroup('B', 0), inGroup('C', 0));
    await send();
    expect(events.map(({ event, post }) => `${post.dedupKey} ${event}`)).toEqual(['A sent', 'B given up', 'C sent']);
  });

  test('are said one by one on a channel that can say one at a time', async () => {
    const got: string[] = [];
    const { put, send } = await open((_channel, { dedupKey }) => {
      got.push(dedupKey);
      return sent;
    });
    await put(inGroup('A', 0), inGroup('B', 0));
    await send();
    expect(got).toEqual(['A', 'B']);
  });
});

test('a channel that forgets is told again what goes on, until it ends, and nothing of what it was told before', async () => {
  const got: string[] = [];
  const { put, send, clock } = await open(
    (_channel, { dedupKey }) => {
      got.push(dedupKey);
      return sent;
    },
    undefined,
    4 * 60_000,
  );
  await put(outgoing('A begins', 'ops', about('A', 'begins')), outgoing('stands for itself'));
  await send();
  await send();
  expect(got).toEqual(['A begins', 'stands for itself']);
  clock.advance(60_000);
  await Promise.all([send(), send()]);
  expect(got.slice(2)).toEqual(['A begins']);
  await put(outgoing('A goes on', 'ops', about('A', 'goes-on')));
  await send();
  clock.advance(60_000);
  await send();
  expect(got.slice(3)).toEqual(['A goes on', 'A goes on']);
  await put(outgoing('A ends', 'ops', about('A', 'ends')));
  clock.advance(60_000);
  await send();
  clock.advance(hour);
  await send();
  expect(got.slice(5)).toEqual(['A ends']);
});

describe('a page that a channel does not take', () => {
  const page = (dedupKey: string, phase: About['phase'], channel = 'ops') =>
    outgoing(dedupKey, channel, { about: { key: 'A', phase }, severity: phase === 'ends' ? 'notify' : 'page' });
  const openWith = async (isUp: (dedupKey: string) => Delivery) => {
    const got: string[] = [];
    const opened = await open((channel, { dedupKey }) => {
      const delivery = channel === 'ops' ? isUp(dedupKey) : sent;
      if (delivery.result === 'sent') got.push(`${channel}: ${dedupKey}`);
      return delivery;
    });
    return { ...opened, got };
  };

  test('is passed on at once where it is refused, with all that follows until the end', async () => {
    let refuses = true;
    const { put, send, got, clock } = await openWith(() => (refuses ? { result: 'rejected', why: 'no such service' } : sent));
    await put(page('begins', 'begins'));
    await send();
    expect(got).toEqual(['page: begins']);
    refuses = false;
    await put(page('goes on', 'goes-on'), page('ends', 'ends'));
    await send();
    expect(got.slice(1).sort()).toEqual(['ops: ends', 'ops: goes on', 'page: ends', 'page: goes on']);
    clock.advance(hour);
    await put(page('next time', 'begins'));
    await send();
    expect(got.slice(5)).toEqual(['ops: next time']);
  });

  test('is passed on after five minutes where it is tried again, and what follows does not wait for the channel', async () => {
    const { put, send, got, clock } = await openWith(() => ({ result: 'retry', afterMs: null, why: 'down' }));
    await put(page('begins', 'begins'));
    for (let at = 0; at < 290_000; at += 10_000) {
      await send();
      clock.advance(10_000);
    }
    expect(got).toEqual([]);
    clock.advance(10_000);
    await send();
    await put(page('ends', 'ends'));
    await send();
    expect(got).toEqual(['page: begins', 'page: ends']);
  });

  test('stays where somebody was woken by another channel, and what is no page stays', async () => {
    const { put, send, got } = await openWith(() => ({ result: 'rejected', why: 'no' }));
    await put(page('both', 'begins'), page('both', 'begins', 'page'), outgoing('quiet', 'ops', { severity: 'notify' }));
    await send();
    expect(got).toEqual(['page: both']);
  });
});

/** The end of a process: nothing it does afterwards is done. */
class Killed extends Error {}

test('killed anywhere, any number of times, each message arrives, under one key, in order, twice only where the kill came between sending and noting', async () => {
  const scenario = fc.record({
    /** Each on a channel and about one of two things, or about nothing. */
    messages: fc.array(fc.tuple(fc.constantFrom('ops', 'page'), fc.constantFrom('A', 'B', null), fc.boolean()), {
      minLength: 1,
      maxLength: 7,
    }),
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
      const got: { readonly channel: string; readonly letter: Letter }[] = [];
      const answer = (channel: string, letters: readonly Letter[]): Delivery => {
        step();
        if (left.shift() === 'retry') return { result: 'retry', afterMs: null, why: 'down' };
        got.push(...letters.map((letter) => ({ channel, letter })));
        step();
        return sent;
      };
      const { clock, journal, put, send } = await open(
        (channel, letter) => answer(channel, [letter]),
        (channel, letters) => answer(channel, letters),
      );
      const mortal: Journal = {
        ...journal,
        async commit(writes) {
          step();
          await journal.commit(writes);
          step();
        },
      };
      await put(
        ...messages.map(([channel, key, isGrouped], index) => ({
          ...outgoing(`message ${index}`, channel, key === null ? { severity: 'notify' } : about(key, 'goes-on')),
          group: isGrouped ? { key: 'g', waitMs: 1000 } : null,
        })),
      );
      const spare = new Map<string, number>();
      for (let round = 0; round < 40; round += 1) {
        const before = got.length;
        dead = false;
        try {
          await send(mortal);
        } catch (thrown) {
          if (!(thrown instanceof Killed)) throw new Error(errorMessage(thrown));
          const due = new Set((await undelivered(journal, 0)).map(({ id }) => id));
          for (const { letter } of got.slice(before)) if (due.has(letter.id)) spare.set(letter.id, (spare.get(letter.id) ?? 0) + 1);
        }
        clock.advance(hour);
      }
      expect(await undelivered(journal, 0)).toEqual([]);
      for (const index of messages.keys()) {
        const copies = got.filter(({ letter }) => letter.dedupKey === `message ${index}`);
        const ids = new Set(copies.map(({ letter }) => letter.id));
        expect(ids.size).toBe(1);
        expect(copies.length).toBe(1 + (spare.get([...ids][0] ?? '') ?? 0));
      }
      for (const channel of ['ops', 'page']) {
        for (const key of ['A', 'B']) {
          const order = got
            .filter(({ channel: to, letter }) => to === channel && letter.message.about?.key === key)
            .map(({ letter }) => Number(letter.dedupKey.slice('message '.length)));
          expect(order).toEqual(order.toSorted((a, b) => a - b));
        }
      }
    }),
    { numRuns: 60 },
  );
});
