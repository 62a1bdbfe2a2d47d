import { describe, expect, test } from 'vitest';
import { converse } from '../../../src/agents/protocols/converse.ts';
import type { AgentProtocol, Ask, Turn } from '../../../src/agents/protocols/port.ts';
import { fakeContext } from '../../support/fake-context.ts';
import { turn } from '../../support/turn.ts';

const limits = { connectMs: 1, firstByteMs: 1, stallMs: 1, totalMs: 1 };
const signal = new AbortController().signal;

/** A protocol that answers from a list, and what it was asked and told to free. */
const scripted = (...answers: readonly (Partial<Turn> | Error)[]) => {
  const asked: Ask[] = [];
  const freed: Turn['thread'][] = [];
  let probes = 0;
  const answer = async (ask: Ask) => {
    asked.push(ask);
    const next = answers[asked.length - 1] ?? {};
    if (next instanceof Error) throw next;
    return turn(next);
  };
  const protocol: AgentProtocol = {
    traits: { streams: false, multiTurn: true },
    turn: answer,
    probe: (ask) => {
      probes += 1;
      return answer(ask);
    },
    release: async (thread) => {
      freed.push(thread);
    },
  };
  return { protocol, asked, freed, probes: () => probes };
};

const talk = (protocol: AgentProtocol, inputs: readonly string[], goOn: (turns: readonly Turn[]) => boolean = () => true, prices = {}) =>
  converse(fakeContext(), { protocol, inputs, traceId: 'a'.repeat(32), limits, prices }, goOn, signal);

describe('turns', () => {
  test('each is asked on the thread of the one before, in one trace, under a span of its own', async () => {
    const { protocol, asked, freed } = scripted({ thread: 't1' }, { thread: 't2' });
    await talk(protocol, ['one', 'two']);
    expect(asked.map(({ input, thread, traceId }) => [input, thread, traceId])).toEqual([
      ['one', null, 'a'.repeat(32)],
      ['two', 't1', 'a'.repeat(32)],
    ]);
    expect(new Set(asked.map(({ spanId }) => spanId)).size).toBe(2);
    for (const { spanId } of asked) expect(spanId).toMatch(/^[0-9a-f]{16}$/);
    expect(freed).toEqual(['t2']);
  });

  test('they end where the caller does not go on, who sees every turn so far', async () => {
    const { protocol, asked } = scripted();
    const seen: number[] = [];
    const turns = await talk(protocol, ['one', 'two', 'three'], (soFar) => {
      seen.push(soFar.length);
      return soFar.length < 2;
    });
    expect({ turns: turns.length, asked: asked.length, seen }).toEqual({ turns: 2, asked: 2, seen: [1, 2] });
  });

  test('without inputs it is a probe, and nobody is asked to go on', async () => {
    const { protocol, probes } = scripted();
    const turns = await talk(protocol, [], () => expect.unreachable('there is nothing to go on with'));
    expect({ turns: turns.length, probes: probes() }).toEqual({ turns: 1, probes: 1 });
  });
});

describe('what goes wrong on our own side', () => {
  test('is a turn, not an error', async () => {
    const { protocol } = scripted(new Error('the environment variable TOKEN is not set'));
    expect(await talk(protocol, ['one'])).toMatchObject([
      { outcome: 'checker_error', cause: 'own fault', detail: 'the request could not be made: the environment variable TOKEN is not set' },
    ]);
  });

  test('does not keep a thread that was opened before it', async () => {
    const { protocol, freed } = scripted({ thread: 't1' }, new Error('broken'));
    await talk(protocol, ['one', 'two']);
    expect(freed).toEqual(['t1']);
  });

  test('nor does a thread that cannot be freed spoil the answers', async () => {
    const { protocol } = scripted({ thread: 't1' });
    const turns = await talk({ ...protocol, release: () => Promise.reject(new Error('gone')) }, ['one']);
    expect(turns).toHaveLength(1);
  });
});

describe('cost', () => {
  const usage = { input: 10, output: 5, cachedRead: null, cachedWrite: null, reasoning: null };
  const prices = { m: { input: 1, output: 2, cachedInput: null, cacheWrite: null } };
  test.each([
    ['told by the agent', { costNanos: 7, costSource: 'reported' as const, model: 'm', usage }, 7, 'reported'],
    ['at the price of the manifest', { model: 'm', usage }, 20_000, 'manifest'],
    // $0.15 and $0.60 a million tokens.
    ['at the price of the public list', { model: 'gpt-4o-mini', usage }, 4500, 'list'],
    ['at the price of the public list, the provider named', { model: 'openai/gpt-4o-mini', usage }, 4500, 'list'],
    ['of a model without a price', { model: 'x', usage }, null, null],
    ['of tokens that nobody told', { model: 'gpt-4o-mini', usage: null }, null, null],
  ])('%s', async (_, answer, nanos, source) => {
    const [answered] = await talk(scripted(answer).protocol, ['one'], () => true, prices);
    expect([answered?.costNanos, answered?.costSource]).toEqual([nanos, source]);
  });
});
