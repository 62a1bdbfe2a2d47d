import { isIP } from 'node:net';

/** Whether a listener at this address is reached from this machine alone. */
export const isLoopback = (host: string): boolean => {
  const name = host.toLowerCase();
  return name === 'localhost' || name === '::1' || (isIP(name) === 4 && name.startsWith('127.'));
};

export interface CallerHeaders {
  readonly host?: string | undefined;
  readonly origin?: string | undefined;
}

/**
 * Why a request looks like one that a web page made a browser send; null where it does not. A page reaches a listener of its reader's own
 * machine by letting its own name point there (DNS rebinding): the `Host` header then has that name. `names`: the names, beside loopback
 * addresses, that are fine; null: every name is, because each caller shows a token.
 */
export const foreignReason = ({ host = '', origin }: CallerHeaders, names: readonly string[] | null): string | null => {
  const name = hostName(host);
  if (names !== null && !isLoopback(name) && !names.includes(name)) return `the host ${JSON.stringify(host)} is not a name of this service`;
  if (origin === undefined || origin.toLowerCase() === `http://${host.toLowerCase()}`) return null;
  return `requests of web pages are not taken (origin ${JSON.stringify(origin)})`;
};

/** A `Host` header without port, brackets and the dot that ends a full name. */
const hostName = (host: string): string => {
  const name = /^\[([^\]]*)\](?::\d*)?$/.exec(host)?.[1] ?? host.replace(/:\d*$/, '');
  return name.toLowerCase().replace(/\.$/, '');
};
