import { type LookupAddress, lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** RFC 3927 and RFC 4291, section 2.5.6; also where they are written as IPv4 inside IPv6. Clouds hand out credentials of a machine there. */
const linkLocal = new BlockList();
linkLocal.addSubnet('169.254.0.0', 16, 'ipv4');
linkLocal.addSubnet('fe80::', 10, 'ipv6');

/** Whether a host of a URL is itself a link-local address. A name is none; where it leads is seen when it is looked up. */
export const isLinkLocal = (host: string): boolean => {
  const address = host.replace(/^\[|\]$/g, '');
  const family = isIP(address);
  return family !== 0 && linkLocal.check(address, family === 6 ? 'ipv6' : 'ipv4');
};

/** The code of the error that a lookup ends with where a name leads to a link-local address. */
export const linkLocalCode = 'ERR_LINK_LOCAL';

/** The resolver of this machine, with an error for a name that leads, also among others, to a link-local address. */
export const guardedLookup: LookupFunction = (hostname, options, callback) =>
  lookup(hostname, { ...options, all: true }, (error, found: readonly LookupAddress[] = []) => {
    const first = found[0];
    if (error !== null || first === undefined) return callback(error, '', 0);
    if (found.some(({ address }) => isLinkLocal(address)))
      return callback(Object.assign(new Error(`${hostname} is link-local`), { code: linkLocalCode }), '', 0);
    if (options.all === true) return callback(null, [...found]);
    return callback(null, first.address, first.family);
  });
