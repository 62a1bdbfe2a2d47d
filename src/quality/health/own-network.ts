import { plural } from '../../ground/output/phrases.ts';
import type { CheckResult } from './result.ts';

/** A result, and the host that was asked for it; null where none was (a program of this machine). */
export interface HostResult {
  readonly host: string | null;
  readonly result: CheckResult;
}

/** How a failure of this machine's own network looks. From one host it is that host's fault; the same from every host is not. */
const failures: readonly (readonly [CheckResult['outcome'], string])[] = [
  ['unreachable', 'no such host'],
  ['timeout', 'connect timeout'],
  ['checker_error', 'own network'],
];

const leastHosts = 2;

/**
 * What a result says of the network between here and everything: `up`, a host was reached; `down`, maybe it is not there; `nothing`,
 * because no network was needed, or nothing was sent.
 */
export const networkSign = ({ host, result: { outcome, cause } }: HostResult): 'up' | 'down' | 'nothing' => {
  if (host === null || loopback.test(host)) return 'nothing';
  if (failures.some((failure) => failure[0] === outcome && failure[1] === cause)) return 'down';
  return outcome === 'checker_error' ? 'nothing' : 'up';
};

const loopback = /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[::1\]|0\.0\.0\.0)(:\d+)?$/i;

/**
 * The results of a run in which no host over the network was reached. From two different hosts on it is the checker's own network that
 * is down, and nothing was learnt about the agents; a single host may just be gone.
 */
export const blameOwnNetwork = (suspects: readonly HostResult[]): readonly CheckResult[] => {
  const hosts = new Set(suspects.map(({ host }) => host)).size;
  if (hosts < leastHosts) return suspects.map(({ result }) => result);
  return suspects.map(({ result }) => ({
    ...result,
    status: 'error',
    outcome: 'checker_error',
    cause: 'own network',
    reason: `none of the ${plural(hosts, 'host')} asked could be reached, so it is the network of this machine: ${result.reason}`,
  }));
};
