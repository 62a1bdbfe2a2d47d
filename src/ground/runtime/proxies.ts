import { usageError } from '../errors.ts';
import type { Env } from './context.ts';

/** The proxies of this machine by what is asked through them: URLs; null where there is none. */
export interface Proxies {
  readonly http: string | null;
  readonly https: string | null;
  /** Hosts that are asked directly, as `NO_PROXY` lists them. */
  readonly except: string;
}

/** `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`, in either case. Throws a usage error that names the variable which cannot be used. */
export const proxiesOf = (env: Env): Proxies => ({
  http: proxyIn(env, 'http_proxy'),
  https: proxyIn(env, 'https_proxy'),
  except: env['no_proxy'] || env['NO_PROXY'] || '',
});

const proxyIn = (env: Env, lower: string): string | null => {
  const name = env[lower] ? lower : lower.toUpperCase();
  const value = env[name];
  if (!value) return null;
  const wrong = proxyProblem(value);
  if (wrong === null) return withScheme(value);
  throw usageError({ code: 'proxy_invalid', message: `${name} ${wrong}`, hint: `export ${name}=http://host:port, or unset it` });
};

/** What is wrong with the address of a proxy, as the end of a sentence; null where nothing is. Tells nothing of its credentials. */
export const proxyProblem = (value: string): string | null => {
  const url = URL.canParse(withScheme(value)) ? new URL(withScheme(value)) : null;
  if (url === null) return 'is not a URL';
  if (url.protocol === 'http:' || url.protocol === 'https:') return null;
  return `is a ${url.protocol.slice(0, -1)} address, and only http and https proxies can be used`;
};

/** curl takes an address without a scheme for an http proxy. */
const withScheme = (value: string): string => (value.includes('://') ? value : `http://${value}`);
