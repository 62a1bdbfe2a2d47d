import { type JsonApi, openJsonApi } from '../../clients/json-api.ts';
import type { ControlWorld } from './port.ts';

/** How long one answer of a control plane may take, in ms. */
const timeoutMs = 30_000;

/**
 * The HTTP API behind a connection of the manifest, with the credential that suits what the driver may do. Every question is asked once,
 * so that an attempt is told as it went; no redirect is followed.
 * @param product as sentences name it
 * @param authorize the headers that carry a credential
 * @param place the address that paths are added to; default: the url of the connection
 */
export const openControlApi = (
  world: ControlWorld,
  connectionName: string,
  product: string,
  authorize: (credential: string) => Readonly<Record<string, string>>,
  place: (url: string) => string = (url) => url,
): JsonApi => {
  const connection = world.connection(connectionName);
  const headers = () => {
    const credential = world.credential(connection);
    const own = Object.entries(connection.headers).map(([name, value]) => [name.toLowerCase(), world.secrets.reveal(value)]);
    return { ...Object.fromEntries(own), ...(credential === null ? {} : authorize(credential)) };
  };
  const url = () => place(world.secrets.reveal(connection.url));
  const api = openJsonApi({ product, url, headers, timeoutMs, guarded: true }, world);
  return {
    host: api.host,
    ask: (request, signal) => api.ask({ attempts: 1, ...request }, signal),
    read: (request, signal) => api.read({ attempts: 1, ...request }, signal),
  };
};

/** The header of RFC 6750, section 2.1. */
export const bearer = (credential: string) => ({ authorization: `Bearer ${credential}` });
