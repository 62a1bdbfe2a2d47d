import type { LookupFunction } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import type { Dispatcher } from 'undici';
// Not the whole of undici: its index brings fetch, WebSocket and mocks, and by them the second undici that is inside Node.
import buildConnector from 'undici/lib/core/connect.js';
import Agent from 'undici/lib/dispatcher/agent.js';
import { messageOf, nodeCodeOf, usageError } from '../errors.ts';
import { humanDuration } from '../units/duration.ts';
import { percentDecoded } from '../units/percent-code.ts';
import { onAbort } from './abort.ts';
import type { Clock, Env, Http, HttpFailure, HttpHead, HttpOutcome, HttpPhase, HttpRequest, HttpSink } from './context.ts';
import { classifyFailure, linkLocalFailure, timeoutSentence } from './http-failure.ts';
import { followRedirect, redirectLocation } from './http-redirect.ts';
import { guardedLookup, isLinkLocal } from './link-local.ts';
import { proxiesOf } from './proxies.ts';

const dayMs = 86_400_000;

/** An `Http` that must be closed, or its idle connections keep the process alive. */
export interface OpenHttp extends Http {
  close(): Promise<void>;
}

/**
 * HTTP/1.1 over undici: one pool per origin, proxies from `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` (either case), identity encoding,
 * four time limits, a cap on the body, and redirects only within the same host. Throws a usage error for a request that cannot be made.
 */
export const openHttp = (env: Env, clock: Clock): OpenHttp => {
  const certificateEnds = new Map<string, number>();
  const usual = openDispatchers(env, certificateEnds, {});
  // A pool of its own: a connection that was opened without the guard is never used with it.
  const guarded = once(() => openDispatchers(env, certificateEnds, { lookup: guardedLookup }));
  const certificateDays = ({ protocol, hostname, port }: URL): number | null => {
    const end = protocol === 'https:' ? certificateEnds.get(certificateKey(hostname, port)) : undefined;
    return end === undefined ? null : Math.floor((end - clock.now()) / dayMs);
  };
  return {
    async send(request, sink, signal) {
      const startedAt = clock.monotonic();
      let current = request;
      for (let hops = 0; ; hops++) {
        const url = httpUrl(current.url);
        const isGuarded = request.guarded === true;
        if (isGuarded && isLinkLocal(url.hostname)) return { ...unsent(linkLocalFailure(url.host)), certificateDays: null };
        const outcome = await exchange({
          dispatcher: await (isGuarded ? guarded.get() : usual).to(url),
          clock,
          startedAt,
          url,
          request: current,
          sink,
          signal,
        });
        const location = redirectLocation(outcome.head);
        if (location === null || outcome.head === null || outcome.failure !== null) {
          return { ...outcome, certificateDays: certificateDays(url) };
        }
        const next = followRedirect(current, outcome.head, location, hops);
        if ('refused' in next) {
          return { ...outcome, failure: { kind: 'redirected', message: next.refused }, certificateDays: certificateDays(url) };
        }
        current = next;
      }
    },
    close: async () => {
      await Promise.all([usual.close(), guarded.made()?.close()]);
    },
  };
};

const unsent = (failure: HttpFailure): Omit<HttpOutcome, 'certificateDays'> => ({
  head: null,
  failure,
  timings: { connectMs: null, firstByteMs: null, longestGapMs: null, totalMs: 0 },
});

/** Something that is made when it is first needed. */
const once = <Made>(make: () => Made) => {
  let made: Made | null = null;
  return {
    get: (): Made => {
      made ??= make();
      return made;
    },
    made: (): Made | null => made,
  };
};

const httpUrl = (text: string): URL => {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url !== null && (url.protocol === 'http:' || url.protocol === 'https:')) return url;
  throw usageError({ code: 'url_invalid', message: `${text} is not an http or https URL` });
};

const certificateKey = (hostname: string, port: string): string => `${hostname}:${port || 443}`;

/** Notes when the certificate of each origin ends. Through a proxy undici makes the TLS connection itself, and nothing is noted. */
const openDispatchers = (env: Env, certificateEnds: Map<string, number>, resolving: { readonly lookup?: LookupFunction }) => {
  // undici's parser is WebAssembly. V8 would optimise it at the first answer: 35 MiB and 40 ms of CPU, and it parses no faster for it.
  setFlagsFromString('--liftoff-only');
  const connectTcpOrTls = buildConnector({ timeout: 60_000, autoSelectFamily: true, autoSelectFamilyAttemptTimeout: 250, ...resolving });
  const connect: buildConnector.connector = (options, callback) =>
    connectTcpOrTls(options, (...[error, socket]) => {
      if (error !== null) return callback(error, null);
      if ('getPeerCertificate' in socket) {
        const ends = Date.parse(socket.getPeerCertificate().valid_to);
        if (!Number.isNaN(ends)) certificateEnds.set(certificateKey(options.hostname, options.port), ends);
      }
      callback(null, socket);
    });
  // Our own timers bound every phase; undici's are coarser (one second) and would only shadow them.
  const options = { connect, pipelining: 1, headersTimeout: 0, bodyTimeout: 0, maxHeaderSize: 64 * 1024 } as const;
  const proxies = proxiesOf(env);
  const direct = new Agent(options);
  // Plain HTTP is asked of the proxy in absolute form: proxies rarely open tunnels to port 80.
  const through = async (uri: string | null): Promise<Dispatcher> => {
    if (uri === null) return direct;
    // Its proxy agents do not work without what the index adds to them.
    const { EnvHttpProxyAgent } = await import('undici');
    return new EnvHttpProxyAgent({ ...options, proxyTunnel: false, httpProxy: uri, httpsProxy: uri, noProxy: proxies.except });
  };
  const plain = through(proxies.http);
  const secure = through(proxies.https);
  return {
    to: (url: URL): Promise<Dispatcher> => (url.protocol === 'https:' ? secure : plain),
    close: async (): Promise<void> => {
      const opened = new Set(await Promise.all([plain, secure]));
      await Promise.all([...opened.add(direct)].map((dispatcher) => dispatcher.destroy()));
    },
  };
};

interface ExchangeParts {
  readonly dispatcher: Dispatcher;
  readonly clock: Clock;
  /** When the request was asked for, before any redirect: the total limit and all timings count from here. */
  readonly startedAt: number;
  readonly url: URL;
  readonly request: HttpRequest;
  readonly sink: HttpSink;
  readonly signal: AbortSignal;
}

/** One request and its answer; of a redirect only the head. */
const exchange = ({ dispatcher, clock, startedAt, url, request, sink, signal }: ExchangeParts) =>
  new Promise<Omit<HttpOutcome, 'certificateDays'>>((resolve, reject) => {
    const { limits } = request;
    const { host } = url;
    const elapsed = () => clock.monotonic() - startedAt;
    let head: HttpHead | null = null;
    let connectMs: number | null = null;
    let firstByteMs: number | null = null;
    let lastByteMs = 0;
    let longestGapMs: number | null = null;
    let bytes = 0;
    let settled = false;
    let controller: Dispatcher.DispatchController | null = null;
    let phaseTimer: NodeJS.Timeout | undefined;
    let forget = () => {};

    const settle = (failure: HttpFailure | null) => {
      if (settled) return;
      settled = true;
      clearTimeout(phaseTimer);
      clearTimeout(totalTimer);
      forget();
      resolve({ head, failure, timings: { connectMs, firstByteMs, longestGapMs, totalMs: elapsed() } });
    };
    const giveUp = (failure: HttpFailure | null) => {
      settle(failure);
      controller?.abort(new Error('ended by the caller'));
    };
    const expire = (phase: HttpPhase, limitMs: number) => () => {
      // Whatever limit it was: an answer that never began was not left unfinished.
      const said = phase === 'total' && head === null ? 'first byte' : phase;
      giveUp({ kind: 'timeout', phase, message: timeoutSentence(host, said, limitMs) });
    };
    const arm = (phase: HttpPhase, limitMs: number) => {
      clearTimeout(phaseTimer);
      phaseTimer = setTimeout(expire(phase, limitMs), limitMs);
    };
    const abandon = () => giveUp({ kind: 'aborted', message: `the request to ${host} was given up after ${humanDuration(elapsed())}` });
    /** A sink that throws is a bug of ours, and not to be taken for what the server did. */
    const told = <T>(tell: () => T): T | undefined => {
      try {
        return tell();
      } catch (thrown) {
        reject(thrown);
        giveUp(null);
        return undefined;
      }
    };

    const totalTimer = setTimeout(expire('total', limits.totalMs), Math.max(0, limits.totalMs - elapsed()));
    if (signal.aborted) return abandon();
    forget = onAbort(signal, abandon);
    arm('connect', limits.connectMs);

    dispatcher.dispatch(
      {
        origin: url.origin,
        path: url.pathname + url.search,
        method: request.method,
        headers: { 'accept-encoding': 'identity', ...basicAuthorization(url), ...request.headers },
        body: request.body ?? null,
      },
      {
        onRequestStart(given) {
          controller = given;
          if (settled) return given.abort(new Error('ended by the caller'));
          connectMs = elapsed();
          arm('first byte', limits.firstByteMs);
        },
        onResponseStart(_controller, status, headers) {
          if (settled || status < 200) return;
          firstByteMs = lastByteMs = elapsed();
          const came: HttpHead = { status, headers: joinHeaders(headers) };
          head = came;
          if (redirectLocation(came) !== null) return giveUp(null);
          told(() => sink.head?.(came));
          if (!settled) arm('stall', limits.stallMs);
        },
        onResponseData(_controller, chunk) {
          if (settled) return;
          const at = elapsed();
          longestGapMs = Math.max(longestGapMs ?? 0, at - lastByteMs);
          lastByteMs = at;
          bytes += chunk.length;
          if (bytes > limits.maxBytes) {
            return giveUp({ kind: 'too_large', message: `${host} sent more than ${limits.maxBytes.toLocaleString('en-US')} bytes` });
          }
          phaseTimer?.refresh();
          if (told(() => sink.data(chunk)) === 'stop') giveUp(null);
        },
        onResponseEnd: () => settle(null),
        onResponseError(_controller, thrown) {
          if (nodeCodeOf(thrown) !== 'UND_ERR_INVALID_ARG') return settle(classifyFailure(thrown, url, limits.connectMs));
          reject(usageError({ code: 'request_invalid', message: `the request to ${host} cannot be made: ${messageOf(thrown)}` }));
          settle(null);
        },
      },
    );
  });

/** `https://user:password@host` (RFC 7617); a header of the request wins. */
const basicAuthorization = ({ username, password }: URL): Record<string, string> =>
  username === '' && password === ''
    ? {}
    : { authorization: `Basic ${Buffer.from(`${percentDecoded(username)}:${percentDecoded(password)}`).toString('base64')}` };

const joinHeaders = (headers: Record<string, string | string[] | undefined>): Record<string, string> => {
  const joined: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) joined[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  }
  return joined;
};
