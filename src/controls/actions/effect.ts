import type { ApiTrouble } from '../../clients/api-trouble.ts';
import { OpsError } from '../../ground/errors.ts';
import { digNumber } from '../../ground/json.ts';
import type { Effect } from './port.ts';

const settled =
  (result: 'applied' | 'already' | 'conflict' | 'rejected') =>
  (evidence: string): Effect => ({ result, retry: false, retryAfterMs: null, evidence });

/** The target took the change. */
export const applied = settled('applied');
/** The target was so already. */
export const already = settled('already');
/** Somebody else changed the target meanwhile: the change has to be planned anew. */
export const conflict = settled('conflict');
/** The target said no, and would say so again. */
export const rejected = settled('rejected');

/** What a request that should change something has come to, where it went wrong. Source: RFC 9110, section 15. */
export const effectOfTrouble = ({ code, status, sent, retryAfterMs, message }: ApiTrouble): Effect => {
  const effect = (result: Effect['result'], retry: boolean): Effect => ({ result, retry, retryAfterMs, evidence: message });
  if (!sent || code === 'backend_limited') return effect('rejected', true);
  if (status === 409 || status === 412) return effect('conflict', false);
  // A timeout of the server's own (408) is no refusal: it may have begun.
  if (status !== null && status >= 300 && status < 500 && status !== 408) return effect('rejected', false);
  return effect('unsure', true);
};

/** What an attempt has come to that could not even look at its target, so that nothing was done. Anything but that is thrown on. */
export const effectOfBlindness = (thrown: unknown): Effect => {
  if (!(thrown instanceof OpsError) || thrown.kind !== 'unable') throw thrown;
  const status = digNumber(thrown.details, 'status');
  const isRefused = status !== null && status >= 300 && status < 500 && status !== 408 && status !== 429;
  return { result: 'rejected', retry: !isRefused, retryAfterMs: null, evidence: thrown.message };
};

/**
 * What an attempt of several requests has come to that failed on the way: once a part is done, a no is no plain no any more.
 * @param done what was done before, in a clause; null: nothing
 */
export const afterPart = (done: string | null, effect: Effect): Effect =>
  done === null ? effect : { ...effect, result: 'unsure', evidence: `${done}, then: ${effect.evidence}` };
