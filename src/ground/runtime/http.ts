import { Agent, buildConnector, type Dispatcher, EnvHttpProxyAgent } from 'undici';
import { messageOf, nodeCodeOf } from '../errors.ts';
import { humanDuration } from '../units/duration.ts';
import type { Clock, Env, Http, HttpFailure, HttpHead, HttpOutcome, HttpPhase, HttpRequest, HttpSink } from './context.ts';

const maxRedirects = 5;
const dayMs = 86_400_000;

/** An `Http` that must be closed, or its idle connections keep the process alive. */
export interface OpenHttp extends Http {
  close(): Promise<void>;
}

/**
 * HTTP/1.1 over undici: one pool per origin, proxies from `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` (either case), identity encoding,
 * four time limits, a cap on the body, and redirects only within the same host.
 */
export const openHttp = (env: Env, clock: Clock): OpenHttp => {
  const certificateEnds = new Map<string, number>();
  const dispatcher = openDispatcher(env, certificateEnds);
  const once = (request: HttpRequest, sink: HttpSink, signal: AbortSignal) => exchange(dispatcher, clock, request, sink, signal);
  return {
    async send(request, sink, signal) {
      let current = request;
      for (let hops = 0; ; hops++) {
        const outcome = await once(current, sink, signal);
        const location = outcome.head?.headers['location'];
        const isRedirect = outcome.head !== null && [301, 302, 303, 307, 308].includes(outcome.head.status) && location !== undefined;
        if (!isRedirect || outcome.failure !== null) return withCertificate(outcome, current.url, certificateEnds, clock);
        const next = redirect(current, outcome.head?.status ?? 0, location, hops);
        if ('failure' in next) return { ...outcome, failure: next.failure, certificateDays: null };
        current = next.request;
      }
    },
    close: () => dispatcher.destroy(),
  };
};

const openDispatcher = (env: Env, certificateEnds: Map<string, number>): Dispatcher => {
  const connectTcpOrTls = buildConnector({ timeout: 60_000, autoSelectFamily: true, autoSelectFamilyAttemptTimeout: 250 });
  const connect: buildConnector.connector = (options, callback) =>
    connectTcpOrTls(options, (...[error, socket]) => {
      if (socket !== null && 'getPeerCertificate' in socket) {
        const ends = Date.parse(socket.getPeerCertificate().valid_to);
        if (!Number.isNaN(ends)) certificateEnds.set(`https://${options.hostname}:${options.port || 443}`, ends);
      }
      if (error !== null) callback(error, null);
      else callback(null, socket);
    });
  // Our own timers bound every phase; undici's are coarser (one second) and would only shadow them.
  const options = { connect, pipelining: 1, headersTimeout: 0, bodyTimeout: 0, maxHeaderSize: 64 * 1024 } as const;
  const proxy = (name: string) => env[name.toLowerCase()] || env[name.toUpperCase()];
  const httpProxy = proxy('http_proxy');
  const httpsProxy = proxy('https_proxy');
  if (!httpProxy && !httpsProxy) return new Agent(options);
  return new EnvHttpProxyAgent({ ...options, httpProxy: httpProxy ?? '', httpsProxy: httpsProxy ?? '', noProxy: proxy('no_proxy') ?? '' });
};

const withCertificate = (
  outcome: Omit<HttpOutcome, 'certificateDays'>,
  url: string,
  ends: Map<string, number>,
  clock: Clock,
): HttpOutcome => {
  const { protocol, hostname, port } = new URL(url);
  const end = protocol === 'https:' ? ends.get(`https://${hostname}:${port || 443}`) : undefined;
  return { ...outcome, certificateDays: end === undefined ? null : Math.floor((end - clock.now()) / dayMs) };
};

/** A redirect is followed where it stays on the same host, does not drop TLS and needs no other method. */
const redirect = (
  request: HttpRequest,
  status: number,
  location: string,
  hops: number,
): { request: HttpRequest } | { failure: HttpFailure } => {
  const refuse = (why: string) => ({
    failure: { kind: 'redirected' as const, message: `${hostOf(request.url)} answers ${status} and ${why}` },
  });
  if (!URL.canParse(location, request.url)) return refuse('redirects to something that is not a URL');
  const from = new URL(request.url);
  const to = new URL(location, request.url);
  if (hops >= maxRedirects) return refuse(`redirects more than ${maxRedirects} times`);
  if (to.hostname !== from.hostname) return refuse(`redirects to another host (${to.host}), which is not followed`);
  if (from.protocol === 'https:' && to.protocol !== 'https:') return refuse('redirects from https to http, which is not followed');
  const keepsMethod = status === 307 || status === 308 || request.method === 'GET' || request.method === 'HEAD';
  if (!keepsMethod)
    return refuse(`redirects a ${request.method} to ${to.pathname}, which would drop its body: use that URL in the manifest`);
  return { request: { ...request, url: to.href } };
};

const exchange = (dispatcher: Dispatcher, clock: Clock, request: HttpRequest, sink: HttpSink, signal: AbortSignal) =>
  new Promise<Omit<HttpOutcome, 'certificateDays'>>((resolve) => {
    const { limits } = request;
    const url = new URL(request.url);
    const host = url.host;
    const startedAt = clock.monotonic();
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

    const settle = (failure: HttpFailure | null) => {
      if (settled) return;
      settled = true;
      clearTimeout(phaseTimer);
      clearTimeout(totalTimer);
      signal.removeEventListener('abort', onAbort);
      resolve({ head, failure, timings: { connectMs, firstByteMs, longestGapMs, totalMs: elapsed() } });
    };
    const giveUp = (failure: HttpFailure | null) => {
      settle(failure);
      controller?.abort(new Error('ended by the caller'));
    };
    const expire = (phase: HttpPhase, limitMs: number) => () =>
      giveUp({ kind: 'timeout', phase, message: timeoutSentence(host, phase, limitMs) });
    const arm = (phase: HttpPhase, limitMs: number) => {
      clearTimeout(phaseTimer);
      phaseTimer = setTimeout(expire(phase, limitMs), limitMs);
    };
    const onAbort = () => giveUp({ kind: 'aborted', message: `the request to ${host} was given up after ${humanDuration(elapsed())}` });

    const totalTimer = setTimeout(expire('total', limits.totalMs), limits.totalMs);
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    arm('connect', limits.connectMs);

    const handler: Dispatcher.DispatchHandler = {
      onRequestStart(given) {
        controller = given;
        if (settled) return given.abort(new Error('ended by the caller'));
        connectMs = elapsed();
        arm('first byte', limits.firstByteMs);
      },
      onResponseStart(_controller, status, headers) {
        if (settled || status < 200) return;
        firstByteMs = lastByteMs = elapsed();
        head = { status, headers: joinHeaders(headers) };
        sink.head?.(head);
        arm('stall', limits.stallMs);
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
        if (sink.data(chunk) === 'stop') giveUp(null);
      },
      onResponseEnd: () => settle(null),
      onResponseError: (_controller, error) => settle(classify(error, host, limits.connectMs)),
    };
    try {
      dispatcher.dispatch(
        {
          origin: url.origin,
          path: url.pathname + url.search,
          method: request.method,
          headers: { 'accept-encoding': 'identity', ...request.headers },
          body: request.body ?? null,
        },
        handler,
      );
    } catch (thrown) {
      settle({ kind: 'protocol', message: `the request to ${host} could not be made: ${messageOf(thrown)}` });
    }
  });

const timeoutSentence = (host: string, phase: HttpPhase, limitMs: number): string => {
  const limit = humanDuration(limitMs);
  if (phase === 'connect') return `no connection to ${host} within ${limit}`;
  if (phase === 'first byte') return `${host} sent no answer within ${limit}`;
  if (phase === 'stall') return `${host} stopped in the middle of its answer for ${limit}`;
  return `${host} did not finish its answer within ${limit}`;
};

const joinHeaders = (headers: Record<string, string | string[] | undefined>): Record<string, string> => {
  const joined: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) joined[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  }
  return joined;
};

const tlsCode = /^(ERR_TLS|CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|ERR_SSL|EPROTO|HOSTNAME_MISMATCH|INVALID_CA|PATH_LENGTH)/;

const classify = (thrown: unknown, host: string, connectLimitMs: number): HttpFailure => {
  const code = nodeCodeOf(thrown) ?? nodeCodeOf((thrown as { cause?: unknown } | null)?.cause) ?? '';
  const failed = (kind: 'refused' | 'reset' | 'tls' | 'no_such_host' | 'protocol' | 'own_network', message: string) => ({ kind, message });
  if (code === 'ECONNREFUSED') return failed('refused', `${host} refused the connection`);
  if (code === 'ENOTFOUND') return failed('no_such_host', `there is no host ${host}: its name does not resolve`);
  if (code === 'EAI_AGAIN') return failed('own_network', `the name service of this machine did not answer for ${host}`);
  if (code === 'ENETUNREACH' || code === 'ENETDOWN' || code === 'EMFILE' || code === 'ENFILE') {
    return failed('own_network', `this machine could not open a connection to ${host} (${code})`);
  }
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEDOUT') {
    return { kind: 'timeout', phase: 'connect', message: timeoutSentence(host, 'connect', connectLimitMs) };
  }
  if (tlsCode.test(code)) return failed('tls', `the TLS certificate or handshake of ${host} is not acceptable (${code})`);
  if (code === 'EHOSTUNREACH') return failed('refused', `${host} cannot be reached (${code})`);
  if (code === 'ECONNRESET' || code === 'EPIPE' || code === 'UND_ERR_SOCKET') return failed('reset', `${host} closed the connection`);
  return failed('protocol', `${host} did not speak HTTP as it should${code === '' ? '' : ` (${code})`}: ${messageOf(thrown)}`);
};

const hostOf = (url: string): string => new URL(url).host;
