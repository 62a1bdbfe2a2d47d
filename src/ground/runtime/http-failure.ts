import { messageOf, nodeCodeOf } from '../errors.ts';
import { humanDuration } from '../units/duration.ts';
import type { HttpFailure, HttpPhase } from './context.ts';
import { linkLocalCode } from './link-local.ts';

/** One sentence for a limit that was reached. */
export const timeoutSentence = (host: string, phase: HttpPhase, limitMs: number): string => {
  const limit = humanDuration(limitMs);
  if (phase === 'connect') return `no connection to ${host} within ${limit}`;
  if (phase === 'first byte') return `${host} sent no answer within ${limit}`;
  if (phase === 'stall') return `${host} stopped in the middle of its answer for ${limit}`;
  return `${host} did not finish its answer within ${limit}`;
};

const ownNetworkCodes = new Set(['EAI_AGAIN', 'ENETUNREACH', 'ENETDOWN', 'EMFILE', 'ENFILE', 'EADDRNOTAVAIL']);
const tlsCode = /^(ERR_TLS|CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|ERR_SSL|EPROTO|HOSTNAME_MISMATCH|INVALID_CA|PATH_LENGTH)/;

/** Classes what undici threw for a request to `url`; whose fault it is decides between an agent's finding and the checker's. */
export const classifyFailure = (thrown: unknown, url: URL, connectLimitMs: number): HttpFailure => {
  const { host } = url;
  const code = nodeCodeOf(thrown) ?? nodeCodeOf((thrown as { cause?: unknown } | null)?.cause) ?? '';
  const failed = (kind: Exclude<HttpFailure['kind'], 'timeout'>, message: string): HttpFailure => ({ kind, message });
  const tunnel = /^Proxy response \((\d+)\)/.exec(messageOf(thrown));
  if (tunnel?.[1] === '407')
    return failed('own_network', `the proxy of this machine wants other credentials before it reaches ${host} (407)`);
  if (tunnel) return failed('refused', `the proxy of this machine could not reach ${host} (${tunnel[1]})`);
  if (code === 'ECONNREFUSED' && refusedPort(thrown) !== portOf(url)) {
    return failed('own_network', `the proxy of this machine refused the connection on the way to ${host}`);
  }
  if (code === 'ECONNREFUSED') return failed('refused', `${host} refused the connection`);
  if (code === 'ENOTFOUND' && ![hostOf(url), undefined].includes(missingHost(thrown))) {
    return failed('own_network', `the name of the proxy of this machine does not resolve, on the way to ${host}`);
  }
  if (code === 'ENOTFOUND') return failed('no_such_host', `there is no host ${host}: its name does not resolve`);
  if (code === linkLocalCode) return linkLocalFailure(host);
  if (code === 'EAI_AGAIN') return failed('own_network', `the name service of this machine did not answer for ${host}`);
  if (ownNetworkCodes.has(code)) return failed('own_network', `this machine could not open a connection to ${host} (${code})`);
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEDOUT') {
    return { kind: 'timeout', phase: 'connect', message: timeoutSentence(host, 'connect', connectLimitMs) };
  }
  if (tlsCode.test(code)) return failed('tls', `the TLS certificate or handshake of ${host} is not acceptable (${code})`);
  if (code === 'EHOSTUNREACH') return failed('refused', `${host} cannot be reached (${code})`);
  if (code === 'ECONNRESET' || code === 'EPIPE' || code === 'UND_ERR_SOCKET') return failed('reset', `${host} closed the connection`);
  return failed('protocol', `${host} did not speak HTTP as it should${code === '' ? '' : ` (${code})`}: ${messageOf(thrown)}`);
};

/** A request that may not go to where its name leads; nothing was sent. */
export const linkLocalFailure = (host: string): HttpFailure => ({
  kind: 'no_such_host',
  message: `${host} is at a link-local address, which is not asked: clouds keep credentials of a machine there`,
});

const portOf = (url: URL): number => Number(url.port || (url.protocol === 'https:' ? 443 : 80));

/** As the resolver is asked for it: an IPv6 address without its brackets. */
const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '');

/** The name that the resolver did not know. */
const missingHost = (thrown: unknown): string | undefined =>
  (thrown as { hostname?: string }).hostname ?? (thrown as { cause?: { hostname?: string } }).cause?.hostname;

/** The port that refused: Node tells it on the error, or on each error where it tried several addresses. */
const refusedPort = (thrown: unknown): number | undefined => {
  const { port, errors } = thrown as { port?: number; errors?: readonly { port?: number }[] };
  return port ?? errors?.[0]?.port;
};
