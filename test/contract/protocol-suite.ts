import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { AgentProtocol, Ask, Outcome, Turn, TurnLimits } from '../../src/agents/protocols/port.ts';
import { maxAnswerBytes } from '../../src/agents/protocols/send-exchange.ts';
import type { AnyAdapter } from '../../src/fleet/slots.ts';
import { closedPort, openPeer, openTcpPeer, type Peer, type Received, type Reply } from '../support/http-peer.ts';
import { body, endless, hangUp, json, raw, redirect, silence, stream, trickle } from '../support/replies.ts';
import { ask, openWorld, ref } from '../support/world.ts';

export type Mode = 'whole' | 'streamed';

/** How one protocol is spoken well: all that the contract needs to know of it. The default export of `dialects/<kind>.ts`. */
export interface Dialect {
  readonly modes: readonly Mode[];
  /** The endpoint as the loader hands it to the config, references as `ref()`. `${AGENT_KEY}` is set and must reach the agent. */
  endpoint(url: string, mode: Mode): Record<string, unknown>;
  /** A healthy agent: whatever it is asked, in the end it says `pong`. It looks at the path, not at the query. */
  healthy(mode: Mode): Reply;
  /** The healthy stream, an event a piece: content from the second piece at the latest, the terminal event last and alone. */
  readonly events?: (request: Received) => readonly string[];
  /** The request whose answer is the answer of the turn: faults are put in its place. Default: every request. */
  readonly carriesPrompt?: (request: Received) => boolean;
  /** Faults that this protocol judges otherwise, by name. */
  readonly otherwise?: Readonly<Record<string, Outcome>>;
  /** Faults that cannot happen in this protocol, by name. */
  readonly without?: readonly string[];
}

const agentKey = 'sk-test-0123456789abcdef';
const generous: TurnLimits = { connectMs: 5000, firstByteMs: 5000, stallMs: 5000, totalMs: 8000 };
/** Nothing may take longer than this: a turn that hangs is found here and not by the test runner. */
const boundMs = 6000;

interface Fault {
  readonly name: string;
  readonly reply: Reply;
  readonly outcome: Outcome;
  readonly cause: RegExp;
  readonly limits?: Partial<TurnLimits>;
  readonly modes?: readonly Mode[];
}

/** The faults of a wire, and the outcome that DESIGN section 5 gives each. */
const faults = (dialect: Dialect): readonly Fault[] => {
  const events = dialect.events ?? (() => []);
  const error = (status: number, headers: Record<string, string> = {}) => json({ error: { message: 'no luck today' } }, status, headers);
  const cutAfter = (share: number) => (request: Received) => events(request).slice(0, Math.ceil(events(request).length * share));
  const streamed: readonly Mode[] = ['streamed'];
  return [
    { name: '401', reply: error(401), outcome: 'unauthorized', cause: /^http 401$/ },
    { name: '403', reply: error(403), outcome: 'unauthorized', cause: /^http 403$/ },
    { name: '404', reply: error(404), outcome: 'agent_error', cause: /^http 404$/ },
    { name: '429', reply: error(429), outcome: 'rate_limited', cause: /^http 429$/ },
    { name: '500', reply: error(500), outcome: 'agent_error', cause: /^http 500$/ },
    { name: '503', reply: body('upstream is gone', 'text/plain', 503), outcome: 'agent_error', cause: /^http 503$/ },
    { name: '529', reply: error(529), outcome: 'rate_limited', cause: /^http 529$/ },
    { name: 'an HTML page with 502', reply: body('<html>Bad gateway', 'text/html', 502), outcome: 'agent_error', cause: /^http 502$/ },
    { name: 'an HTML page with 200', reply: body('<!doctype html><title>Sign in', 'text/html'), outcome: 'malformed', cause: /^html$/ },
    { name: 'an empty 200', reply: body('', 'application/json'), outcome: 'malformed', cause: /^empty body$/ },
    { name: 'half a JSON', reply: body('{"id":"x","choi', 'application/json'), outcome: 'malformed', cause: /^broken json$/ },
    { name: 'JSON of another kind', reply: json({ hello: 'world' }), outcome: 'malformed', cause: /./ },
    { name: 'JSON null', reply: json(null), outcome: 'malformed', cause: /./ },
    {
      name: 'bytes that are not UTF-8',
      reply: body(Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]), 'application/json'),
      outcome: 'malformed',
      cause: /^not utf-8$/,
    },
    {
      name: 'a compressed answer',
      reply: body(gzipSync('{}'), 'application/json', 200, { 'content-encoding': 'gzip' }),
      outcome: 'malformed',
      cause: /^compressed$/,
    },
    { name: 'an answer without end', reply: endless('x', 'application/json'), outcome: 'malformed', cause: /^too large$/ },
    { name: 'an error without end', reply: endless('x', 'text/plain', 500), outcome: 'agent_error', cause: /^http 500$/ },
    {
      name: 'an error broken off',
      reply: raw('HTTP/1.1 401 Unauthorized\r\ncontent-length: 900\r\n\r\nno'),
      outcome: 'unauthorized',
      cause: /^http 401$/,
    },
    { name: 'silence', reply: silence, outcome: 'timeout', cause: /^first byte timeout$/, limits: { firstByteMs: 60 } },
    {
      name: 'a stall in the middle',
      reply: stream(['{"id":'], 'hang', 'application/json'),
      outcome: 'timeout',
      cause: /^stall timeout$/,
      limits: { stallMs: 60 },
    },
    {
      name: 'one byte at a time past the total',
      reply: trickle(' ', 'application/json'),
      outcome: 'timeout',
      cause: /^total timeout$/,
      limits: { totalMs: 300 },
    },
    { name: 'a connection closed without a word', reply: hangUp, outcome: 'unreachable', cause: /^reset$/ },
    { name: 'an answer broken off', reply: stream(['{"id":'], 'cut', 'application/json'), outcome: 'truncated', cause: /^broken off$/ },
    {
      name: 'fewer bytes than promised',
      reply: raw('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 900\r\n\r\n{"id":'),
      outcome: 'truncated',
      cause: /^broken off$/,
    },
    {
      name: 'bad chunk framing',
      reply: raw('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n'),
      outcome: 'malformed',
      cause: /^protocol$/,
    },
    { name: 'something that is not HTTP', reply: raw('220 mail.example.com ESMTP\r\n'), outcome: 'malformed', cause: /^protocol$/ },
    {
      name: 'headers without end',
      reply: raw(`HTTP/1.1 200 OK\r\nx-huge: ${'h'.repeat(200_000)}\r\n\r\n{}`),
      outcome: 'malformed',
      cause: /^protocol$/,
    },
    {
      name: 'a stream of garbage',
      reply: stream(['lorem\n', 'ipsum\n\n']),
      outcome: 'malformed',
      cause: /^empty stream$/,
      modes: streamed,
    },
    {
      name: 'events that are not JSON',
      reply: stream(['data: lorem\n\n']),
      outcome: 'malformed',
      cause: /^broken stream$/,
      modes: streamed,
    },
    { name: 'an empty stream', reply: stream([]), outcome: 'malformed', cause: /^empty stream$/, modes: streamed },
    { name: 'a stream broken off', reply: stream(cutAfter(0.5), 'cut'), outcome: 'truncated', cause: /^broken off$/, modes: streamed },
    {
      name: 'a stream that ends without its last event',
      reply: stream((request) => events(request).slice(0, -1)),
      outcome: 'truncated',
      cause: /^stream ended early$/,
      modes: streamed,
    },
    {
      name: 'a stream that ends in the middle of an event',
      reply: stream((request) => [...events(request).slice(0, -2), (events(request).at(-2) ?? '').slice(0, -9)]),
      outcome: 'truncated',
      cause: /^stream ended early$/,
      modes: streamed,
    },
    {
      name: 'a stream of comments without end',
      reply: endless(': on\n\n', 'text/event-stream'),
      outcome: 'malformed',
      cause: /^too large$/,
      modes: streamed,
    },
    {
      name: 'an event without end',
      reply: endless('data: x', 'text/event-stream'),
      outcome: 'malformed',
      cause: /^too large$/,
      modes: streamed,
    },
    {
      name: 'a stream that stalls',
      reply: stream(cutAfter(0.5), 'hang'),
      outcome: 'timeout',
      cause: /^stall timeout$/,
      limits: { stallMs: 60 },
      modes: streamed,
    },
  ];
};

/** What every protocol over HTTP promises, whatever the wire does. */
export const protocolContract = (kind: string, load: () => Promise<{ default: AnyAdapter<AgentProtocol> }>, dialect: Dialect): void => {
  describe.each(dialect.modes.map((mode) => ({ mode })))(`${kind}, $mode`, ({ mode }) => {
    const carriesPrompt = dialect.carriesPrompt ?? (() => true);
    const withFault =
      (fault: Reply): Reply =>
      (request, response) =>
        (carriesPrompt(request) ? fault : dialect.healthy(mode))(request, response);

    const open = async (url: string): Promise<AgentProtocol> => {
      const world = openWorld({ AGENT_KEY: agentKey });
      onTestFinished(() => world.http.close());
      const { default: adapter } = await load();
      return adapter.open(adapter.config.parse({ protocol: kind, ...dialect.endpoint(url, mode) }), world);
    };
    const turnAt = async (url: string, parts: Partial<Ask> = {}, signal = new AbortController().signal): Promise<Turn> => {
      const startedAt = performance.now();
      const turn = await (await open(url)).turn(ask({ limits: generous, ...parts }), signal);
      expect(performance.now() - startedAt).toBeLessThan(boundMs);
      return turn;
    };
    const turnWith = async (reply: Reply, parts: Partial<Ask> = {}): Promise<{ turn: Turn; peer: Peer }> => {
      const peer = await openPeer(reply);
      return { turn: await turnAt(peer.url, parts), peer };
    };

    it('reads a good answer', async () => {
      const { turn } = await turnWith(dialect.healthy(mode));
      expect(turn).toMatchObject({ outcome: 'ok', cause: null, detail: '', httpStatus: 200, text: 'pong', certificateDays: null });
      expect(turn.timings.totalMs).toBeGreaterThan(0);
      expect(turn.timings.connectMs).toBeGreaterThanOrEqual(0);
      expect(turn.timings.firstByteMs).toBeGreaterThan(0);
      if (mode === 'streamed') expect(turn.timings.firstTokenMs).toBeGreaterThanOrEqual(turn.timings.firstByteMs ?? 0);
      else expect(turn.timings.firstTokenMs).toBeNull();
    });

    it('marks what it sends as synthetic, under the trace id it was given', async () => {
      const { peer } = await turnWith(dialect.healthy(mode));
      expect(peer.received.length).toBeGreaterThan(0);
      for (const { headers } of peer.received) {
        expect(headers['x-agentops-synthetic']).toBe('1');
        expect(headers['traceparent']).toBe('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01');
      }
    });

    it('sends its key in a header and nowhere else', async () => {
      const { peer } = await turnWith(dialect.healthy(mode));
      for (const { headers, body: sent, path, query } of peer.received) {
        expect(JSON.stringify(headers)).toContain(agentKey);
        expect(`${path}?${query} ${sent}`).not.toContain(agentKey);
      }
    });

    it('probes without a prompt', async () => {
      const peer = await openPeer(dialect.healthy(mode));
      const turn = await (await open(peer.url)).probe(ask({ input: 'never sent', limits: generous }), new AbortController().signal);
      expect(turn).toMatchObject({ outcome: 'ok', cause: null, detail: '' });
      expect(turn.card).not.toBeNull();
      expect(peer.received.length).toBeGreaterThan(0);
      for (const { body: sent } of peer.received) expect(sent).not.toContain('never sent');
    });

    it('carries a conversation on', async () => {
      const peer = await openPeer(dialect.healthy(mode));
      const protocol = await open(peer.url);
      if (!protocol.traits.multiTurn) return;
      const first = await protocol.turn(ask({ limits: generous }), new AbortController().signal);
      const second = await protocol.turn(ask({ input: 'and again', thread: first.thread, limits: generous }), new AbortController().signal);
      expect(JSON.parse(JSON.stringify(first.thread))).toEqual(first.thread);
      expect(first.thread).not.toBeNull();
      expect(second).toMatchObject({ outcome: 'ok', text: 'pong' });
      await protocol.release?.(second.thread, ask({ limits: generous }), new AbortController().signal);
    });

    for (const fault of faults(dialect)) {
      if (fault.modes !== undefined && !fault.modes.includes(mode)) continue;
      if (dialect.without?.includes(fault.name)) continue;
      const outcome = dialect.otherwise?.[fault.name] ?? fault.outcome;
      it(`${fault.name}: ${outcome}`, async () => {
        const { turn, peer } = await turnWith(withFault(fault.reply), { limits: { ...generous, ...fault.limits } });
        expect(turn).toMatchObject({ outcome, text: expect.any(String), toolCalls: expect.any(Array) });
        if (dialect.otherwise?.[fault.name] === undefined) expect(turn.cause).toMatch(fault.cause);
        expect(turn.detail).toContain(peer.host);
        expect(peer.bytesSent()).toBeLessThan(maxAnswerBytes * 3);
      });
    }

    it('reads Retry-After as seconds', async () => {
      const { turn } = await turnWith(withFault(json({}, 429, { 'retry-after': '7' })));
      expect(turn).toMatchObject({ outcome: 'rate_limited', retryAfterMs: 7000 });
    });

    it('reads Retry-After as a date', async () => {
      const { turn } = await turnWith(withFault(json({}, 429, { 'retry-after': new Date(Date.now() + 60_000).toUTCString() })));
      expect(turn.outcome).toBe('rate_limited');
      expect(turn.retryAfterMs).toBeGreaterThan(50_000);
      expect(turn.retryAfterMs).toBeLessThanOrEqual(60_000);
    });

    it('does not follow a redirect to another host', async () => {
      const other = await openPeer(dialect.healthy(mode));
      const { turn } = await turnWith(withFault((request, response) => redirect(other.url + request.path)(request, response)));
      expect(turn).toMatchObject({ outcome: 'malformed', cause: 'redirected' });
      expect(turn.detail).toContain(other.host);
      expect(other.received).toEqual([]);
    });

    it('follows a redirect on the same host', async () => {
      const { turn } = await turnWith(
        withFault((request, response) =>
          (request.query.has('moved') ? dialect.healthy(mode) : redirect(`${request.path}?moved=1`))(request, response),
        ),
      );
      expect(turn).toMatchObject({ outcome: 'ok', text: 'pong', httpStatus: 200 });
    });

    it('is told when nobody listens', async () => {
      const host = `127.0.0.1:${await closedPort()}`;
      const turn = await turnAt(`http://${host}`);
      expect(turn).toMatchObject({ outcome: 'unreachable', cause: 'refused', httpStatus: null });
      expect(turn.detail).toContain(host);
    });

    it('is told when there is no TLS on the port', async () => {
      const peer = await openTcpPeer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
      const turn = await turnAt(`https://${peer.host}`);
      expect(turn).toMatchObject({ outcome: 'unreachable', cause: 'tls' });
      expect(turn.detail).toContain(peer.host);
    });

    it('is told when there is no such host', async () => {
      const turn = await turnAt('http://agent.invalid', { limits: { ...generous, connectMs: 4000 } });
      // A machine without any name service cannot know: then it is the checker that is at fault.
      expect(['no such host', 'own network', 'connect timeout']).toContain(turn.cause);
      expect(turn.outcome).toBe(
        { 'no such host': 'unreachable', 'own network': 'checker_error', 'connect timeout': 'timeout' }[turn.cause ?? ''],
      );
      expect(turn.detail).toContain('agent.invalid');
    });

    it('gives up when told to', async () => {
      const abort = new AbortController();
      const peer = await openPeer(withFault(() => abort.abort()));
      const turn = await turnAt(peer.url, {}, abort.signal);
      expect(turn).toMatchObject({ outcome: 'checker_error', cause: 'aborted' });
      expect(turn.detail).toContain(peer.host);
    });

    it('sends nothing once it was given up', async () => {
      const peer = await openPeer(dialect.healthy(mode));
      const turn = await turnAt(peer.url, {}, AbortSignal.abort());
      expect(turn.outcome).toBe('checker_error');
      expect(peer.received).toEqual([]);
    });

    if (mode === 'streamed') {
      it('reads a stream that is cut into single bytes', async () => {
        const { turn } = await turnWith(
          withFault(stream((request) => (dialect.events?.(request) ?? []).flatMap((event) => event.split('')))),
        );
        expect(turn).toMatchObject({ outcome: 'ok', text: 'pong' });
      });
    }
  });
};

/** The reference that stands for the credential of a dialect. */
export const keyRef = ref('${AGENT_KEY}');
