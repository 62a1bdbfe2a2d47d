import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AgentProtocol, Turn } from '../../../src/agents/protocols/port.ts';
import { protocols } from '../../../src/agents/protocols/registry.ts';
import { isObject, type Json, parseJson } from '../../../src/ground/json.ts';
import type { Dialect, Mode } from '../../contract/protocol-suite.ts';
import { cannedHttp, cutAt } from '../../support/canned-http.ts';
import type { Received } from '../../support/http-peer.ts';
import { ask, openWorld } from '../../support/world.ts';

/** An answer may say anything: a turn must end in an outcome of the table, and never throw. */

const outcomes = [
  'ok',
  'refused',
  'interrupted',
  'truncated',
  'agent_error',
  'rate_limited',
  'timeout',
  'unreachable',
  'unauthorized',
  'malformed',
  'checker_error',
];
const world = openWorld({ AGENT_KEY: 'sk-test-0123456789abcdef' });
const bytes = (text: string) => new TextEncoder().encode(text);
const jsonValue = () => fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<Json>;

const overHttp = Object.entries(protocols).filter(([kind]) => kind !== 'command');
const spoken = await Promise.all(
  overHttp.map(async ([kind, load]) => {
    const { default: dialect } = (await import(`../../contract/dialects/${kind}.ts`)) as { default: Dialect };
    const { default: adapter } = await load();
    const open = (mode: Mode, status: number, type: string, pieces: readonly Uint8Array[]): AgentProtocol => {
      const http = cannedHttp({ status, headers: { 'content-type': type } }, pieces);
      return adapter.open(adapter.config.parse({ protocol: kind, ...dialect.endpoint('http://agent.test', mode) }), { ...world, http });
    };
    return { kind, dialect, open };
  }),
);

const limits = { connectMs: 100, firstByteMs: 100, stallMs: 100, totalMs: 100 };
const turnOf = (protocol: AgentProtocol): Promise<Turn> => protocol.turn(ask({ limits }), new AbortController().signal);

const expectATurn = (turn: Turn): void => {
  expect(outcomes).toContain(turn.outcome);
  expect(typeof turn.text).toBe('string');
  for (const { name } of turn.toolCalls) expect(typeof name).toBe('string');
  for (const count of Object.values(turn.usage ?? {})) if (count !== null) expect(Number.isFinite(count)).toBe(true);
  if (turn.outcome === 'ok') expect([turn.cause, turn.detail]).toEqual([null, '']);
  else expect(turn.cause).toMatch(/./);
  expect(JSON.parse(JSON.stringify(turn))).toEqual(turn);
};

const blankRequest: Received = { method: 'POST', path: '/', query: new URLSearchParams(), headers: {}, body: '', json: { id: 1 } };

/** A value with one node of it, chosen by `steps`, replaced. */
const replaced = (value: Json, steps: readonly number[], by: Json): Json => {
  const [step, ...rest] = steps;
  const keys = Array.isArray(value) ? [...value.keys()] : isObject(value) ? Object.keys(value) : [];
  const key = step === undefined || keys.length === 0 ? undefined : keys[step % keys.length];
  if (key === undefined) return by;
  if (Array.isArray(value)) return value.map((item: Json, at) => (at === key ? replaced(item, rest, by) : item));
  return isObject(value) ? { ...value, [key]: replaced(value[String(key)] ?? null, rest, by) } : by;
};

describe.each(spoken)('$kind', ({ dialect, open }) => {
  const modes = fc.constantFrom(...dialect.modes);
  const types = fc.constantFrom('application/json', 'text/event-stream', 'text/plain', '');
  const statuses = fc.constantFrom(200, 200, 200, 201, 204, 304, 400, 401, 404, 429, 500, 529);

  it('survives any bytes', async () => {
    await fc.assert(
      fc.asyncProperty(modes, statuses, types, fc.array(fc.uint8Array()), async (mode, status, type, pieces) => {
        expectATurn(await turnOf(open(mode, status, type, pieces)));
      }),
    );
  });

  it('survives any JSON', async () => {
    await fc.assert(
      fc.asyncProperty(modes, statuses, jsonValue(), async (mode, status, value) => {
        expectATurn(await turnOf(open(mode, status, 'application/json', [bytes(JSON.stringify(value))])));
        const probed = await open(mode, status, 'application/json', [bytes(JSON.stringify(value))]).probe(
          ask({ limits }),
          new AbortController().signal,
        );
        expectATurn(probed);
      }),
    );
  });

  it.each(['$', '{"error":$}', '{"choices":$}', '{"result":$}', '{"reply":$}', '{"messages":$}', '{"content":$}', '{"output":$}'])(
    'survives a bottomless %s',
    async (shape) => {
      const text = shape.replace('$', () => `${'['.repeat(100_000)}${']'.repeat(100_000)}`);
      for (const mode of dialect.modes) {
        expectATurn(await turnOf(open(mode, 200, 'application/json', [bytes(text)])));
        expectATurn(await turnOf(open(mode, 500, 'application/json', [bytes(text)])));
        expectATurn(await turnOf(open(mode, 200, 'text/event-stream', [bytes(`data: ${text}\n\n`)])));
      }
    },
  );

  const events = dialect.events?.(blankRequest) ?? [];
  if (events.length === 0) return;

  it('survives a good stream with any part of an event replaced', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(events.length - 1), fc.array(fc.nat(9), { maxLength: 6 }), jsonValue(), async (at, steps, by) => {
        const changed = events.map((event, index) => {
          const data = /data: ?([\s\S]*?)\n\n/.exec(event)?.[1] ?? '';
          const value = parseJson(data);
          return index !== at || value === undefined ? event : event.replace(data, () => JSON.stringify(replaced(value, steps, by)));
        });
        expectATurn(await turnOf(open('streamed', 200, 'text/event-stream', changed.map(bytes))));
      }),
    );
  });

  it('survives a good stream whose events come in any order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...events)), async (shuffled) => {
        expectATurn(await turnOf(open('streamed', 200, 'text/event-stream', shuffled.map(bytes))));
      }),
    );
  });

  it('reads a stream alike however it is cut', async () => {
    const text = events.join('');
    const untimed = async (pieces: readonly Uint8Array[]) => {
      const turn = await turnOf(open('streamed', 200, 'text/event-stream', pieces));
      return { ...turn, timings: null, thread: null };
    };
    const inOnePiece = await untimed([bytes(text)]);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat()), async (offsets) => {
        expect(await untimed(cutAt(text, offsets))).toEqual(inOnePiece);
      }),
    );
  });
});
